// stuck.ts: ends a test process whose main thread has not come back for a while, so that its file fails and the run goes on.
//
// A test's time limit is a timer, and no timer fires while the thread is in a loop that awaits only what is there already, or in a call that
// does not return: such a test held a whole run until CI gave up, and nothing said which one it was. The runner tells the file of a process
// that was ended ("worker crashed") and gives what is left to another.
import { Worker } from 'node:worker_threads'

/** Seconds: three times a test's own limit, far above what any test waits for in one piece. */
const STUCK_SECONDS = Number(process.env.STUCK_SECONDS || 180)
const BEATS_PER_LIMIT = 20

const beats = new Int32Array(new SharedArrayBuffer(4))
const everyMs = (STUCK_SECONDS * 1000) / BEATS_PER_LIMIT
setInterval(() => Atomics.add(beats, 0, 1), everyMs).unref()

const watcher = `
  const { workerData: { beats, everyMs, limit } } = require('node:worker_threads')
  let last = -1
  let missed = 0
  setInterval(() => {
    const now = Atomics.load(beats, 0)
    missed = now === last ? missed + 1 : 0
    last = now
    if (missed < limit) return
    require('node:fs').writeSync(2, '\\nThe main thread has not come back for ' + (everyMs * limit) / 1000 + ' s: this file is ended.\\n')
    process.kill(process.pid, 'SIGKILL')
  }, everyMs)
`
new Worker(watcher, { eval: true, workerData: { beats, everyMs, limit: BEATS_PER_LIMIT } }).unref()
