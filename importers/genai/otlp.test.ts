import { describe, expect, test } from 'bun:test'
import { type Attributes, Double } from '#proto/attributes.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { translate } from '../index.ts'
import { batch, log, point, resource, scope, span } from '../otlp-fixtures.ts'
import { aggregateTotals } from '../recordings.ts'

const from = { resource: resource('travel-agent'), scope: scope('opentelemetry.instrumentation.openai_v2') }

const callsOf = (...spans: ReturnType<typeof span>[]) => translate(batch({ spans })).calls
const numbers = (attributes: Attributes) => {
  const [call] = callsOf(span(from, 'x', attributes))
  return [
    call?.model,
    call?.inputTokens,
    call?.cacheReadTokens,
    call?.cacheWriteTokens,
    call?.outputTokens,
    call?.reasoningTokens,
  ]
}

describe('dialects', () => {
  test('the conventions of today, of yesterday, of OpenInference, OpenLLMetry, the AI SDK and codeburn', () => {
    expect(
      numbers({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-5',
        'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.cache_read.input_tokens': 60,
        'gen_ai.usage.cache_creation.input_tokens': 30,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.reasoning.output_tokens': 5,
      }),
    ).toEqual(['claude-sonnet-4-5-20250929', 10, 60, 30, 20, 5])
    expect(
      numbers({
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.prompt_tokens': 100,
        'gen_ai.usage.completion_tokens': 20,
      }),
    ).toEqual(['gpt-4o', 100, undefined, undefined, 20, undefined])
    expect(
      numbers({
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-5.1',
        'llm.token_count.prompt': 100,
        'llm.token_count.prompt_details.cache_read': 60,
        'llm.token_count.completion': 20,
        'llm.token_count.completion_details.reasoning': 5,
      }),
    ).toEqual(['gpt-5.1', 40, 60, undefined, 20, 5])
    expect(
      numbers({
        'gen_ai.system': 'Anthropic',
        'llm.request.type': 'chat',
        'gen_ai.request.model': 'claude-haiku-4-5',
        'llm.usage.prompt_tokens': 100,
        'llm.usage.cache_read_input_tokens': 60,
        'llm.usage.completion_tokens': 20,
      }),
    ).toEqual(['claude-haiku-4-5', 40, 60, undefined, 20, undefined])
    expect(
      numbers({
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'gpt-5',
        'ai.usage.promptTokens': 100,
        'ai.usage.completionTokens': 20,
      }),
    ).toEqual(['gpt-5', 100, undefined, undefined, 20, undefined])
    expect(
      numbers({ 'ai.provider': 'codex', 'ai.model': 'gpt-5', 'ai.input_tokens': 100, 'ai.output_tokens': 20 }),
    ).toEqual(['gpt-5', 100, undefined, undefined, 20, undefined])
  })

  test('the service is the tool; session, project and cost come as each dialect names them', () => {
    const [call] = callsOf(
      span(from, 'claude/claude-opus-4-6', {
        'ai.model': 'claude-opus-4-6',
        'ai.input_tokens': 0,
        'ai.output_tokens': 20,
        'ai.cost_usd': 0.25,
        'ai.project': 'shop',
        'ai.speed': 'fast',
        'ai.cost_estimated': true,
      }),
    )
    // codeburn makes one trace of a session.
    expect(call).toMatchObject({
      tool: 'travel-agent',
      sessionId: '0123456789abcdef0123456789abcdef',
      project: 'shop',
      speed: 'fast',
      reportedCostNanoUsd: 250_000_000,
      quality: 'estimated',
    })
  })
})

