// failing-calls.ts: makes the n-th system call of a running process fail, by strace.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Which calls fail with what; the n-th of each thread since the tracer came. */
export type Fault = { calls: string; error: 'EIO' | 'ENOSPC'; nth: number }

/** Why calls cannot be made to fail here; `undefined` when they can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux'
  if (!Bun.which('strace')) return 'strace is not installed (apt-get install strace)'
  const sleeper = Bun.spawn(['sleep', '5'])
  const { stderr, exitCode } = Bun.spawnSync(['timeout', '-s', 'INT', '1', 'strace', '-p', String(sleeper.pid)])
  sleeper.kill()
  if (/not permitted/i.test(stderr.toString())) return `strace may not attach to processes here (${exitCode})`
  return undefined
}

/** Attaches to a process; only calls on these files fail. `detach` gives how many did. */
export async function failCalls(pid: number, fault: Fault, files: string[]): Promise<{ detach(): Promise<number> }> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-strace-'))
  const output = join(folder, 'calls')
  const tracer = Bun.spawn(
    [
      ...['strace', '-f', '-p', String(pid), '-o', output],
      ...files.flatMap((file) => ['-P', file]),
      ...['-e', `trace=${fault.calls}`, '-e', `inject=${fault.calls}:error=${fault.error}:when=${fault.nth}`],
    ],
    { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
  )
  const reader = tracer.stderr.getReader()
  let said = ''
  while (!said.includes('attached')) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`strace ended: ${said}`)
    said += new TextDecoder().decode(value)
  }
  void (async () => {
    while (!(await reader.read()).done) {
      // Read, so that the tracer never waits for us.
    }
  })()
  return {
    async detach() {
      tracer.kill('SIGINT')
      await tracer.exited
      const failed = readFileSync(output, 'utf8').match(/\(INJECTED\)/g)?.length ?? 0
      rmSync(folder, { recursive: true, force: true })
      return failed
    },
  }
}
