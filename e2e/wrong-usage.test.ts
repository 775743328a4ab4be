// wrong-usage.test.ts: what cannot be done as it was typed is said in one line, with exit 2, before anything is touched.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { command, newHome, type Running, start } from './telltale.ts'

const home = newHome()
let server: Running
beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  rmSync(home, { recursive: true, force: true })
  await server.dispose()
})

const wrong: [string[], string][] = [
  [['serve', 'extra'], 'too many arguments'],
  [['doctor', 'extra'], 'too many arguments'],
  [['report', 'daily', 'extra'], 'too many arguments'],
  [['watch', 'foo'], '"foo" is not known'],
  [['serve', '--watch', 'foo'], '"foo" is not known'],
  [['export', 'all', '--output', ''], '--output: is empty'],
  [['report', 'daily', '--from', '2026-11-23', '--to', '2026-11-20'], '--from is after --to'],
  [['delete', 'logs', '--from', 'x', '--to', '2026-11-20', '--yes'], '--from "x" is not a time'],
  [['delete', 'all', '--from', '2026-11-23', '--to', '2026-11-20', '--yes'], '--from is after --to'],
]

for (const [words, said] of wrong) {
  test(`${words.map((word) => word || "''").join(' ')} is wrong usage, with a server and without`, async () => {
    for (const folder of [home, server.home]) {
      const { exitCode, stdout, stderr } = await command(folder, words)
      expect([exitCode, stdout]).toEqual([2, ''])
      expect(stderr).toContain(said)
      expect(stderr).toStartWith('telltale: ')
    }
    expect(existsSync(join(home, '.telltale'))).toBe(false)
  })
}

test('a hook never tells its agent of a mistake', async () => {
  expect(await command(home, ['hook', 'claude-code', '{}', 'extra'])).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: '',
  })
})
