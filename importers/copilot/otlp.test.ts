import { describe, expect, test } from 'bun:test'
import type { Attributes } from '#proto/attributes.ts'
import { atOnce } from '#proto/steps.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { translate } from '../index.ts'
import { batch, point, resource, scope, span } from '../otlp-fixtures.ts'
import { aggregateTotals } from '../recordings.ts'
import { otlp as otlpInSteps } from './otlp.ts'

const otlp = (sent: Telemetry) => atOnce(otlpInSteps(sent))

const from = { resource: resource('github-copilot'), scope: scope('github.copilot') }

const chat = (attributes: Attributes = {}, more = {}) =>
  span(
    from,
    'chat claude-sonnet-4.5',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.conversation.id': 's1',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-sonnet-4.5',
      'gen_ai.response.model': 'claude-sonnet-4.5',
      'gen_ai.response.id': 'msg_1',
      'gen_ai.usage.input_tokens': 11_877,
      'gen_ai.usage.output_tokens': 34,
      'gen_ai.usage.cache_read.input_tokens': 11_795,
      'gen_ai.usage.cache_write.input_tokens': 75,
      ...attributes,
    },
    { spanId: '00000000000000f2', parentSpanId: '00000000000000f1', ...more },
  )

const agent = (attributes: Attributes = {}, more = {}) =>
  span(
    from,
    'invoke_agent',
    {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.conversation.id': 's1',
      'gen_ai.usage.input_tokens': 23_672,
      'gen_ai.usage.output_tokens': 82,
      ...attributes,
    },
    { spanId: '00000000000000f1', ...more },
  )

describe('requests', () => {
  test('input holds reads and writes of the cache; an agent’s span sums up its requests and is none', () => {
    expect(otlp(batch({ spans: [chat(), agent()] })).calls).toMatchObject([
      {
        inputTokens: 7,
        cacheReadTokens: 11_795,
        cacheWriteTokens: 75,
        outputTokens: 34,
        reasoningTokens: 0,
        keys: ['resp:msg_1'],
      },
    ])
  })

  test('counts that are 0 are left out, which is not unknown', () => {
    const bare = span(from, 'chat m', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 5,
    })
    expect(otlp(batch({ spans: [bare] })).calls[0]).toMatchObject({
      inputTokens: 5,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 0,
    })
  })

  test('the bill is in AI units of which a hundred thousand million are a dollar; 0 is no bill', () => {
    const cost = (attributes: Attributes) => otlp(batch({ spans: [chat(attributes)] })).calls[0]?.reportedCostNanoUsd
    expect(cost({ 'github.copilot.nano_aiu': 2_500_000_000 })).toBe(25_000_000)
    expect(cost({ 'github.copilot.nano_aiu': 0, 'github.copilot.cost': 0 })).toBeUndefined()
  })

  test('a failed attempt is a span of its own', () => {
    const failed = chat(
      { 'error.type': 'ModelCallError', 'gen_ai.usage.input_tokens': null, 'gen_ai.response.id': null },
      { statusCode: 2, statusMessage: 'Model call failed', spanId: '00000000000000f3' },
    )
    const { calls } = otlp(batch({ spans: [failed, chat(), agent()] }))
    expect(
      requests(calls)
        .map(({ status, errorType, outputTokens }) => [status, errorType, outputTokens])
        .sort(),
    ).toEqual([
      ['error', 'ModelCallError', 0],
      ['ok', undefined, 34],
    ])
  })

  test('what runs inside a named agent is a subagent’s', () => {
    const spans = [
      chat(),
      agent({ 'gen_ai.agent.name': 'explore' }, { parentSpanId: '00000000000000f0' }),
      agent({}, { spanId: '00000000000000f0' }),
      chat({ 'gen_ai.response.id': 'msg_2' }, { spanId: '00000000000000f9', parentSpanId: '00000000000000f0' }),
    ]
    expect(otlp(batch({ spans })).calls.map(({ querySource, agent }) => [querySource, agent])).toEqual([
      ['subagent', 'explore'],
      ['main', undefined],
    ])
  })

  test('a renamed service is known by its scope', () => {
    const renamed = { resource: resource('my-copilot'), scope: from.scope }
    expect(translate(batch({ spans: [{ ...chat(), ...renamed }] })).calls[0]?.tool).toBe('copilot')
  })
})

