// server.ts: a telltale of its own for a measurement, and what it takes of the machine.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type BenchServer = {
  otlpUrl: string
  apiUrl: string
  /** Seconds of CPU the process has used; NaN where /proc is not there. */
  cpuSeconds(): number
  /** The largest resident size since the last call of `resetPeak`, MiB. */
  peakMebibytes(): number
  resetPeak(): void
  stop(): Promise<void>
}

/** Starts the binary named by TELLTALE_BIN, or the sources, on free ports in an empty home. */
export async function startServer(flags: string[] = []): Promise<BenchServer> {
  const home = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
  const program = process.env.TELLTALE_BIN
    ? [process.env.TELLTALE_BIN]
    : [process.execPath, join(import.meta.dir, '../server/main.ts')]
  const ports = ['--otlp-port', '0', '--api-port', '0', '--grpc-port', '0']
  const child = Bun.spawn([...program, '--home', home, 'serve', ...ports, ...flags], {
    env: { ...process.env, HOME: home },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const file = await serverFile(home, child)
  const proc = (name: string) => {
    try {
      return readFileSync(`/proc/${child.pid}/${name}`, 'utf8')
    } catch {
      return ''
    }
  }
  return {
    otlpUrl: file.otlpUrl,
    apiUrl: file.apiUrl,
    cpuSeconds() {
      // Fields 14 and 15, in ticks of 10 ms; the name before them may hold spaces.
      const fields = proc('stat')
        .replace(/^.*\) /s, '')
        .split(' ')
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
    peakMebibytes: () => Number(/VmHWM:\s+(\d+)/.exec(proc('status'))?.[1]) / 1024,
    resetPeak() {
      try {
        writeFileSync(`/proc/${child.pid}/clear_refs`, '5')
      } catch {
        // The peak is then that of the whole run.
      }
    },
    async stop() {
      child.kill()
      await child.exited
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function serverFile(home: string, child: Bun.Subprocess): Promise<{ otlpUrl: string; apiUrl: string }> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    if (child.exitCode !== null) throw new Error(`telltale ended with ${child.exitCode}`)
    try {
      const file = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'))
      if (file.pid === child.pid) return file
    } catch {
      // Not written yet.
    }
    await Bun.sleep(20)
  }
  throw new Error('telltale did not start within 20 s')
}
