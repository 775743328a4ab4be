// first-start.ts: the history that lies on this machine and was never read: one key brings it in.
import type { Log } from '../log.ts'
import type { TranscriptService } from '../transcripts/service.ts'
import { progressBar } from './progress-bar.ts'
import { bytes, count } from './words.ts'

/**
 * Tells what was found; on a terminal, `i` imports it while the server runs. Elsewhere (a service, a container) the page and
 * `telltale import all` offer the same.
 */
export async function offerHistory(transcripts: TranscriptService, log: Log): Promise<void> {
  const found = (await transcripts.findAgents()).filter((agent) => agent.newFiles > 0)
  if (found.length === 0) return
  for (const agent of found) {
    process.stdout.write(
      `found      ${agent.name}${agent.version ? ` ${agent.version}` : ''}: ${count(agent.newFiles)} transcripts, ${bytes(agent.newBytes)}\n`,
    )
  }
  if (!process.stdin.isTTY) {
    process.stdout.write('           their history is not read yet: `telltale import all` reads it\n')
    return
  }
  process.stdout.write('           press i to import their history, any other key to leave it\n')
  if ((await oneKey()) !== 'i') return
  const bar = progressBar(true)
  try {
    const summary = await transcripts.import({ tools: found.map((agent) => agent.id) }, bar.show)
    bar.stop()
    const calls = Object.values(summary.tools).reduce((sum, tool) => sum + tool.calls, 0)
    const cost = Object.values(summary.tools).reduce((sum, tool) => sum + tool.costUsd, 0)
    process.stdout.write(`imported   ${count(calls)} requests, $${cost.toFixed(2)}\n`)
  } catch (error) {
    bar.stop()
    log.error('the history could not be imported; `telltale import all` goes on where it stopped', { error })
  }
}

/** The next key; Ctrl-C still stops the program. */
function oneKey(): Promise<string> {
  return new Promise((resolve) => {
    process.stdin.setRawMode(true)
    process.stdin.resume()
    process.stdin.once('data', (data) => {
      process.stdin.setRawMode(false)
      process.stdin.pause()
      const key = data.toString()
      if (key === '\u0003') process.kill(process.pid, 'SIGINT')
      resolve(key)
    })
  })
}
