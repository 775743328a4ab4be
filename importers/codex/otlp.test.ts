import { describe, expect, test } from 'bun:test'
import type { Attributes } from '#proto/attributes.ts'
import { atOnce } from '#proto/steps.ts'
import { noTelemetry, type Span, type Telemetry } from '#proto/telemetry.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { translate } from '../index.ts'
import { batch, log, noon, point, resource, scope, span } from '../otlp-fixtures.ts'
import { forgetBatches } from '../recent.ts'
import { otlp as otlpInSteps } from './otlp.ts'

const otlp = (sent: Telemetry) => atOnce(otlpInSteps(sent))

const from = { resource: resource('codex_exec'), scope: scope('codex_otel.log_only') }

const completed = (attributes: Attributes = {}): Attributes => ({
  'event.name': 'codex.sse_event',
  'event.kind': 'response.completed',
  'conversation.id': 'c1',
  model: 'gpt-5.5',
  input_token_count: '9676',
  output_token_count: '142',
  cached_token_count: 9216,
  reasoning_token_count: 64,
  tool_token_count: '9818',
  ...attributes,
})

describe('events', () => {
  test('every chunk of a stream is one and none is kept, whatever Codex calls itself', () => {
    for (const name of ['codex_exec', 'codex_cli_rs', 'codex-app-server', 'codex_vscode', 'my-agent']) {
      const own = { resource: resource(name), scope: from.scope }
      const { logs, calls } = translate(
        batch({
          logs: [
            log(own, { 'event.name': 'codex.sse_event', 'event.kind': 'response.output_text.delta' }),
            log(own, completed()),
            log(own, { 'event.name': 'codex.user_prompt', 'conversation.id': 'c1' }),
          ],
        }),
      )
      expect([name, logs.length, calls.length]).toEqual([name, 1, 1])
    }
  })

  test('of the two events that end a stream the one with tokens is the request; its counts are partly texts', () => {
    const bare = completed({ input_token_count: undefined as never, duration_ms: '15' })
    delete bare.input_token_count
    expect(otlp(batch({ logs: [log(from, bare), log(from, completed())] })).calls).toMatchObject([
      {
        inputTokens: 460,
        cacheReadTokens: 9216,
        outputTokens: 142,
        reasoningTokens: 64,
        sessionId: 'c1',
        model: 'gpt-5.5',
      },
    ])
  })

  test('a cached part larger than the input is cut to it; reasoning larger than the output too', () => {
    const [call] = otlp(
      batch({ logs: [log(from, completed({ cached_token_count: 99_999, reasoning_token_count: 500 }))] }),
    ).calls
    expect(call).toMatchObject({ inputTokens: 0, cacheReadTokens: 9676, outputTokens: 142, reasoningTokens: 142 })
  })

  test('a warm-up of a websocket is no request', () => {
    const nothing = {
      input_token_count: '0',
      output_token_count: '0',
      cached_token_count: '0',
      reasoning_token_count: '0',
    }
    const usage = { 'gen_ai.usage.input_tokens': '0', 'gen_ai.usage.output_tokens': '0' }
    const [logs, spans] = [[log(from, completed(nothing))], [span(from, 'handle_responses', usage)]]
    expect(otlp(batch({ logs, spans })).calls).toEqual([])
    const counted = (phase: string) =>
      otlp(batch({ points: [point(from, 'codex.websocket.continuation', { phase, model: 'm' }, { value: 3 })] }))
    expect(counted('generation').aggregates).toMatchObject([{ field: 'requests', value: 3 }])
    expect(counted('warmup').aggregates).toEqual([])
  })

  test('a failed attempt in the log and its copy on the span are one failure; a failed list of models is none', () => {
    const failed = {
      'event.name': 'codex.api_request',
      'conversation.id': 'c1',
      'http.response.status_code': 503,
      'error.message': 'http 503',
      'auth.request_id': 'req_9',
      attempt: 0,
      endpoint: '/responses',
      model: 'gpt-5.5',
    }
    const copy = {
      timeUnixNano: noon + 5n,
      name: 'event',
      attributes: { ...failed, attempt: '0' },
      droppedAttributesCount: 0,
    }
    const { calls } = otlp(
      batch({
        logs: [log(from, failed), log(from, { ...failed, endpoint: '/models', 'auth.request_id': 'req_8' })],
        spans: [span(from, 'endpoint_session.stream_encoded_json_with', {}, { events: [copy] })],
      }),
    )
    expect(requests(calls)).toMatchObject([
      { status: 'error', statusCode: 503, attempt: 1, sources: ['otlp_logs', 'otlp_traces'] },
    ])
  })

  test('a stream that breaks is a failure', () => {
    const broken = {
      'event.name': 'codex.sse_event',
      'conversation.id': 'c1',
      'error.message': 'idle timeout',
      model: 'm',
    }
    expect(otlp(batch({ logs: [log(from, broken)] })).calls).toMatchObject([
      { status: 'error', errorMessage: 'idle timeout' },
    ])
  })

  test('the two events of one broken stream are one failure, also when a slice of time ends between them; two breaks are two', () => {
    const broken = (ms: number, us: bigint, attributes: Attributes) =>
      log(
        from,
        { 'event.name': 'codex.sse_event', 'conversation.id': 'c1', model: 'm', ...attributes },
        {
          timeUnixNano: noon + BigInt(ms) * 1_000_000n + us * 1000n,
        },
      )
    const why = { 'error.message': 'Transport error: network error', duration_ms: '148' }
    const end = { 'event.kind': 'response.completed', 'error.message': 'stream disconnected before completion' }
    const logs = [230, 780, 1399.999].flatMap((ms) => [
      broken(Math.floor(ms), 990n, why),
      broken(Math.floor(ms) + 1, 24n, end),
    ])
    expect(requests(otlp(batch({ logs })).calls)).toMatchObject([
      { status: 'error', errorType: 'stream' },
      { status: 'error', errorType: 'stream' },
      { status: 'error', errorType: 'stream' },
    ])
  })

  test('a response that failed in the stream is told in its own words', () => {
    const error = { code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 1s.' }
    const failed = { type: 'response.failed', response: { id: 'resp_1', status: 'failed', error } }
    const attributes = {
      'event.name': 'codex.sse_event',
      'event.kind': 'response.failed',
      'conversation.id': 'c1',
      'error.message': JSON.stringify(failed),
    }
    expect(otlp(batch({ logs: [log(from, attributes)] })).calls).toMatchObject([
      { status: 'error', errorType: error.code, errorMessage: error.message },
    ])
  })

  test('a command that failed is a failure by its exit code; a commit counts by the command and git’s own words', () => {
    const result = (cmd: string, output: string) =>
      log(from, {
        'event.name': 'codex.tool_result',
        'conversation.id': 'c1',
        call_id: `call_${cmd.length}`,
        tool_name: 'exec_command',
        success: 'true',
        arguments: JSON.stringify({ cmd }),
        output,
      })
    const { toolCalls, commits } = otlp(
      batch({
        logs: [
          result('npm test', 'Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 1\nOutput:\nfailed\n'),
          result('git commit -m x', 'Exit code: 0\nOutput:\n[main abc1234] x\n 1 file changed\n'),
          result(
            'echo "Process exited with code 7 inside"',
            'Exit code: 0\nOutput:\nProcess exited with code 7 inside\n',
          ),
        ],
      }),
    )
    expect(toolCalls.map(({ success }) => success)).toEqual([false, true, true])
    expect(commits).toMatchObject([{ hash: 'abc1234', branch: 'main', subject: 'x' }])
  })

  test('a thread that another started knows its parent', () => {
    const spawn = {
      'event.name': 'codex.agent_communication',
      kind: 'spawn',
      sender_thread_id: 'c1',
      receiver_thread_id: 'c2',
    }
    expect(otlp(batch({ logs: [log(from, spawn)] })).sessions).toMatchObject([
      { sessionId: 'c2', parentSessionId: 'c1' },
    ])
    const answer = {
      'event.name': 'codex.tool_result',
      'conversation.id': 'c1',
      tool_name: 'spawn_agent',
      call_id: 'call_1',
      success: 'true',
      output: '{"agent_id":"c3","nickname":"Sagan"}',
    }
    const { sessions } = otlp(batch({ logs: [log(from, answer)] }))
    expect(sessions.find(({ sessionId }) => sessionId === 'c3')).toMatchObject({ parentSessionId: 'c1' })
  })
})

describe('spans in batches', () => {
  test('a turn’s folder is its conversation’s, whichever of the batches that tell them comes first', () => {
    const folder = () => span(from, 'run_sampling_request', { turn_id: 't1', model: 'm', cwd: '/home/dev/project' })
    const owner = () => span(from, 'codex.sampling', { 'turn.id': 't1', 'conversation.id': 'c2' }, { spanId: 'b1' })
    const other = () => span(from, 'codex.sampling', { 'turn.id': 't2', 'conversation.id': 'c1' }, { spanId: 'b2' })
    for (const order of [
      [folder, owner, other],
      [owner, other, folder],
      [other, folder, owner],
    ]) {
      forgetBatches()
      const sessions = order.flatMap((make) => otlp(batch({ spans: [make()] })).sessions)
      const placed = sessions.filter(({ cwd }) => cwd !== undefined)
      expect(placed).toMatchObject([{ sessionId: 'c2', cwd: '/home/dev/project', project: 'project' }])
    }
  })

  test('an attempt that ends in a later batch than its answer gives it its model, also when the stream goes on between them', () => {
    const at = (spanId: string, parentSpanId: string, endMs: bigint) => ({
      spanId,
      parentSpanId,
      endTimeUnixNano: noon + endMs * 1_000_000n,
    })
    const usage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 }
    const turn = { 'conversation.id': 'c1', 'turn.id': 't1' }
    const first = () => [
      span(from, 'handle_responses', usage, at('a1', 'a2', 10n)),
      span(from, 'codex.sampling', turn, at('a3', 'a4', 11n)),
    ]
    const second = () => [
      span(from, 'handle_responses', {}, at('a5', 'a2', 20n)),
      span(from, 'codex.tool_blocking', turn, at('a6', 'a4', 30n)),
      span(from, 'receiving_stream', {}, at('a2', 'a4', 31n)),
      span(from, 'try_run_sampling_request', { model: 'gpt-5.3-codex' }, at('a4', 'a7', 32n)),
    ]
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      forgetBatches()
      const calls = order.flatMap((make) => otlp(batch({ spans: make() })).calls)
      expect(requests(calls)).toMatchObject([{ sessionId: 'c1', model: 'gpt-5.3-codex', inputTokens: 100 }])
    }
  })

  test('an attempt whose tools ran and whose stream broke is no request', () => {
    const turn = { 'conversation.id': 'c1', 'turn.id': 't1' }
    const spans = [
      span(from, 'handle_responses', {}, { spanId: 'a1', parentSpanId: 'a2' }),
      span(from, 'codex.tool_blocking', turn, { spanId: 'a3', parentSpanId: 'a4' }),
      span(from, 'receiving_stream', {}, { spanId: 'a2', parentSpanId: 'a4' }),
      span(from, 'try_run_sampling_request', { model: 'gpt-5.5' }, { spanId: 'a4' }),
    ]
    for (const first of [0, 1, 2, 3, 4]) {
      forgetBatches()
      const calls = [spans.slice(0, first), spans.slice(first)].flatMap((part) => otlp(batch({ spans: part })).calls)
      expect(calls).toEqual([])
    }
  })

  const told = (variant: string) => {
    const spans: Span[] = []
    const logs = recordings()
      .filter(({ name }) => name.startsWith(`codex/${variant}`))
      .flatMap(({ signal, encoding, body }) => {
        const { telemetry } = decode(signal, encoding, body, 1n)
        spans.push(...telemetry.spans)
        return translate({ ...noTelemetry(), logs: telemetry.logs }).calls
      })
    return { spans, logs }
  }
  const totals = (calls: Parameters<typeof requests>[0]) =>
    requests(calls)
      .filter(({ status }) => status === 'ok')
      .map(({ sessionId, model, inputTokens, outputTokens }) => `${sessionId} ${model} ${inputTokens} ${outputTokens}`)
      .sort()
  const translated = (spans: Span[]) =>
    translate({ ...noTelemetry(), spans: spans.map((span) => ({ ...span, hot: { ...span.hot } })) }).calls

  for (const variant of ['01-http-binary', '03-grpc', '04-http-subagent']) {
    const { spans, logs } = told(variant)

    test(`${variant}: wherever a full batch ends, each request has its conversation and model and is counted once`, () => {
      for (let offset = 1; offset <= 512; offset += 37) {
        const calls = translated(spans.slice(0, offset))
        for (let at = offset; at < spans.length; at += 512) calls.push(...translated(spans.slice(at, at + 512)))
        expect([offset, totals(calls)]).toEqual([offset, totals(logs)])
        expect([offset, totals([...calls, ...logs])]).toEqual([offset, totals(logs)])
      }
    })

    test(`${variant}: so when batches are sent while answers still stream`, () => {
      const slices = Map.groupBy(spans, ({ endTimeUnixNano }) => endTimeUnixNano / 150_000_000n)
      const calls = [...slices.values()].flatMap(translated)
      expect(totals(calls)).toEqual(totals(logs))
      expect(totals([...calls, ...logs])).toEqual(totals(logs))
    })
  }
})

describe('metrics', () => {
  test('a turn’s histogram counts by its sum: cached taken out of the input, the total not at all', () => {
    const usage = (type: string, sum: number) =>
      point(
        from,
        'codex.turn.token_usage',
        { token_type: type, model: 'gpt-5.5' },
        { type: 'histogram', sum, count: 1n, isInt: undefined },
      )
    const { aggregates, points } = otlp(
      batch({ points: [usage('total', 118), usage('input', 100), usage('cached_input', 60), usage('output', 18)] }),
    )
    expect(aggregates.map(({ field, value }) => [field, value])).toEqual([
      ['inputTokens', 100],
      ['cacheReadTokens', 60],
      ['inputTokens', -60],
      ['outputTokens', 18],
    ])
    expect(points.map(({ hot }) => hot.tokenType)).toEqual(['', 'input', 'cacheRead', 'output'])
  })
})
