// killed.test.ts: an import that is killed again and again ends with every request once.
import { afterEach, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, openBench } from './testing.ts'

let bench: Bench
afterEach(() => bench.close())

const files = 30
const requestsPerFile = 60

/** Writes the files; each request stands in two lines of its own file, and every seventh in another file as well. */
function write(home: string): { requests: number; output: number } {
  const folder = join(home, '.claude/projects/-home-dev-project')
  mkdirSync(folder, { recursive: true })
  let output = 0
  for (let file = 0; file < files; file++) {
    for (let request = 0; request < requestsPerFile; request++) {
      const id = `${file}_${request}`
      const tokens = (file * 31 + request * 17) % 1000
      output += tokens
      const line = (block: object) =>
        `${JSON.stringify({
          type: 'assistant',
          uuid: `${id}-${JSON.stringify(block).length}`,
          sessionId: `session-${file}`,
          requestId: `req_${id}`,
          timestamp: new Date(Date.UTC(2026, 2, 1) + (file * 1000 + request) * 1000).toISOString(),
          message: {
            id: `msg_${id}`,
            role: 'assistant',
            model: 'claude-opus-4-6',
            stop_reason: 'end_turn',
            content: [block],
            usage: { input_tokens: 1, output_tokens: tokens },
          },
        })}\n`
      const lines =
        line({ type: 'thinking', thinking: 'x'.repeat(500) }) + line({ type: 'text', text: 'y'.repeat(900) })
      appendFileSync(join(folder, `session-${file}.jsonl`), lines)
      if (request % 7 === 0) appendFileSync(join(folder, `session-${(file + 1) % files}.jsonl`), lines)
    }
  }
  return { requests: files * requestsPerFile, output }
}

test('kill -9 at any moment, thirty times: whatever was read is read once', async () => {
  bench = await openBench()
  const truth = write(bench.home)
  await bench.core.close()
  const folder = join(bench.folder, 'telltale')
  const command = [process.execPath, join(import.meta.dir, 'killed-process.ts'), folder, bench.home]
  let state = 7
  let out = ''
  for (let run = 0; run <= 30; run++) {
    const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader()
    out = (await output.read()).value ?? ''
    expect(out).toStartWith('open')
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    // Commits follow each other within milliseconds; the last run is left alone.
    const timer = run < 30 ? setTimeout(() => child.kill('SIGKILL'), (state / 2_147_483_648) * 150) : undefined
    for (let part = await output.read(); !part.done; part = await output.read()) out += part.value
    await child.exited
    clearTimeout(timer)
  }
  expect(out).toContain('done')
  await bench.restart()
  const [calls] = await bench.all(`
    select count(*)::integer as requests, sum(output_tokens)::integer as output,
      count(distinct message_id)::integer as ids from model_calls`)
  expect(calls).toEqual({ ...truth, ids: truth.requests })
  const [records] = await bench.all('select count(*)::integer as n from import_files')
  expect(records).toEqual({ n: files })
}, 120_000)
