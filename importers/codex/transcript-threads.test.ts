// transcript-threads.test.ts: rollouts of forks, reviews and threads whose settings changed, as Codex 0.169 and 0.171 write them.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readLines, readTree, requestsOf, sessionsOf, toolCallsOf, transcriptOf } from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'telltale-codex-threads-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

// Ids hold their time (UUIDv7), as in the recordings.
const parent = '01a22892-9a5d-7a12-b875-3101a37f4bc3'
const parentTurn = '01a22892-9a88-7641-9c00-2d2c1009565d'
const child = '01a22892-a406-7ca2-b796-e6a693d66297'
const childTurn = '01a22892-a415-7e60-8f74-f09536162868'

let clock = Date.parse('2026-11-29T18:30:26Z')
const line = (type: string, payload: object) => {
  clock += 10
  return { timestamp: new Date(clock).toISOString(), type, payload }
}
const event = (type: string, payload: object = {}) => line('event_msg', { type, ...payload })
const meta = (id: string, more: object = {}) => line('session_meta', { id, cwd: '/home/dev/project', ...more })
const turn = (turn_id: string, model = 'gpt-5.3-codex') => line('turn_context', { turn_id, model })
const usage = (input: number, cached: number, output: number, total = input + output) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  cache_write_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: total,
})
type Numbers = Parameters<typeof usage>
const record = (thread_id: string, turn_id: string, response_id: string, own: Numbers, thread: Numbers) =>
  line('token_usage_record', {
    thread_id,
    turn_id,
    response_id,
    usage: usage(...own),
    thread_token_usage: usage(...thread),
  })
const counter = (total: Numbers, last: Numbers) =>
  event('token_count', { info: { total_token_usage: usage(...total), last_token_usage: usage(...last) } })
const settings = (thread_id: string, thread_settings: object) =>
  event('thread_settings_applied', { thread_id, thread_settings })
const said = (text: string, role: string) => {
  const type = role === 'user' ? 'input_text' : 'output_text'
  return line('response_item', { type: 'message', role, content: [{ type, text }] })
}

const rollout = (id: string) => `rollout-2026-11-29T18-30-26-${id}.jsonl`
function write(folder: string, id: string, lines: object[]): void {
  const path = join(home, folder, 'sessions/2026/11/29', rollout(id))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, lines.map((one) => `${JSON.stringify(one)}\n`).join(''))
}
const read = (folder: string, sliceLines: number) => readTree(transcripts, join(home, folder), { sliceLines }).telemetry
const callsOf = (telemetry: ReturnType<typeof read>, id: string) =>
  requestsOf(telemetry)
    .filter(({ sessionId, status }) => sessionId === id && status === 'ok')
    .map(({ model, inputTokens, cacheReadTokens, outputTokens }) => [model, inputTokens, cacheReadTokens, outputTokens])

for (const sliceLines of [1, 100]) {
  test(`a review's requests count, though the thread that asked for it notes the review's turn (slices of ${sliceLines})`, () => {
    const folder = `review${sliceLines}`
    write(folder, parent, [
      meta(parent),
      event('task_started', { turn_id: childTurn }),
      said('<user_action>\n  <action>review</action>\n</user_action>', 'user'),
      said('Nothing to mend.', 'assistant'),
    ])
    write(folder, child, [
      meta(child, { parent_thread_id: parent, thread_source: 'subagent' }),
      event('task_started', { turn_id: childTurn }),
      turn(childTurn),
      said('Review the current code changes.', 'user'),
      record(child, childTurn, 'resp_1', [7000, 100, 70], [7000, 100, 70]),
      counter([7000, 100, 70], [7000, 100, 70]),
    ])
    const telemetry = read(folder, sliceLines)
    expect(callsOf(telemetry, child)).toEqual([['gpt-5.3-codex', 6900, 100, 70]])
    expect(callsOf(telemetry, parent)).toEqual([])
    expect(sessionsOf(telemetry).get(child)?.parentSessionId).toBe(parent)
    expect(transcriptOf(telemetry, parent).map(({ role }) => role)).toEqual(['assistant'])
  })

  test(`a fork without its parent's history counts from its own first request, compacted at once or not (slices of ${sliceLines})`, () => {
    const folder = `fork${sliceLines}`
    const inherited: [Numbers, Numbers] = [
      [82_200, 50_000, 800],
      [24_100, 20_000, 300],
    ]
    write(folder, parent, [
      meta(parent),
      turn(parentTurn),
      record(parent, parentTurn, 'resp_p', inherited[1], inherited[0]),
      counter(...inherited),
    ])
    const forked = { forked_from_id: parent, forked_from_ordinal_exclusive: 38 }
    write(folder, child, [
      meta(child, forked),
      settings(child, { model: 'gpt-5.3-codex' }),
      event('task_started', { turn_id: childTurn }),
      counter(...inherited),
      said('SUMMARY', 'assistant'),
      record(child, childTurn, 'resp_1', [24_100, 20_000, 300], [106_300, 70_000, 1100]),
      counter([106_300, 70_000, 1100], [24_100, 20_000, 300]),
      line('compacted', { message: 'SUMMARY' }),
      turn(childTurn),
      said('forked answer', 'assistant'),
      record(child, childTurn, 'resp_2', [4000, 3000, 40], [110_300, 73_000, 1140]),
      counter([110_300, 73_000, 1140], [4000, 3000, 40]),
    ])
    const telemetry = read(folder, sliceLines)
    expect(callsOf(telemetry, child)).toEqual([
      ['gpt-5.3-codex', 4100, 20_000, 300],
      ['gpt-5.3-codex', 1000, 3000, 40],
    ])
    expect(sessionsOf(telemetry).get(child)?.forkedFrom).toBe(parent)
    const last = new Map(telemetry.calls.map((call) => [call.observationId, call]))
    const own = [...last.values()].filter(({ sessionId }) => sessionId === child)
    expect(own.map(({ agent, querySource }) => [agent, querySource])).toEqual([
      ['compaction', 'auxiliary'],
      [undefined, 'main'],
    ])
  })
}

