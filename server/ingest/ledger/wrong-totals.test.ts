// wrong-totals.test.ts: the wrong totals of the nearest system, one by one: what its rule makes of an input, and what ours
// makes of the same. Numbered as in its review; the twelfth, of the API, is in `e2e/wrong-totals.test.ts`.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { agents, translate } from '#importers/index.ts'
import { readLines } from '#importers/transcript-fixtures.ts'
import { loadSchema, requestType } from '#proto/schema.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { nameMetrics } from '../agent-metrics.ts'
import { createPrices } from '../prices/prices.ts'
import { batch, counted, type Desk, noon, openDesk, second, seen } from './testing.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ price: createPrices().price })
  await desk.store.transaction((tx) => nameMetrics(tx, agents))
})
afterEach(() => desk.close())

const recorded = (variant: string, signal: string): Telemetry[] =>
  recordings()
    .filter((one) => one.name.startsWith(`${variant}/`) && one.signal === signal)
    .map(({ signal, encoding, body }) => translate(decode(signal, encoding, body, 1n).telemetry))

async function one<T>(sql: string): Promise<T> {
  return (await desk.store.all(sql))[0] as T
}
const tokens = async (where = 'true') =>
  (await one<{ n: number }>(`select coalesce(sum(total_tokens), 0)::double as n from model_calls where ${where}`)).n
const cost = async () =>
  (await one<{ n: number }>('select coalesce(sum(cost_nano_usd), 0)::double as n from model_calls')).n

describe('1. Gemini’s cost prices a running total at every export, and cached input twice', () => {
  /** Tokens of one type, as the agent counts them since its start, at every export. */
  const exports = Array.from({ length: 360 }, (_, at) => ({
    at: noon + BigInt(at + 1) * 10n * second,
    input: Math.min(120_000, (at + 1) * 4_000),
    cached: Math.min(90_000, (at + 1) * 3_000),
    output: Math.min(3_000, (at + 1) * 100),
  }))
  // Gemini 2.5 Pro below 200 k: $1.25 input, $0.125 cached, $10 output a million, in nano-USD a token.
  const prices = { input: 1_250, cached: 125, output: 10_000 }

  test('a session of an hour is billed for what it used, once', async () => {
    const wrong = exports.reduce(
      (sum, { input, cached, output }) => sum + input * prices.input + cached * prices.input + output * prices.output,
      0,
    )
    const last = exports.at(-1)!
    const right = (last.input - last.cached) * prices.input + last.cached * prices.cached + last.output * prices.output
    for (const { at, input, cached, output } of exports)
      await desk.keep(
        batch({
          aggregates: [
            counted({ field: 'inputTokens', value: input, timeUnixNano: at, seriesId: 'input' }),
            counted({ field: 'inputTokens', value: -cached, timeUnixNano: at, seriesId: 'cache' }),
            counted({ field: 'cacheReadTokens', value: cached, timeUnixNano: at, seriesId: 'cache' }),
            counted({ field: 'outputTokens', value: output, timeUnixNano: at, seriesId: 'output' }),
          ],
        }),
      )
    expect(await cost()).toBe(right)
    expect(wrong / right).toBeGreaterThan(300)
  }, 60_000)

  test('so it is in the recording', async () => {
    const metrics = recorded('gemini/01-http', 'metrics')
    const points = metrics.flatMap(({ aggregates }) => aggregates).filter(({ field }) => field !== 'requests')
    for (const group of metrics) await desk.keep(group)
    const wrong = points.reduce((sum, { value }) => sum + Math.abs(value), 0)
    expect(await tokens()).toBe(128_368)
    expect(wrong).toBeGreaterThan(2 * 128_368)
  })
})