describe('what is a request', () => {
  const usage = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20, 'gen_ai.request.model': 'm' }

  test('agents, workflows, tools, retrievals and unknown operations are none, whatever usage they carry', () => {
    for (const operation of [
      'invoke_agent',
      'create_agent',
      'invoke_workflow',
      'execute_tool',
      'retrieval',
      'plan',
      'x',
    ])
      expect([
        operation,
        callsOf(span(from, operation, { ...usage, 'gen_ai.operation.name': operation })).length,
      ]).toEqual([operation, 0])
    for (const kind of ['AGENT', 'CHAIN', 'TOOL', 'RETRIEVER', 'GUARDRAIL'])
      expect([kind, callsOf(span(from, kind, { ...usage, 'openinference.span.kind': kind })).length]).toEqual([kind, 0])
    expect(callsOf(span(from, 'ai.streamText', { ...usage, 'ai.operationId': 'ai.streamText' })).length).toBe(0)
  })

  test('of two nested spans that tell one request the inner one counts', () => {
    const inner = { spanId: '00000000000000aa', parentSpanId: '00000000000000bb' }
    const between = { spanId: '00000000000000bb', parentSpanId: '00000000000000cc' }
    const spans = [
      span(from, 'openai.chat', { ...usage, 'gen_ai.operation.name': 'chat', 'gen_ai.response.id': 'r1' }, inner),
      span(from, 'http', {}, between),
      span(from, 'ChatOpenAI.chat', { ...usage, 'gen_ai.operation.name': 'chat' }, { spanId: '00000000000000cc' }),
    ]
    expect(callsOf(...spans).map(({ keys }) => keys)).toEqual([['resp:r1']])
    const loop = [
      span(from, 'a', { ...usage }, { spanId: '00000000000000aa', parentSpanId: '00000000000000bb' }),
      span(from, 'b', {}, { spanId: '00000000000000bb', parentSpanId: '00000000000000aa' }),
    ]
    expect(callsOf(...loop).length).toBe(1)
  })

  test('a plain service passes as it came', () => {
    const plain = batch({
      spans: [span(from, 'GET /', { 'http.request.method': 'GET' })],
      logs: [log(from, { 'event.name': 'x' })],
      points: [point(from, 'http.server.duration', {}, { value: 1 })],
    })
    const before = structuredClone({ spans: plain.spans.length })
    expect(translate(plain)).toBe(plain)
    expect([plain.spans[0]?.hot.tool, before.spans]).toEqual(['', 1])
  })

  test('of a service that follows the conventions only what is about models is touched', () => {
    const { spans, sessions } = translate(
      batch({
        spans: [
          span(from, 'GET /', {}, { spanId: '00000000000000a1' }),
          span(
            from,
            'chat m',
            { ...usage, 'gen_ai.operation.name': 'chat', 'gen_ai.conversation.id': 'c1' },
            { spanId: '00000000000000a2' },
          ),
        ],
      }),
    )
    expect(spans.map(({ hot }) => [hot.tool, hot.sessionId, hot.model])).toEqual([
      ['', '', ''],
      ['travel-agent', 'c1', 'm'],
    ])
    expect(sessions).toMatchObject([{ tool: 'travel-agent', sessionId: 'c1' }])
  })

  test('services of one batch are told apart, and a batch of several keeps what each brought', () => {
    const other = { resource: resource('writer'), scope: from.scope }
    const plain = { resource: resource('shop'), scope: from.scope }
    const { calls, spans } = translate(
      batch({ spans: [span(from, 'a', usage), span(other, 'b', usage), span(plain, 'c', {})] }),
    )
    expect(calls.map(({ tool }) => tool).sort()).toEqual(['travel-agent', 'writer'])
    expect(spans.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c'])
  })
})

describe('the event of a request', () => {
  const details: Attributes = {
    'event.name': 'gen_ai.client.inference.operation.details',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.conversation.id': 'c1',
    'gen_ai.response.id': 'r1',
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
  }

  test('tells it alone, and with its span is one', () => {
    const { 'event.name': _, ...attributes } = details
    const alone = translate(batch({ logs: [log(from, details)] }))
    expect(requests(alone.calls)).toMatchObject([{ outputTokens: 20, sources: ['otlp_logs'] }])
    const both = translate(batch({ logs: [log(from, details)], spans: [span(from, 'chat m', attributes)] }))
    expect(requests(both.calls)).toMatchObject([{ outputTokens: 20, sources: ['otlp_logs', 'otlp_traces'] }])
  })

  test('may name itself in the record’s own field', () => {
    const { 'event.name': name, ...attributes } = details
    const { calls } = translate(batch({ logs: [log(from, attributes, { eventName: name as string })] }))
    expect(calls.length).toBe(1)
  })
})

