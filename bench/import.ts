// import.ts: reading a history of transcripts into an empty database, again with nothing new, and following files that grow.
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './server.ts'
import { table } from './table.ts'

// ccusage's published profile of a real machine: 3,142 files, 1,239 MiB, half of them below 105 KB, one of 87 MB.
const scale = Number(process.env.TELLTALE_BENCH_SCALE ?? 0.1)
const files = Math.max(10, Math.round(3142 * scale))
const medianBytes = 105_000
const spread = Math.log(5_400_000 / medianBytes) / 2.326
const largestBytes = 87_000_000 * Math.min(1, scale * 2)
const allBytes = 1239 * 1024 * 1024 * scale

/** The same numbers every time, evenly between 0 and 1. */
function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

const random = randoms(42)
const normal = () => Math.sqrt(-2 * Math.log(random() || 1e-12)) * Math.cos(2 * Math.PI * random())
const between = (from: number, to: number) => from + Math.floor(random() * (to - from))
const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 16).toString(16)).join('')

const words = Array.from({ length: 4000 }, () =>
  hex(between(2, 11)).replace(/\d/g, (digit) => 'aeionrstlu'[Number(digit)]!),
)
const prose = Array.from({ length: 400_000 }, () => words[Math.floor(words.length * random() ** 3)]).join(' ')
const code = prose.replaceAll(/ (\w+) (\w+) (\w+) (\w+)/g, '\n  const $1 = $2("$3", { $4 })')

function textOf(source: string, medianLength: number): string {
  const length = Math.round(Math.min(60_000, medianLength * Math.exp(normal())))
  const at = between(0, source.length - length)
  return source.slice(at, at + length)
}

let time = Date.UTC(2026, 0, 1)
let serial = 0

/** The lines of one exchange as Claude Code writes them: a line for each content block, a tool's result twice. */
function exchange(sessionId: string): string {
  const lines: object[] = []
  const promptId = hex(32)
  const common = { userType: 'external', cwd: '/home/dev/project', sessionId, version: '2.1.197', gitBranch: 'main' }
  const add = (line: object) => {
    time += between(50, 4000)
    lines.push({
      parentUuid: hex(32),
      isSidechain: false,
      ...line,
      uuid: hex(32),
      timestamp: new Date(time).toISOString(),
      ...common,
    })
  }
  add({ promptId, type: 'user', message: { role: 'user', content: textOf(prose, 200) } })
  for (let request = between(1, 12); request > 0; request--) {
    serial++
    const id = `msg_${serial.toString(36).padStart(24, '0')}`
    const tool = `toolu_${serial.toString(36).padStart(24, '0')}`
    const created = between(0, 4000)
    const usage = {
      input_tokens: between(1, 20),
      cache_creation_input_tokens: created,
      cache_read_input_tokens: between(10_000, 150_000),
      output_tokens: between(20, 2000),
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: 'standard',
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: created },
      speed: 'standard',
    }
    const isLast = request === 1
    const answer = (block: object) =>
      add({
        message: {
          id,
          type: 'message',
          role: 'assistant',
          model: 'claude-opus-4-6',
          content: [block],
          stop_reason: isLast ? 'end_turn' : 'tool_use',
          stop_sequence: null,
          usage,
        },
        requestId: `req_${id}`,
        type: 'assistant',
      })
    if (random() < 0.3) answer({ type: 'thinking', thinking: textOf(prose, 300), signature: hex(400) })
    if (isLast || random() < 0.4) answer({ type: 'text', text: textOf(prose, isLast ? 900 : 150) })
    if (isLast) continue
    const kind = random()
    const content = textOf(code, 1800)
    if (kind < 0.4) {
      answer({
        type: 'tool_use',
        id: tool,
        name: 'Read',
        input: { file_path: `/home/dev/project/src/${words[between(0, 300)]}.ts` },
      })
      add(
        result(promptId, tool, content, {
          type: 'text',
          file: { filePath: '/home/dev/project/src/a.ts', content, numLines: 60, startLine: 1, totalLines: 60 },
        }),
      )
    } else if (kind < 0.75) {
      answer({
        type: 'tool_use',
        id: tool,
        name: 'Bash',
        input: { command: `grep -rn ${words[between(0, 300)]} src`, description: textOf(prose, 40) },
      })
      add(result(promptId, tool, content, { stdout: content, stderr: '', interrupted: false, isImage: false }))
    } else {
      const [before, after] = [textOf(code, 300), textOf(code, 400)]
      const patch = [...before.split('\n').map((line) => `-${line}`), ...after.split('\n').map((line) => `+${line}`)]
      answer({
        type: 'tool_use',
        id: tool,
        name: 'Edit',
        input: { file_path: '/home/dev/project/src/a.ts', old_string: before, new_string: after },
      })
      add(
        result(promptId, tool, 'The file has been updated.', {
          filePath: '/home/dev/project/src/a.ts',
          oldString: before,
          newString: after,
          originalFile: content,
          structuredPatch: [
            {
              oldStart: 1,
              oldLines: before.split('\n').length,
              newStart: 1,
              newLines: after.split('\n').length,
              lines: patch,
            },
          ],
        }),
      )
    }
  }
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
}