describe('2. a counter’s increases depend on the order in which its points arrive', () => {
  /** Two sessions of one host, alternating; the first starts anew; a point of it comes late; two come in one request. */
  const point = (sessionId: string, start: bigint, at: bigint, value: number) =>
    counted({
      sessionId,
      seriesId: sessionId,
      value,
      startTimeUnixNano: noon + start * second,
      timeUnixNano: noon + at * second,
    })
  const arrivals = [
    [point('a', 0n, 10n, 100)],
    [point('b', 0n, 11n, 40)],
    [point('a', 0n, 30n, 300)],
    [point('b', 0n, 31n, 90)],
    [point('a', 0n, 20n, 250)],
    [point('a', 60n, 70n, 20), point('a', 60n, 80n, 50)],
  ]

  test('the sum of increases is the sum of what each run reached', async () => {
    // Without session and start in the identity, the first point lost, every decrease a reset.
    let before: number | undefined
    let wrong = 0
    for (const points of arrivals) {
      const old = before
      for (const { value } of points) {
        if (old !== undefined) wrong += value >= old ? value - old : value
        before = value
      }
    }
    const right = 300 + 90 + 50
    expect(wrong).not.toBe(right)
    for (const aggregates of arrivals) {
      await desk.keep(batch({ aggregates }))
      await desk.restart()
    }
    expect(await tokens()).toBe(right)
    expect(await tokens("session_id = 'b'")).toBe(90)
  })
})

describe('3. a file that grew doubles, watching and importing doubles, telemetry and files double', () => {
  const read = (lines: object[]) =>
    readLines(agents[0]!.transcripts!, '/home/dev/.claude/projects/p/s1.jsonl', lines).telemetry
  const answer = (n: number, output: number) => ({
    type: 'assistant',
    uuid: `u${n}`,
    sessionId: 's1',
    cwd: '/home/dev/project',
    timestamp: `2026-11-22T04:00:0${n}.000Z`,
    requestId: `req_${n}`,
    message: {
      id: `msg_${n}`,
      model: 'claude-sonnet-4-5-20250929',
      role: 'assistant',
      content: [{ type: 'text', text: 'x' }],
      usage: { input_tokens: 10, output_tokens: output, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
    },
  })

  test('each request is counted once, however often and by whom it is read', async () => {
    const short = read([answer(1, 100), answer(2, 200)])
    const grown = read([answer(1, 100), answer(2, 200), answer(3, 300)])
    const sent = batch({
      calls: [1, 2, 3].map((n) => seen({ keys: [`req:req_${n}`], inputTokens: 10, outputTokens: n * 100 })),
    })
    const seenBy = [short, grown, grown, sent]
    const wrong = seenBy
      .flatMap(({ calls }) => calls)
      .reduce((sum, { inputTokens = 0, outputTokens = 0 }) => sum + inputTokens + outputTokens, 0)
    for (const group of seenBy) await desk.keep(group)
    expect(await tokens()).toBe(630)
    expect(wrong).toBe(320 + 630 + 630 + 630)
    expect(await one('select count(*)::integer as n from model_calls')).toEqual({ n: 3 })
  })
})

test('4. the output of a Claude request is that of its first line, which was a placeholder', async () => {
  const line = (n: number, output: number) => ({
    type: 'assistant',
    uuid: `u${n}`,
    sessionId: 's1',
    timestamp: `2026-01-05T10:00:0${n}.000Z`,
    version: '2.1.90',
    requestId: 'req_1',
    message: {
      id: 'msg_1',
      model: 'claude-sonnet-4-5-20250929',
      role: 'assistant',
      content: [{ type: 'text', text: `part ${n}` }],
      usage: { input_tokens: 4, output_tokens: output, cache_read_input_tokens: 900, cache_creation_input_tokens: 50 },
    },
  })
  const outputs = [5, 5, 445]
  const { telemetry } = readLines(
    agents[0]!.transcripts!,
    '/home/dev/.claude/projects/p/s1.jsonl',
    outputs.map((output, n) => line(n, output)),
    { sliceLines: 1 },
  )
  const wrong = outputs[0]
  // Slice by slice, as a watched file grows, and backwards.
  for (const call of [...telemetry.calls, ...telemetry.calls.toReversed()]) await desk.keep(batch({ calls: [call] }))
  expect(await one('select output_tokens::integer as output, requests::integer as requests from model_calls')).toEqual({
    output: 445,
    requests: 1,
  })
  expect(wrong).toBe(5)
})

test('5. prompts stored as a plain string are missing from the transcript', async () => {
  const user = (n: number, content: unknown) => ({
    type: 'user',
    uuid: `u${n}`,
    sessionId: 's1',
    timestamp: `2026-11-22T04:00:0${n}.000Z`,
    message: { role: 'user', content },
  })
  const lines = [user(1, 'why does it fail?'), user(2, [{ type: 'text', text: 'mend it' }]), user(3, 'and test it')]
  const wrong = lines.flatMap(({ message: { content } }) =>
    Array.isArray(content) ? content.map(({ text }) => text) : [],
  )
  const { telemetry } = readLines(agents[0]!.transcripts!, '/home/dev/.claude/projects/p/s1.jsonl', lines)
  await desk.keep(telemetry)
  const rows = await desk.store.all("select content from messages where role = 'user' order by time")
  expect(rows.map(({ content }) => content)).toEqual(['why does it fail?', 'mend it', 'and test it'])
  expect(wrong).toEqual(['mend it'])
})

test('6. ids in OTLP/JSON are read as base64, so that they match nothing that another sender says', () => {
  const [traceId, spanId] = ['5b8efff798038103d269b633813fc60c', 'eee19b7ec3c1b174']
  const json = JSON.stringify({
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, name: 'chat', startTimeUnixNano: '1' }] }] }],
  })
  const type = requestType(loadSchema(), 'logs')
  const ofSpan = { traceId: Buffer.from(traceId, 'hex'), spanId: Buffer.from(spanId, 'hex'), timeUnixNano: 1 }
  const bytes = type.encode(type.fromObject({ resourceLogs: [{ scopeLogs: [{ logRecords: [ofSpan] }] }] })).finish()
  const [span] = decode('traces', 'json', Buffer.from(json), 1n).telemetry.spans
  const [log] = decode('logs', 'protobuf', bytes, 1n).telemetry.logs
  const wrong = [traceId, spanId].map((id) => Buffer.from(id, 'base64').toString('hex'))
  expect([span!.traceId, span!.spanId]).toEqual([log!.traceId, log!.spanId])
  expect([span!.traceId, span!.spanId]).toEqual([traceId, spanId])
  expect(wrong.map((id) => id.length)).toEqual([48, 24])
})

