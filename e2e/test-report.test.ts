// test-report.test.ts: the reading of the runner's report, on a report that the runner really writes.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { count, failedTests, isFinding } from './test-report.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'telltale-report-'))
})
afterAll(() => rmSync(home, { recursive: true }))

const FILES: Record<string, string> = {
  'good.test.ts': `import { test } from 'bun:test'
    test('holds', () => {})
    test.skip('is left out', () => {})`,
  'once.test.ts': `import { describe, expect, test } from 'bun:test'
    import { existsSync, writeFileSync } from 'node:fs'
    describe('a <moment>', () => {
      test('is missed "once" & no more (seed 5)', () => {
        const seen = existsSync(import.meta.dir + '/seen')
        writeFileSync(import.meta.dir + '/seen', '')
        expect(seen && process.env.SEED === '5').toBe(true)
      })
    })`,
  'always.test.ts': `import { test } from 'bun:test'
    test('never holds', () => { throw new Error('Property failed after 3 tests') })`,
}

async function run(files: string[]) {
  for (const name of files) writeFileSync(join(home, name), FILES[name]!)
  const script = join(import.meta.dir, 'run-tests.ts')
  const child = Bun.spawn([process.execPath, script, ...files], { cwd: home, stdout: 'pipe', stderr: 'ignore' })
  const lines = (await new Response(child.stdout).text()).trim().split('\n')
  return { code: await child.exited, last: lines.at(-1), lines }
}

test('a test that fails once passes alone, with its seed, and is named', async () => {
  const { code, last, lines } = await run(['good.test.ts', 'once.test.ts'])
  expect([code, last]).toEqual([0, '2 passed, 0 failed'])
  expect(lines).toContain('passed alone: a <moment> > is missed "once" & no more (seed 5)')
})

test('a counterexample has no second go, and fails the run', async () => {
  const { code, last, lines } = await run(['good.test.ts', 'always.test.ts'])
  expect([code, last]).toEqual([1, '1 passed, 1 failed'])
  expect(lines.join()).not.toContain('once more')
})

test('a file that cannot be loaded fails the run, though no test of it failed', async () => {
  FILES['broken.test.ts'] = `throw new Error('not loaded')`
  const { code, last } = await run(['good.test.ts', 'broken.test.ts'])
  expect([code, last]).toEqual([1, '1 passed, 1 failed'])
})

test('the report of the runner is read: counts, names, what was thrown', async () => {
  const report = join(home, 'report.xml')
  writeFileSync(join(home, 'always.test.ts'), FILES['always.test.ts']!)
  await Bun.spawn(
    [
      process.execPath,
      'test',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      './good.test.ts',
      './always.test.ts',
    ],
    { cwd: home, stdio: ['ignore', 'ignore', 'ignore'] },
  ).exited
  const text = readFileSync(report, 'utf8')
  expect(count(text)).toEqual({ passed: 1, failed: 1 })
  const failed = failedTests(text)
  expect(failed).toMatchObject([{ file: 'always.test.ts', name: 'never holds' }])
  expect(failed.map(isFinding)).toEqual([true])
  expect(isFinding({ file: 'e2e/walk.test.ts', name: 'x', text: 'timed out' })).toBe(false)
})
