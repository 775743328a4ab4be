// The pool of a test process is as large as bun made it, so each case is a process of its own. That a small pool is too
// small shows only when its queries have begun, which is up to the machine: it may take a few tries. A large one is large enough at once.
import { expect, test } from 'bun:test'
import { join } from 'node:path'

const program = `
import { poolIsLargeEnough } from ${JSON.stringify(join(import.meta.dir, 'pool-check.ts'))}
console.log(await poolIsLargeEnough(2000, 4))`

test.each([
  ['16', 'true'],
  ['2', 'false'],
])('with a work pool of %s threads, whether four slow queries leave one is %s', (threads, answer) => {
  const environment = { ...process.env, UV_THREADPOOL_SIZE: threads, GOMAXPROCS: threads }
  const answers: string[] = []
  for (let tries = 0; tries < 5 && !answers.includes(answer); tries++) {
    const { stdout, stderr } = Bun.spawnSync([process.execPath, '-e', program], { env: environment })
    expect(stderr.toString()).toBe('')
    answers.push(stdout.toString().trim())
  }
  expect(answers).toContain(answer)
  if (answer === 'true') expect(answers).toEqual(['true'])
})