describe('7. prices without their rules', () => {
  const priced = async (call: Parameters<typeof seen>[0]) => {
    await desk.keep(batch({ calls: [seen({ keys: ['req:1'], inputTokens: 0, outputTokens: 0, ...call })] }))
    return cost()
  }

  test('a one-hour cache write is billed as one of five minutes', async () => {
    // Opus 4.6: $5 a million of input, 1.25 times that to write for five minutes, twice for an hour.
    const wrong = 100_000 * 6_250
    const right = 100_000 * 10_000
    expect(await priced({ model: 'claude-opus-4-6', cacheWriteTokens: 100_000, cacheWrite1hTokens: 100_000 })).toBe(
      right,
    )
    expect(wrong).toBeLessThan(right)
  })

  test('a long context is billed as a short one, for all but one agent', async () => {
    // Gemini 2.5 Pro: $1.25 and $10 a million up to 200,000 tokens of input, $2.50 and $15 beyond.
    const wrong = 250_000 * 1_250 + 1_000 * 10_000
    const right = 250_000 * 2_500 + 1_000 * 15_000
    const call = { tool: 'gemini', model: 'gemini-2.5-pro', inputTokens: 250_000, outputTokens: 1_000 }
    expect(await priced(call)).toBe(right)
    expect(right / wrong).toBeGreaterThan(1.9)
  })

  test('cached input is free on models sold as “pro”', async () => {
    const wrong = 10_000 * 1_250
    const right = wrong + 90_000 * 125
    const call = { tool: 'gemini', model: 'gemini-2.5-pro', inputTokens: 10_000, cacheReadTokens: 90_000 }
    expect(await priced(call)).toBe(right)
  })

  test('reasoning and cache writes of Copilot are billed twice', async () => {
    // Claude Sonnet 4.5: $3, $3.75 and $15 a million; reasoning is part of the output.
    const counts = { inputTokens: 1_000, cacheWriteTokens: 40_000, outputTokens: 5_000, reasoningTokens: 4_000 }
    const right = 1_000 * 3_000 + 40_000 * 3_750 + 5_000 * 15_000
    const wrong = right + 40_000 * 3_000 + 4_000 * 15_000
    expect(await priced({ tool: 'copilot', source: 'otlp_traces', ...counts })).toBe(right)
    expect(wrong / right).toBeGreaterThan(1.5)
  })
})

