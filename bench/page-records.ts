// page-records.ts: what agents send at this moment, for the measurements of the page: JSON requests of every signal, and one
// session and one trace as large as any.

const hex = (digits: number) =>
  Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('')
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const int = (key: string, value: number) => ({ key, value: { intValue: String(Math.round(value)) } })
const nano = (ms: number) => `${Math.round(ms * 1000)}000`

const resource = { attributes: [text('service.name', 'claude-code'), text('service.version', '2.1.197')] }
const scope = { name: 'com.anthropic.claude_code.events' }
const models = ['claude-sonnet-4-5-20250929', 'claude-opus-4-5-20251101', 'claude-haiku-4-5-20251001']
const events = ['api_request', 'tool_result', 'tool_decision', 'user_prompt', 'hook_execution_start']

let serial = 0
const session = () => `live-${Math.floor(serial / 400) % 12}`

function log(now: number) {
  const event = events[serial % events.length]!
  const common = [
    text('event.name', event),
    text('session.id', session()),
    int('event.sequence', ++serial),
    text('prompt.id', `p${Math.floor(serial / 40)}`),
    text('model', models[serial % 3]!),
  ]
  const own =
    event === 'api_request'
      ? [
          text('request_id', `req_${hex(16)}`),
          int('input_tokens', 10),
          int('output_tokens', 200),
          int('cache_read_tokens', 20_000),
          text('query_source', 'sdk'),
        ]
      : [
          text('tool_name', serial % 2 ? 'Bash' : 'Read'),
          text('tool_use_id', `toolu_${hex(12)}`),
          text('success', String(serial % 17 !== 0)),
          text('error_type', 'ShellError'),
        ]
  return { timeUnixNano: nano(now), body: { stringValue: `claude_code.${event}` }, attributes: [...common, ...own] }
}

/** `records` records of this moment: six of ten logs, three spans, one point. */
export function moment(records: number): { path: string; body: string; records: number }[] {
  const now = Date.now()
  const logs = Math.round(records * 0.6)
  const spans = Math.round(records * 0.3)
  const points = records - logs - spans
  const traceId = hex(32)
  return [
    {
      path: '/v1/logs',
      records: logs,
      body: JSON.stringify({
        resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: Array.from({ length: logs }, () => log(now)) }] }],
      }),
    },
    {
      path: '/v1/traces',
      records: spans,
      body: JSON.stringify({
        resourceSpans: [
          {
            resource,
            scopeSpans: [
              {
                scope,
                spans: Array.from({ length: spans }, (_, index) => ({
                  traceId,
                  spanId: hex(16),
                  name: index === 0 ? 'claude_code.interaction' : 'claude_code.tool',
                  kind: 1,
                  startTimeUnixNano: nano(now - 500 + index),
                  endTimeUnixNano: nano(now),
                  attributes: [text('session.id', session())],
                })),
              },
            ],
          },
        ],
      }),
    },
    {
      path: '/v1/metrics',
      records: points,
      body: JSON.stringify({
        resourceMetrics: [
          {
            resource,
            scopeMetrics: [
              {
                scope: { name: 'com.anthropic.claude_code' },
                metrics: [
                  {
                    name: 'claude_code.lines_of_code.count',
                    unit: 'count',
                    sum: {
                      aggregationTemporality: 1,
                      isMonotonic: true,
                      dataPoints: Array.from({ length: points }, (_, index) => ({
                        startTimeUnixNano: nano(now - 100),
                        timeUnixNano: nano(now + index / 1000),
                        asInt: '3',
                        attributes: [text('session.id', session()), text('type', index % 2 ? 'added' : 'removed')],
                      })),
                    },
                  },
                ],
              },
            ],
          },
        ],
      }),
    },
  ]
}

/** One trace of so many spans, in requests of 2,000. */
export function largeTrace(spans: number, traceId: string): string[] {
  const start = Date.now() - 3_600_000
  const ids = Array.from({ length: spans }, () => hex(16))
  const all = ids.map((spanId, index) => ({
    traceId,
    spanId,
    ...(index === 0 ? {} : { parentSpanId: ids[Math.floor((index - 1) / 8)] }),
    name: index === 0 ? 'a long turn' : `step ${index}`,
    kind: 1,
    startTimeUnixNano: nano(start + index * 20),
    endTimeUnixNano: nano(index === 0 ? start + spans * 20 : start + index * 20 + 15 + (index % 90)),
    attributes: [text('span.number', String(index))],
  }))
  const requests: string[] = []
  for (let at = 0; at < all.length; at += 2_000)
    requests.push(
      JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [text('service.name', 'bench')] },
            scopeSpans: [{ scope: { name: 'bench' }, spans: all.slice(at, at + 2_000) }],
          },
        ],
      }),
    )
  return requests
}

/** The transcript of a session of so many messages, as Claude Code writes it. */
export function largeTranscript(messages: number, sessionId: string): string {
  const start = Date.now() - 86_400_000
  const lines: string[] = []
  for (let at = 0; at < messages; at++) {
    const common = {
      sessionId,
      uuid: `u${at}`,
      timestamp: new Date(start + at * 1000).toISOString(),
      cwd: '/home/dev/bench',
      version: '2.1.197',
      isSidechain: false,
    }
    const said = `Message ${at}: ${'some words of an answer that wraps over lines '.repeat(1 + (at % 5))}`
    lines.push(
      JSON.stringify(
        at % 20 === 0
          ? { ...common, type: 'user', message: { role: 'user', content: said } }
          : {
              ...common,
              type: 'assistant',
              requestId: `req_${sessionId}_${at}`,
              message: {
                id: `msg_${sessionId}_${at}`,
                role: 'assistant',
                model: models[0],
                stop_reason: 'end_turn',
                content: [{ type: 'text', text: said }],
                usage: { input_tokens: 5, output_tokens: 50, cache_read_input_tokens: 1000 + at },
              },
            },
      ),
    )
  }
  return `${lines.join('\n')}\n`
}