describe('tools', () => {
  const ran = (attributes: Attributes, more = {}) =>
    span(
      from,
      'execute_tool bash',
      {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.conversation.id': 's1',
        'gen_ai.tool.name': 'bash',
        'gen_ai.tool.call.id': 'call_1',
        ...attributes,
      },
      more,
    )
  const call = (...args: Parameters<typeof ran>) => otlp(batch({ spans: [ran(...args)] })).toolCalls[0]

  test('a command’s exit code decides, since its span is never an error', () => {
    expect(call({ 'process.exit.code': 0 })?.success).toBe(true)
    expect(call({ 'process.exit.code': 1 })?.success).toBe(false)
  })

  test('a call that was not allowed is refused', () => {
    expect(call({ 'error.type': 'denied' }, { statusCode: 2, statusMessage: 'Tool failed' })).toMatchObject({
      success: false,
      decision: 'reject',
      errorType: 'denied',
    })
  })
})

describe('metrics', () => {
  test('counters count, the histograms beside them repeat; a failure is a request that was not answered', () => {
    const usage = (name: string, value: number, attributes: Attributes = {}) =>
      point(
        from,
        `gen_ai.client.inference.usage.${name}`,
        { 'gen_ai.request.model': 'm', 'gen_ai.operation.name': 'chat', ...attributes },
        { temporality: 2, value },
      )
    const duration = (count: bigint, attributes: Attributes = {}) =>
      point(
        from,
        'gen_ai.client.inference.duration',
        { 'gen_ai.request.model': 'm', 'gen_ai.operation.name': 'chat', ...attributes },
        { type: 'histogram', temporality: 2, sum: 1.5, count },
      )
    const repeated = point(
      from,
      'gen_ai.client.token.usage',
      { 'gen_ai.token.type': 'input', 'gen_ai.request.model': 'm' },
      { type: 'histogram', temporality: 2, sum: 100, count: 2n },
    )
    const { aggregates } = otlp(
      batch({
        points: [
          usage('input_tokens', 100),
          usage('cache_read.input_tokens', 60),
          usage('cache_write.input_tokens', 30),
          usage('output_tokens', 20),
          usage('reasoning.output_tokens', 5),
          usage('input_tokens', 0, { 'error.type': 'x' }),
          repeated,
          duration(2n),
          duration(1n, { 'error.type': 'ModelCallError' }),
        ],
      }),
    )
    expect(aggregateTotals(aggregates)).toEqual({
      ' m': {
        inputTokens: 10,
        cacheReadTokens: 60,
        cacheWriteTokens: 30,
        outputTokens: 20,
        reasoningTokens: 5,
        requests: 2,
        errors: 1,
      },
    })
  })

  test('points that one collection stamped microseconds apart get one time, so that they meet in one row', () => {
    const at = (name: string, nanoseconds: bigint) =>
      point(
        from,
        `gen_ai.client.inference.usage.${name}`,
        { 'gen_ai.request.model': 'm' },
        { temporality: 2, value: 5, timeUnixNano: 1_795_320_522_939_295_071n + nanoseconds },
      )
    const { aggregates } = otlp(
      batch({
        points: [at('cache_read.input_tokens', 16_000n), at('input_tokens', 0n), at('output_tokens', 2_000_000_000n)],
      }),
    )
    expect([...new Set(aggregates.map(({ timeUnixNano }) => timeUnixNano - 1_795_320_522_939_295_071n))]).toEqual([
      0n,
      2_000_000_000n,
    ])
  })

  test('a series is the same in whatever order its attributes come', () => {
    const one = point(
      from,
      'gen_ai.client.inference.usage.input_tokens',
      { a: 1, b: 'x' },
      { temporality: 2, value: 5 },
    )
    const other = point(
      from,
      'gen_ai.client.inference.usage.input_tokens',
      { b: 'x', a: 1 },
      { temporality: 2, value: 5 },
    )
    const third = point(
      from,
      'gen_ai.client.inference.usage.input_tokens',
      { b: 'x', a: '1' },
      { temporality: 2, value: 5 },
    )
    const ids = otlp(batch({ points: [one, other, third] })).aggregates.map(({ seriesId }) => seriesId)
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false])
  })
})
