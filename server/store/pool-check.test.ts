// The pool of a test process is as large as bun made it, so each case is a process of its own.
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
  const { stdout, stderr } = Bun.spawnSync([process.execPath, '-e', program], { env: environment })
  expect([stdout.toString().trim(), stderr.toString()]).toEqual([answer, ''])
})
