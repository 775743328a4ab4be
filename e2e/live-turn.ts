// live-turn.ts: what an agent says while somebody watches: a first request, and then a turn in every signal.
import type { Running } from './telltale.ts'

const attributes = (given: Record<string, string | number>) =>
  Object.entries(given).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }))
const resource = { attributes: attributes({ 'service.name': 'claude-code' }) }
const nano = (ms = Date.now()) => `${BigInt(ms) * 1_000_000n}`

/** The trace that both parts of the turn belong to, and the one that begins with it. */
export const traceId = 'ab'.repeat(16)
const newTraceId = 'cd'.repeat(16)
const rootSpan = '01'.repeat(8)

/** What one agent of a server says, in two parts: what was there before, and the turn that has to be seen. */
export function liveTurn(server: Running): { before(): Promise<void>; turn(): Promise<void> } {
  let sequence = 0
  async function send(path: string, body: object) {
    const answer = await fetch(new URL(path, server.otlpUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  const sendLogs = (events: Record<string, string | number>[]) =>
    send('/v1/logs', {
      resourceLogs: [
        {
          resource,
          scopeLogs: [
            {
              scope: { name: 'com.anthropic.claude_code.events' },
              logRecords: events.map((given) => ({
                timeUnixNano: nano(),
                body: { stringValue: `claude_code.${given['event.name']}` },
                attributes: attributes({ 'session.id': 'watched', 'event.sequence': ++sequence, ...given }),
              })),
            },
          ],
        },
      ],
    })
  const sendSpans = (spans: object[]) =>
    send('/v1/traces', {
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'moon' }, spans }] }],
    })
  const span = (name: string, part: object) => ({
    name,
    kind: 1,
    startTimeUnixNano: nano(Date.now() - 5),
    endTimeUnixNano: nano(),
    attributes: attributes({ 'session.id': 'watched' }),
    ...part,
  })
  const sendGauges = (gauges: Record<string, number>) =>
    send('/v1/metrics', {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            {
              scope: { name: 'moon' },
              metrics: Object.entries(gauges).map(([name, asInt]) => ({
                name,
                gauge: { dataPoints: [{ timeUnixNano: nano(), asInt }] },
              })),
            },
          ],
        },
      ],
    })
  const request = (id: string, more: Record<string, string | number>) => ({
    'event.name': 'api_request',
    request_id: id,
    model: 'claude-opus-4-5-20251101',
    input_tokens: 100_000,
    output_tokens: 1_000,
    query_source: 'sdk',
    'prompt.id': 'p1',
    ...more,
  })
  return {
    async before() {
      await sendLogs([request('req_1', {})])
      await sendSpans([span('leave the earth', { traceId, spanId: rootSpan })])
      await sendGauges({ 'moon.distance': 12 })
    },
    async turn() {
      await sendLogs([
        { 'event.name': 'user_prompt', prompt: 'Fetch me the moon', 'prompt.id': 'p2' },
        request('req_2', { model: 'claude-haiku-4-5-20251001', 'prompt.id': 'p2' }),
        {
          'event.name': 'tool_result',
          tool_name: 'MoonFetcher',
          tool_use_id: 'toolu_1',
          success: 'false',
          error_type: 'OutOfReach',
          duration_ms: '12',
          'prompt.id': 'p2',
        },
        // Two attempts are in its number alone.
        request('req_3', { model: 'claude-haiku-4-5-20251001', attempt: 3, 'prompt.id': 'p2' }),
      ])
      await sendSpans([
        span('land on the moon', { traceId, spanId: '02'.repeat(8), parentSpanId: rootSpan }),
        span('fly home', { traceId: newTraceId, spanId: '03'.repeat(8) }),
      ])
      await sendGauges({ 'moon.distance': 3_844, 'moon.phase': 3 })
    },
  }
}
