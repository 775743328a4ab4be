import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { count } from './test-report.ts'

const home = mkdtempSync(join(tmpdir(), 'telltale-stuck-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('a test that never gives its thread back fails its file alone, and the run ends', async () => {
  const file = (name: string, body: string) =>
    writeFileSync(join(home, name), `import { test } from 'bun:test'\ntest('it', async () => { ${body} })\n`)
  file('a.test.ts', 'const ready = async () => false; while (!(await ready()));')
  for (const name of ['b', 'c', 'd']) file(`${name}.test.ts`, 'await Bun.sleep(10)')
  const report = join(home, 'report.xml')
  const run = Bun.spawn(
    [
      process.execPath,
      'test',
      '--parallel=2',
      '--timeout=1000',
      `--preload=${join(import.meta.dir, 'stuck.ts')}`,
      '--reporter=junit',
      `--reporter-outfile=${report}`,
    ],
    { cwd: home, env: { ...process.env, STUCK_SECONDS: '2' }, stdout: 'ignore', stderr: 'pipe' },
  )
  const said = await new Response(run.stderr).text()
  expect(await run.exited).toBe(1)
  expect(said).toContain('The main thread has not come back for 2 s')
  expect(count(readFileSync(report, 'utf8'))).toEqual({ passed: 3, failed: 1 })
})
