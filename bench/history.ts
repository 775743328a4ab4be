// history.ts: a history of transcripts as large as a real one, made up: files of Claude Code with the sizes that were published.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

// ccusage's published profile of a real machine: 3,142 files, 1,239 MiB, half of them below 105 KB, one of 87 MB.
const scale = Number(process.env.TELLTALE_BENCH_SCALE ?? 0.1)
export const files = Math.max(10, Math.round(3142 * scale))
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
export const between = (from: number, to: number) => from + Math.floor(random() * (to - from))
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

/** The id of the message that was made last. */
export const lastMessage = () => `msg_${serial.toString(36).padStart(24, '0')}`

/** The lines of one exchange as Claude Code writes them: a line for each content block, a tool's result twice. */
export function exchange(sessionId: string): string {
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

/** Writes the tree; gives its size in bytes. */
export function grow(root: string): number {
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