describe('requests without ids', () => {
  test('of a service without sessions are joined within their trace only, so that years of them are never compared', () => {
    const usage = {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 5,
    }
    const details = { ...usage, 'event.name': 'gen_ai.client.inference.operation.details' }
    const traceId = '0123456789abcdef0123456789abcdef'
    const { calls } = translate(
      batch({
        spans: [span(from, 'a', usage), span(from, 'b', usage, { traceId: 'f'.repeat(32) })],
        logs: [log(from, details, { traceId }), log(from, details)],
      }),
    )
    expect(calls.map(({ weakKey }) => weakKey)).toEqual([
      `${traceId}:5/0/0`,
      `${'f'.repeat(32)}:5/0/0`,
      `${traceId}:5/0/0`,
      undefined,
    ])
    expect(requests(calls).length).toBe(3)
  })
})

describe('messages and tools', () => {
  const said: Attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'm',
    'gen_ai.conversation.id': 'c1',
    'gen_ai.input.messages': JSON.stringify([
      { role: 'system', parts: [{ type: 'text', content: 'be brief' }] },
      { role: 'user', parts: [{ type: 'text', content: 'weather?' }] },
    ]),
    // Structured instead of JSON in a text, as the conventions also allow.
    'gen_ai.output.messages': [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'look it up' },
          { type: 'text', content: 'one moment' },
          { type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Rome' } },
        ],
      },
    ],
  }

  test('the end of the history and the answer are messages, told once however often they are sent', () => {
    const { messages } = translate(batch({ spans: [span(from, 'chat m', said)] }))
    expect(messages.map(({ role, content, toolUseId, toolInput }) => [role, content, toolUseId, toolInput])).toEqual([
      ['user', 'weather?', undefined, undefined],
      ['thinking', 'look it up', undefined, undefined],
      ['assistant', 'one moment', undefined, undefined],
      ['tool_use', '', 'call_1', '{"city":"Rome"}'],
    ])
    expect(new Set(messages.map(({ messageKey }) => messageKey)).size).toBe(4)
  })

  test('a tool without an id of the call is known by its span', () => {
    const ran = span(from, 'execute_tool weather', {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
    })
    expect(translate(batch({ spans: [ran] })).toolCalls).toMatchObject([
      { callId: 'span:0123456789abcdef0123456789abcdef/00000000000000a1', toolName: 'weather', success: true },
    ])
  })
})

describe('metrics', () => {
  test('the histogram counts where there are no counters; other operations and gauges count nothing', () => {
    const histogram = (type: string, sum: number) =>
      point(
        from,
        'gen_ai.client.token.usage',
        { 'gen_ai.token.type': type, 'gen_ai.request.model': 'm', 'gen_ai.conversation.id': 'c1' },
        { type: 'histogram', sum, count: 3n },
      )
    const duration = (operation: string, count: bigint) =>
      point(
        from,
        'gen_ai.client.operation.duration',
        { 'gen_ai.operation.name': operation, 'gen_ai.request.model': 'm', 'gen_ai.conversation.id': 'c1' },
        { type: 'histogram', sum: 2.5, count },
      )
    const gauge = point(
      from,
      'gen_ai.client.token.usage',
      { 'gen_ai.token.type': 'input', 'gen_ai.request.model': 'm' },
      { type: 'gauge', temporality: 0, value: 5 },
    )
    const points = [
      histogram('input', 300),
      histogram('output', 60),
      duration('chat', 3n),
      duration('execute_tool', 2n),
      gauge,
    ]
    expect(aggregateTotals(translate(batch({ points })).aggregates)).toEqual({
      'c1 m': { inputTokens: 300, outputTokens: 60, requests: 3 },
    })
  })
})

describe('bad input', () => {
  test('wrong types are absent, counts that cannot be stay for the audit', () => {
    const [call] = callsOf(
      span(from, 'chat', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': new Uint8Array([1]),
        'gen_ai.conversation.id': ['c'],
        'gen_ai.usage.input_tokens': new Double(-3),
        'gen_ai.usage.output_tokens': 'lots',
        'gen_ai.response.finish_reasons': null,
      }),
    )
    expect(call).toMatchObject({ model: '', sessionId: '', inputTokens: -3, outputTokens: Number.NaN })
    expect(requests([call!])).toMatchObject([{ inputTokens: 0, outputTokens: 0 }])
  })
})
