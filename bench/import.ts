// import.ts: reading a history of transcripts into an empty database, again with nothing new, and following files that grow.
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { between, exchange, files, grow, lastMessage } from './history.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

const program = process.env.TELLTALE_BIN
  ? [process.env.TELLTALE_BIN]
  : [process.execPath, join(import.meta.dir, '../server/main.ts')]

/** The native program of the package, which its launcher only starts; a copy that may be run, as the installed one may not. */
function ccusageIn(folder: string): string | undefined {
  const installed = ccusageOf(join(import.meta.dir, '../node_modules'))
  if (!installed) return undefined
  const copy = join(folder, 'ccusage')
  copyFileSync(installed, copy)
  chmodSync(copy, 0o700)
  return copy
}

function ccusageOf(modules: string): string | undefined {
  const names = [
    `@ccusage/ccusage-${process.platform}-${process.arch}/bin/ccusage`,
    process.platform === 'win32' ? '.bin/ccusage.exe' : '.bin/ccusage',
  ]
  return names.map((name) => join(modules, name)).find((path) => existsSync(path))
}

/** Runs a program; its time and that of its threads in s, and its largest size in memory, MiB. */
async function run(
  command: string[],
  env: Record<string, string>,
): Promise<{ seconds: number; cpu: number; peak: number; out: string }> {
  const started = performance.now()
  const child = Bun.spawn(command, {
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  // Not what the system says at the end: that counts the memory of this process, too, of which the other is a fork.
  let peak = Number.NaN
  const look = setInterval(() => {
    try {
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak)
    } catch {
      // It ended, or there is no /proc here.
    }
  }, 20)
  const out = await new Response(child.stdout).text()
  clearInterval(look)
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')} ended with ${child.exitCode}`)
  const cpu = Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1e6
  return { seconds: (performance.now() - started) / 1000, cpu, peak: peak / 1024, out }
}

const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
try {
  const config = join(folder, '.claude')
  const projects = join(config, 'projects')
  const bytes = grow(projects)
  const mebibytes = bytes / 1024 / 1024
  console.log(`${files} files, ${Math.round(mebibytes)} MiB (TELLTALE_BENCH_SCALE=1 for all 3,142)`)
  const rows: (string | number)[][] = []
  const measure = async (name: string, command: string[], env: Record<string, string> = {}) => {
    const { seconds, cpu, peak, out } = await run(command, env)
    rows.push([name, seconds.toFixed(2), cpu.toFixed(2), Math.round(mebibytes / seconds), Math.round(peak)])
    return { seconds, cpu, out }
  }
  const importing = [...program, '--home', join(folder, 'home'), 'import', 'claude-code', '--path', projects, '--json']
  const cold = await measure('cold import, everything stored', importing)
  await measure('again, nothing new', importing)
  for (const name of readdirSync(projects, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.jsonl')) appendFileSync(join(projects, name), exchange(name.slice(-41, -6)))
  await measure('again, every file a bit longer', importing)
  const reported = await measure('report daily of what was imported', [
    ...program,
    '--home',
    join(folder, 'home'),
    'report',
    'daily',
    '--json',
  ])
  const ccusage = process.env.TELLTALE_BENCH_CCUSAGE ?? ccusageIn(folder)
  const summed = ccusage
    ? await measure('ccusage sums it', [ccusage, 'daily', '--json', '--offline'], {
        CLAUDE_CONFIG_DIR: config,
        HOME: folder,
      })
    : undefined
  console.log(table(['', 's', 'cpu s', 'MiB/s', 'peak MiB'], rows))
  // On a busy machine the time of the threads says more than that of the clock.
  if (summed)
    console.log(
      `importing takes ${(cold.seconds / summed.seconds).toFixed(1)} times as long as summing, ${(cold.cpu / summed.cpu).toFixed(1)} times by its threads; each report after it ${(reported.seconds / summed.seconds).toFixed(2)} times`,
    )
  const { calls, messages, toolCalls, totalTokens } = JSON.parse(cold.out).tools['claude-code']
  console.log(`${calls} requests, ${messages} messages, ${toolCalls} tool calls, ${totalTokens} tokens`)
  await follow(projects)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** A watch while agents write 5 MB/s: what it takes of a core, and how long the last line took to be stored. */
async function follow(projects: string): Promise<void> {
  process.env.TELLTALE_CLAUDE_PATH = projects
  const server = await startServer(['--watch', 'claude-code'])
  try {
    await Bun.sleep(2000)
    const sessions = Array.from({ length: 5 }, (_, index) => `watched-${index}`)
    async function write(seconds: number): Promise<number> {
      const started = performance.now()
      let written = 0
      while (performance.now() - started < seconds * 1000) {
        const sessionId = sessions[between(0, sessions.length)] as string
        const text = exchange(sessionId)
        appendFileSync(join(projects, '-home-dev-project-0', `${sessionId}.jsonl`), text)
        written += text.length
        const ahead = written / 5_000_000 - (performance.now() - started) / 1000
        if (ahead > 0) await Bun.sleep(ahead * 1000)
      }
      return written
    }
    // What a server does for the first time is compiled meanwhile.
    await write(10)
    const cpu = server.cpuSeconds()
    const started = performance.now()
    const written = await write(20)
    const ended = performance.now()
    const last = lastMessage()
    const sql = `select count(*) as n from model_calls where message_id = '${last}'`
    for (;;) {
      const response = await fetch(`${server.apiUrl}/api/sql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sql }),
      })
      const text = await response.text()
      if (response.status !== 200) throw new Error(text)
      if (/\b1\b/.test(text)) break
      if (performance.now() - ended > 60_000) throw new Error('the last line was not stored within a minute')
      await Bun.sleep(20)
    }
    const share = ((server.cpuSeconds() - cpu) / ((performance.now() - started) / 1000)) * 100
    const rate = written / 1e6 / ((ended - started) / 1000)
    console.log(
      `watch: ${rate.toFixed(1)} MB/s, ${share.toFixed(0)} % of a core, the last line stored ${Math.round(performance.now() - ended)} ms later, peak ${Math.round(server.peakMebibytes())} MiB`,
    )
  } finally {
    await server.stop()
  }
}
