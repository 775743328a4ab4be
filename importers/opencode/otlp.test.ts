import { describe, expect, test } from 'bun:test'
import type { Attributes } from '#proto/attributes.ts'
import { atOnce } from '#proto/steps.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { translate } from '../index.ts'
import { batch, log, point, resource, scope, span } from '../otlp-fixtures.ts'
import { otlp as otlpInSteps } from './otlp.ts'

const otlp = (sent: Telemetry) => atOnce(otlpInSteps(sent))

const from = { resource: resource('opencode'), scope: scope('com.opencode') }

const request = (attributes: Attributes = {}): Attributes => ({
  'event.name': 'api_request',
  'session.id': 'ses_1',
  model: 'gpt-fake-1',
  provider: 'fakeoai',
  agent: 'unknown',
  cost_usd: 0.0097225,
  input_tokens: 297,
  output_tokens: 25,
  reasoning_tokens: 64,
  cache_read_tokens: 6912,
  cache_creation_tokens: 0,
  ...attributes,
})

describe('requests', () => {
  test('input is told without cache, output without reasoning', () => {
    expect(otlp(batch({ logs: [log(from, request())] })).calls).toMatchObject([
      {
        inputTokens: 297,
        cacheReadTokens: 6912,
        outputTokens: 89,
        reasoningTokens: 64,
        reportedCostNanoUsd: 9_722_500,
      },
    ])
  })

  test('the cost of a subscription is told as 0, which is no cost', () => {
    expect(otlp(batch({ logs: [log(from, request({ cost_usd: 0 }))] })).calls[0]).not.toHaveProperty(
      'reportedCostNanoUsd',
    )
  })

  test('event and span of one request are one by their usage, the n-th of one the n-th of the other', () => {
    const llm = (spanId: string) =>
      span(
        from,
        'opencode.llm',
        {
          'openinference.span.kind': 'LLM',
          'session.id': 'ses_1',
          'llm.model_name': 'gpt-fake-1',
          'llm.token_count.prompt': 297,
          'llm.token_count.completion': 25,
          'llm.token_count.completion_details.reasoning': 64,
          'llm.token_count.prompt_details.cache_read': 6912,
          'llm.token_count.prompt_details.cache_write': 0,
        },
        { spanId },
      )
    const { calls } = otlp(
      batch({ logs: [log(from, request())], spans: [llm('00000000000000c1'), llm('00000000000000c2')] }),
    )
    expect(requests(calls).map(({ sources }) => sources)).toEqual([['otlp_logs', 'otlp_traces'], ['otlp_traces']])
  })

  test('what the user stopped is no failure', () => {
    const error = (message: string) =>
      log(from, { 'event.name': 'api_error', 'session.id': 'ses_1', model: 'm', error: message })
    const { calls } = otlp(batch({ logs: [error('MessageAbortedError: Aborted'), error('APIError: overloaded')] }))
    expect(calls.map(({ errorMessage }) => errorMessage)).toEqual(['APIError: overloaded'])
  })

  test('without the plug-in the AI SDK’s inner span is the request; the outer one repeats it', () => {
    const usage = {
      'session.id': 'ses_1',
      'ai.model.id': 'gpt-fake-1',
      'ai.model.provider': 'fakeoai.chat',
      'ai.usage.inputTokens': 7122,
      'ai.usage.cachedInputTokens': 6912,
      'ai.usage.outputTokens': 94,
      'ai.usage.reasoningTokens': 64,
    }
    const spans = [
      span(from, 'ai.streamText', { ...usage, 'ai.operationId': 'ai.streamText' }, { spanId: '00000000000000d1' }),
      span(
        from,
        'ai.streamText.doStream',
        { ...usage, 'ai.operationId': 'ai.streamText.doStream', 'ai.response.id': 'chatcmpl-1' },
        { spanId: '00000000000000d2', parentSpanId: '00000000000000d1' },
      ),
    ]
    expect(otlp(batch({ spans })).calls).toMatchObject([
      {
        inputTokens: 210,
        cacheReadTokens: 6912,
        outputTokens: 94,
        reasoningTokens: 64,
        provider: 'fakeoai',
        keys: ['resp:chatcmpl-1'],
      },
    ])
  })
})

describe('metrics', () => {
  const cost = (name: string, unit: string, value: number) =>
    point(from, name, { 'session.id': 'ses_1', model: 'm' }, { unit, value, isInt: false })
  const amounts = (...points: ReturnType<typeof cost>[]) =>
    otlp(batch({ points })).aggregates.map(({ field, value }) => [field, value])

  test('a scaled cost says its scale in the unit, whatever the prefix', () => {
    expect(amounts(cost('opencode.cost.usage', 'USD', 0.009675))).toEqual([['reportedCostNanoUsd', 9_675_000]])
    expect(amounts(cost('claude_code.cost.usage', 'USD/1000000', 9675))).toEqual([['reportedCostNanoUsd', 9_675_000]])
    expect(amounts(cost('acme.ai.cost.usage', 'USD/100', 0.9675))).toEqual([['reportedCostNanoUsd', 9_675_000]])
    expect(amounts(cost('opencode.session.cost.total', 'USD', 5))).toEqual([])
  })

  test('under the prefix claude_code. it stays OpenCode’s, reasoning on top of the output', () => {
    const reasoning = point(
      from,
      'claude_code.token.usage',
      { type: 'reasoning', model: 'm', 'session.id': 'ses_1' },
      { value: 64 },
    )
    const { aggregates } = translate(batch({ points: [reasoning] }))
    expect(aggregates.map(({ tool, field, value }) => [tool, field, value])).toEqual([
      ['opencode', 'reasoningTokens', 64],
      ['opencode', 'outputTokens', 64],
    ])
  })
})

describe('tools and sessions', () => {
  test('a tool’s span tells its call, what it said, and a commit', () => {
    const ran = span(from, 'opencode.tool.bash', {
      'openinference.span.kind': 'TOOL',
      'session.id': 'ses_1',
      'tool.id': 'call_1',
      'tool.name': 'bash',
      'tool.parameters': '{"command":"git commit -m x"}',
      'tool.success': true,
      'output.value': '[main abc1234] x',
    })
    const { toolCalls, commits, messages } = otlp(batch({ spans: [ran] }))
    expect(toolCalls).toMatchObject([{ callId: 'call_1', toolName: 'bash', success: true, durationMs: 250 }])
    expect(commits).toMatchObject([{ hash: 'abc1234', subject: 'x' }])
    expect(messages.map(({ role }) => role)).toEqual(['tool_use', 'tool_result'])
  })

  test('a session whose span hangs under another session’s is that one’s child', () => {
    const spans = [
      span(
        from,
        'opencode.session',
        { 'session.id': 'ses_2' },
        { spanId: '00000000000000e2', parentSpanId: '00000000000000e1' },
      ),
      span(from, 'opencode.tool.task', { 'session.id': 'ses_1' }, { spanId: '00000000000000e1' }),
    ]
    const { sessions } = otlp(batch({ spans }))
    expect(sessions.map(({ sessionId, parentSessionId }) => [sessionId, parentSessionId])).toEqual([
      ['ses_2', 'ses_1'],
      ['ses_1', undefined],
    ])
  })
})