test('8. a trace export that is retried doubles Copilot’s tokens and cost', async () => {
  const traces = recorded('copilot/01-http-json', 'traces')
  for (const group of traces) await desk.keep(group)
  const [once, paid] = [await tokens(), await cost()]
  const wrong = [...traces, ...traces]
    .flatMap(({ calls }) => calls)
    .reduce(
      (sum, call) =>
        sum +
        (call.inputTokens ?? 0) +
        (call.cacheReadTokens ?? 0) +
        (call.cacheWriteTokens ?? 0) +
        (call.outputTokens ?? 0),
      0,
    )
  // The exporter sends the same spans again, in other requests than before.
  const again = traces.flatMap(({ calls }) => calls)
  for (let at = 0; at < again.length; at += 3) await desk.keep(batch({ calls: again.slice(at, at + 3) }))
  expect(await tokens()).toBe(once)
  expect(await cost()).toBe(paid)
  expect(once).toBe(127_018)
  expect(wrong).toBe(2 * 127_018)
})

test('9. user-facing points of the same type, model and time overwrite each other', async () => {
  const call = (sessionId: string, cacheReadTokens: number) =>
    seen({ sessionId, keys: [`req:${sessionId}`], inputTokens: 3, cacheReadTokens, outputTokens: 40 })
  const calls = [call('a', 700), call('b', 900)]
  await desk.keep(batch({ calls }))
  const byKey = new Map(
    calls.map(({ model, timeUnixNano, cacheReadTokens = 0 }) => [`${model} ${timeUnixNano}`, cacheReadTokens]),
  )
  const wrong = [...byKey.values()].reduce((sum, value) => sum + value, 0)
  const right = await one(
    `select sum(value)::integer as n, count(distinct session_id)::integer as sessions from metric_points
    where name = 'claude_code.token.usage_user_facing' and token_type = 'cacheRead'`,
  )
  expect(right).toEqual({ n: 1600, sessions: 2 })
  expect(wrong).toBe(900)
})

test('10. one agent and one kind of tokens appear as several, by their spelling', async () => {
  const services = ['gemini-cli', 'gemini_cli', 'Gemini-CLI']
  const spellings = [
    ['thought', 'thoughts'],
    ['cache', 'cached', 'cache_read', 'cacheRead'],
  ].flat()
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const dataPoints = spellings.map((type, at) => ({
    attributes: [text('type', type), text('model', 'gemini-2.5-pro'), text('session.id', 's1')],
    startTimeUnixNano: String(noon),
    timeUnixNano: String(noon + BigInt(at + 1) * second),
    asInt: '10',
  }))
  const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints }
  for (const service of services) {
    const body = {
      resourceMetrics: [
        {
          resource: { attributes: [text('service.name', service)] },
          scopeMetrics: [{ metrics: [{ name: 'gemini_cli.token.usage', sum }] }],
        },
      ],
    }
    const group = translate(decode('metrics', 'json', Buffer.from(JSON.stringify(body)), 1n).telemetry)
    const kinds = group.points.map(({ hot }) => `${hot.tool} ${hot.tokenType}`)
    expect([...new Set(kinds)]).toEqual(['gemini reasoning', 'gemini cacheRead'])
    expect(group.aggregates.length).toBeGreaterThan(0)
  }
  const wrong = new Set(services.flatMap((service) => spellings.map((type) => `${service} ${type}`)))
  expect(wrong.size).toBe(18)
})

test('11. no derived token or cost names its session, so that nothing can be told by session, project or branch', async () => {
  for (const group of [...recorded('codex/01-http-binary', 'logs'), ...recorded('codex/03-grpc', 'logs')])
    await desk.keep(group)
  const rows = await desk.store.all(
    `select session_id, sum(value)::integer as n from metric_points
    where name = 'codex_cli_rs.token.usage' group by 1 order by 1`,
  )
  // The wrong rule has one sum that belongs to nobody.
  const wrong = rows.reduce((sum, { n }) => sum + Number(n), 0)
  expect(rows).toEqual([
    { session_id: '01a20169-bb97-71b3-876f-4b0b26174663', n: 105_998 },
    { session_id: expect.stringMatching(/^01a2/), n: 110_040 },
  ])
  expect(wrong).toBe(105_998 + 110_040)
})