test('a context that was too long is told as a full one, and is no request', () => {
  const full: Numbers = [0, 0, 0, 258_400]
  const { telemetry } = readLines(transcripts, `/x/${rollout(parent)}`, [
    meta(parent),
    turn(parentTurn),
    counter(full, full),
    event('task_complete', { turn_id: parentTurn, error: { message: 'Your input exceeds the context window.' } }),
    turn(childTurn),
    said('shorter', 'assistant'),
    counter([500, 0, 50, 258_950], [500, 0, 50]),
  ])
  expect(telemetry.calls.map(({ status, inputTokens, outputTokens }) => [status, inputTokens, outputTokens])).toEqual([
    ['error', undefined, undefined],
    ['ok', 500, 50],
  ])
})

test('the tier of a thread’s own settings is its speed, before that of the configuration, also when they name none', () => {
  const folder = join(home, 'tiers/sessions')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(home, 'tiers/config.toml'), 'service_tier = "flex"\n')
  const lines = [
    meta(parent),
    turn(parentTurn),
    counter([100, 0, 10], [100, 0, 10]),
    settings(child, { service_tier: 'fast' }),
    settings(parent, { model: 'gpt-6-sol', service_tier: 'priority' }),
    counter([200, 0, 20], [100, 0, 10]),
    settings(parent, { model: 'gpt-6-sol' }),
    counter([300, 0, 30], [100, 0, 10]),
  ]
  const { telemetry } = readLines(transcripts, join(folder, rollout(parent)), lines, { root: folder })
  expect(telemetry.calls.map(({ model, speed }) => [model, speed])).toEqual([
    ['gpt-5.3-codex', 'flex'],
    ['gpt-6-sol', 'priority'],
    ['gpt-6-sol', undefined],
  ])
})

test('a tool that Codex could not run, or was not let run to its end, failed', () => {
  const outcome = (name: string, output: string) => {
    const { telemetry } = readLines(transcripts, `/x/${rollout(parent)}`, [
      meta(parent),
      turn(parentTurn),
      line('response_item', { type: 'function_call', name, arguments: '{}', call_id: 'c1' }),
      line('response_item', { type: 'function_call_output', call_id: 'c1', output }),
    ])
    return [...toolCallsOf(telemetry).values()][0]?.success
  }
  expect(outcome('nonexistent', 'unsupported call: nonexistent')).toBe(false)
  expect(outcome('apply_patch', 'apply_patch verification failed: Failed to find expected lines in README.md')).toBe(
    false,
  )
  expect(outcome('view_image', 'unable to locate image at `/home/dev/project/none.png`')).toBe(false)
  expect(outcome('exec_command', 'Wall time: 4.0 seconds\naborted by user')).toBe(false)
  expect(outcome('exec_command', 'Chunk ID: 1\nProcess exited with code 0\nOutput:\naborted by user\n')).toBe(true)
  expect(outcome('create_goal', '{"goal":{"status":"active"}}')).toBe(true)
})
