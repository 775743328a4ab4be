// golden.ts: writes the golden files of the recordings anew (`make golden`); the test that compares them also writes them.
const tests = ['test', 'importers/importers.test.ts', '--test-name-pattern', 'golden']
const { exitCode } = Bun.spawnSync([process.execPath, ...tests], {
  cwd: `${import.meta.dir}/..`,
  env: { ...process.env, TELLTALE_GOLDEN: 'write' },
  stdout: 'inherit',
  stderr: 'inherit',
})
process.exit(exitCode)
