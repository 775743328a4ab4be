// sample.ts: fills a server with a month of invented work of five agents, so that the page has something to show while it is built and
// for its screenshots: `bun frontend/dev/sample.ts --api http://127.0.0.1:8080`. Sent again it adds nothing. Development only.
import { parseArgs } from 'node:util'
import { type Work, work } from './world.ts'

const { values } = parseArgs({ options: { api: { type: 'string', default: 'http://127.0.0.1:8080' } } })
const recordsMax = 1_000
const tracedSessions = 60

type Sent = { [field: string]: unknown }
const iso = (ms: number) => new Date(ms).toISOString()

async function post(url: string, body: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
}

/** Sends one agent's records of one kind, a thousand at a time. */
async function push(source: string, kind: string, records: Sent[]) {
  for (let at = 0; at < records.length; at += recordsMax) {
    await post(`${values.api}/api/ingest`, { source, host: 'devbox', [kind]: records.slice(at, at + recordsMax) })
  }
}

function records(one: Work) {
  const by = { sessionId: one.sessionId, project: one.project, branch: one.branch }
  return {
    session: {
      id: one.sessionId,
      title: one.title,
      project: one.project,
      branch: one.branch,
      cwd: `/home/dev/${one.project}`,
      startTime: iso(one.start),
      lastTime: iso(one.end),
      ended: !one.active,
    },
    calls: one.calls.map((call, at) => ({
      id: `${one.sessionId}-${at}`,
      timestamp: iso(call.time),
      model: call.model,
      ...by,
      ...(call.error
        ? { status: 'error', statusCode: 529, errorType: 'overloaded_error', errorMessage: 'Overloaded' }
        : {
            status: 'ok',
            inputTokens: call.input,
            cacheReadTokens: call.cacheRead,
            cacheWriteTokens: call.cacheWrite,
            outputTokens: call.output,
            reasoningTokens: call.reasoning,
          }),
      durationMs: call.durationMs,
    })),
    toolCalls: one.toolCalls.map((use, at) => ({
      id: `${one.sessionId}-t${at}`,
      timestamp: iso(use.time),
      toolName: use.name,
      ...by,
      durationMs: use.durationMs,
      success: use.success,
      ...(use.success ? {} : { errorType: 'ShellError', errorMessage: 'The command ended with exit code 1' }),
      decision: use.rejected ? 'reject' : 'accept',
    })),
    events: [
      ...one.calls.map((call, at) => ({
        id: `${one.sessionId}-e${at}`,
        timestamp: iso(call.time),
        name: call.error ? 'request.refused' : 'request.answered',
        severity: call.error ? 'ERROR' : 'INFO',
        ...by,
        model: call.model,
        attributes: { milliseconds: Math.round(call.durationMs) },
      })),
      ...one.toolCalls.map((use, at) => ({
        id: `${one.sessionId}-u${at}`,
        timestamp: iso(use.time),
        name: 'tool.ended',
        severity: use.success ? 'INFO' : 'WARN',
        ...by,
        attributes: { name: use.name, worked: use.success, milliseconds: Math.round(use.durationMs) },
      })),
    ],
  }
}

/**
 * A session as one trace: its requests and tools under one root. The spans tell of no session and no model: they are a plain
 * service's, and the requests above are counted once.
 */
function spans(one: Work): Sent[] {
  const traceId = one.sessionId.replaceAll('-', '')
  let next = 0
  const span = (name: string, startMs: number, durationMs: number, failed: boolean, parentSpanId = '') => {
    const start = BigInt(Math.round(startMs * 1e3)) * 1_000n
    return {
      traceId,
      spanId: (++next).toString(16).padStart(16, '0'),
      parentSpanId,
      name,
      kind: 1,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(start + BigInt(Math.round(durationMs * 1e6))),
      status: failed ? { code: 2, message: 'failed' } : {},
      attributes: [{ key: 'project', value: { stringValue: one.project } }],
    }
  }
  const root = span('agent', one.start, one.end - one.start, false)
  return [
    root,
    ...one.calls.map((call) => span('chat', call.time, call.durationMs, call.error, root.spanId)),
    ...one.toolCalls.flatMap((use) => {
      const tool = span(`tool ${use.name}`, use.time, use.durationMs, !use.success, root.spanId)
      return [tool, span('permission', use.time, use.durationMs * 0.2, false, tool.spanId)]
    }),
  ]
}

const all = work(Date.now())
for (const [source, own] of Map.groupBy(all, ({ tool }) => tool)) {
  const made = own.map(records)
  await push(
    source,
    'sessions',
    made.map(({ session }) => session),
  )
  for (const kind of ['calls', 'toolCalls', 'events'] as const)
    await push(
      source,
      kind,
      made.flatMap((one): Sent[] => one[kind]),
    )
}
const status = (await (await fetch(`${values.api}/api/status`)).json()) as { receivers: { otlpHttp: { url: string } } }
for (const one of all.slice(0, tracedSessions)) {
  await post(`${status.receivers.otlpHttp.url}/v1/traces`, {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'sample' } }] },
        scopeSpans: [{ scope: { name: 'sample' }, spans: spans(one) }],
      },
    ],
  })
}
console.log(`sent ${all.length} sessions`)
