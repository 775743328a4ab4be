import { afterAll, beforeAll, expect, test } from 'bun:test'
import { noAttributes } from '#proto/attributes.ts'
import { cold, type LogRecord } from '#proto/telemetry.ts'
import { logWriter } from '../../ingest/telemetry-writers.ts'
import { at, type Bench, failedCall, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { errorsRoutes } from './routes.ts'

let bench: Bench
const start = at('2026-11-22T04:00:00Z')
const second = 1_000_000_000n

function log(part: Partial<Omit<LogRecord, 'hot'>> & { hot?: Partial<LogRecord['hot']> }): LogRecord {
  const { hot, ...rest } = part
  return {
    resource: { attributes: noAttributes(), serviceName: 'claude-code', droppedAttributesCount: 0, schemaUrl: '' },
    scope: { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' },
    timeUnixNano: start,
    observedTimeUnixNano: start,
    severityNumber: 0,
    severityText: '',
    eventName: '',
    body: '',
    attributes: noAttributes(),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    ...rest,
    hot: { ...cold(), ...hot },
  }
}
const attributes = (given: Record<string, string>) => Object.assign(noAttributes(), given)

beforeAll(async () => {
  bench = await openBench(errorsRoutes as never)
  const inSession = { tool: 'claude-code', sessionId: 's1' }
  await insertCalls(bench.store, [
    modelCall({}),
    failedCall({
      callId: 'c-529',
      timeUnixNano: start + second,
      errorType: 'overloaded_error',
      errorMessage: 'Overloaded',
      statusCode: 529,
      attempt: 3,
      requestId: 'req_1',
      traceId: 'a'.repeat(32),
    }),
    failedCall({ callId: 'counted', tool: 'copilot', sessionId: '', errors: 4, timeUnixNano: start + 20n * second }),
  ])
  await bench.keep({
    toolCalls: [
      { source: 'otlp_logs', ...inSession, callId: 't-ok', toolName: 'Read', timeUnixNano: start, success: true },
      {
        source: 'otlp_logs',
        ...inSession,
        callId: 't-bad',
        toolName: 'Bash',
        timeUnixNano: start + 10n * second,
        success: false,
        errorType: 'ShellError',
        output: `exit 1 ${'x'.repeat(5000)}`,
        durationMs: 12,
      },
    ],
  })
  const logs = [
    // Tells of the failed request, a moment later.
    log({ hot: { ...inSession, eventName: 'api_error' }, timeUnixNano: start + second + 400_000_000n }),
    log({
      hot: { ...inSession, eventName: 'internal_error' },
      timeUnixNano: start + 30n * second,
      attributes: attributes({ 'error.type': 'TypeError', 'error.message': 'x is undefined', 'prompt.id': 'p1' }),
    }),
    log({ severityNumber: 17, body: 'disk is full', timeUnixNano: start + 40n * second, spanId: 'b'.repeat(16) }),
    log({ severityNumber: 9, body: 'all is well', timeUnixNano: start + 41n * second }),
    log({ hot: { ...inSession, eventName: 'api_request' }, timeUnixNano: start + 42n * second }),
  ]
  await bench.store.transaction((tx) =>
    tx.append(
      logWriter,
      logs.map((record) => ({ batch: 1n, record })),
    ),
  )
})
afterAll(() => bench.close())

const list = async (query: string) => {
  const { status, body } = await bench.get(`/api/errors?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body
}
const day = 'from=2026-11-22&to=2026-11-22'

test('are failed requests, failed tool calls and error events, newest first, each told once', async () => {
  const { errors, total, hasMore } = await list(day)
  expect([total, hasMore]).toEqual([5, false])
  expect(errors.map((one: any) => `${one.kind} ${one.id ?? one.message}`)).toEqual([
    'event disk is full',
    'event internal_error',
    'model_call counted',
    'tool_call t-bad',
    'model_call c-529',
  ])
})

test('say what went wrong and where to look', async () => {
  const { errors } = await list(day)
  expect(errors[4]).toEqual({
    timestamp: '2026-11-22T04:00:01.000Z',
    kind: 'model_call',
    tool: 'claude-code',
    serviceName: 'claude-code',
    sessionId: 's1',
    id: 'c-529',
    errorType: 'overloaded_error',
    message: 'Overloaded',
    count: 1,
    model: 'claude-sonnet-4-5',
    statusCode: 529,
    attempt: 3,
    requestId: 'req_1',
    traceId: 'a'.repeat(32),
  })
  expect(errors[3]).toMatchObject({ toolName: 'Bash', errorType: 'ShellError', durationMs: 12, sessionId: 's1' })
  expect(errors[3].message).toHaveLength(2000)
  expect(errors[2]).toMatchObject({ count: 4, tool: 'copilot' })
  expect(errors[2].sessionId).toBeUndefined()
  expect(errors[1]).toMatchObject({ errorType: 'TypeError', message: 'x is undefined', promptId: 'p1' })
  expect(errors[0]).toMatchObject({ tool: '', serviceName: 'claude-code', spanId: 'b'.repeat(16) })
})

test('are filtered by tool, session and time, and paged', async () => {
  expect((await list(`${day}&tool=copilot`)).errors).toHaveLength(1)
  expect((await list(`${day}&session=s1`)).total).toBe(3)
  expect(await list(`${day}&limit=1&offset=1`)).toMatchObject({ total: 5, hasMore: true, errors: [{ kind: 'event' }] })
  expect(await list(`${day}&offset=7`)).toMatchObject({ total: 5, hasMore: false, errors: [] })
  expect(await list('from=2026-11-23&to=2026-11-23')).toEqual({ errors: [], total: 0, hasMore: false })
  expect((await bench.get('/api/errors?limit=x')).status).toBe(400)
})

test('an error that was posted as one is told beside what failed in that second', async () => {
  const hot = { tool: 'mine', sessionId: 's9', eventName: 'error' }
  const push = { name: 'push', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }
  const posted = attributes({ 'record.id': 'e1', 'error.message': 'boom' })
  await bench.keep({
    toolCalls: [
      {
        source: 'push',
        tool: 'mine',
        sessionId: 's9',
        callId: 't9',
        toolName: 'Bash',
        timeUnixNano: start,
        success: false,
      },
    ],
  })
  await bench.store.transaction((tx) =>
    tx.append(logWriter, [
      { batch: 2n, record: log({ hot, scope: push, attributes: posted, severityNumber: 17 }) },
      // Of an agent, at the same time: tells of the tool call.
      { batch: 2n, record: log({ hot, severityNumber: 17, body: 'the tool failed' }) },
    ]),
  )
  const { errors } = await list(`${day}&tool=mine`)
  expect(errors.map(({ kind, message }: any) => [kind, message])).toEqual([
    ['event', 'boom'],
    ['tool_call', undefined],
  ])
})