function result(promptId: string, tool: string, content: string, toolUseResult: object): object {
  return {
    promptId,
    type: 'user',
    message: { role: 'user', content: [{ tool_use_id: tool, type: 'tool_result', content }] },
    toolUseResult,
  }
}

/** Sizes that have the profile's median and sum; what the largest ones are off by chance is spread over them. */
function sizes(): number[] {
  const drawn = Array.from({ length: files - 1 }, () =>
    Math.min(largestBytes, medianBytes * Math.exp(spread * normal())),
  )
  const sum = (list: number[]) => list.reduce((total, size) => total + size, 0)
  const large = drawn.filter((size) => size > 1_000_000)
  const factor = Math.max(0.2, 1 + (allBytes - largestBytes - sum(drawn)) / sum(large))
  return [largestBytes, ...drawn.map((size) => (size > 1_000_000 ? size * factor : size))]
}

/** Writes the tree; gives its size. */
function grow(root: string): number {
  let total = 0
  for (const [index, size] of sizes().entries()) {
    const folder = join(root, `-home-dev-project-${index % 40}`)
    mkdirSync(folder, { recursive: true })
    const sessionId = `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
    const file = openSync(join(folder, `${sessionId}.jsonl`), 'w')
    for (let written = 0; written < size; ) {
      const bytes = writeSync(file, exchange(sessionId))
      written += bytes
      total += bytes
    }
    closeSync(file)
  }
  return total
}

const program = process.env.TELLTALE_BIN
  ? [process.env.TELLTALE_BIN]
  : [process.execPath, join(import.meta.dir, '../server/main.ts')]

/** Runs a program; its time in s and its largest size in memory, MiB. */
async function run(
  command: string[],
  env: Record<string, string>,
): Promise<{ seconds: number; peak: number; out: string }> {
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
  return { seconds: (performance.now() - started) / 1000, peak: peak / 1024, out }
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
    const { seconds, peak, out } = await run(command, env)
    rows.push([name, seconds.toFixed(2), Math.round(mebibytes / seconds), Math.round(peak)])
    return out
  }
  const importing = [...program, '--home', join(folder, 'home'), 'import', 'claude-code', '--path', projects, '--json']
  const summary = JSON.parse(await measure('cold import, everything stored', importing))
  await measure('again, nothing new', importing)
  for (const name of readdirSync(projects, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.jsonl')) appendFileSync(join(projects, name), exchange(name.slice(-41, -6)))
  await measure('again, every file a bit longer', importing)
  const ccusage = process.env.TELLTALE_BENCH_CCUSAGE ?? Bun.which('ccusage')
  if (ccusage)
    await measure('ccusage sums it', [ccusage, 'daily', '--json', '--offline'], {
      CLAUDE_CONFIG_DIR: config,
      HOME: folder,
    })
  console.log(table(['', 's', 'MiB/s', 'peak MiB'], rows))
  const { calls, messages, toolCalls, totalTokens } = summary.tools['claude-code']
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
    const last = `msg_${serial.toString(36).padStart(24, '0')}`
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
