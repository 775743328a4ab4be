import { describe, expect, test } from 'bun:test'
import type { Attributes } from '#proto/attributes.ts'
import { atOnce } from '#proto/steps.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { batch, log, noon, point, resource, scope, span } from '../otlp-fixtures.ts'
import { forgetBatches } from '../recent.ts'
import { aggregateTotals } from '../recordings.ts'
import { otlp as otlpInSteps } from './otlp.ts'

const otlp = (sent: Telemetry) => atOnce(otlpInSteps(sent))

const from = { resource: resource('gemini-cli', { 'session.id': 's1' }), scope: scope('gemini-cli') }

const response = (attributes: Attributes = {}): Attributes => ({
  'event.name': 'gemini_cli.api_response',
  'session.id': 's1',
  model: 'gemini-2.5-pro',
  role: 'main',
  prompt_id: 'p1',
  input_token_count: 12_154,
  output_token_count: 29,
  cached_content_token_count: 10_719,
  thoughts_token_count: 40,
  tool_token_count: 7,
  ...attributes,
})

describe('requests', () => {
  test('cached tokens are inside the input, tool prompts on top of it, thoughts on top of the output', () => {
    expect(otlp(batch({ logs: [log(from, response())] })).calls).toMatchObject([
      { inputTokens: 12_154 - 10_719 + 7, cacheReadTokens: 10_719, outputTokens: 69, reasoningTokens: 40 },
    ])
  })

  test('the event that repeats the answer in the words of the conventions is not another request', () => {
    const repeated = { 'event.name': 'gen_ai.client.inference.operation.details', 'gen_ai.usage.input_tokens': 12_154 }
    expect(otlp(batch({ logs: [log(from, response()), log(from, repeated)] })).calls.length).toBe(1)
  })

  test('a span that knows neither cache nor thoughts is the same request as the event that does', () => {
    const call = span(from, 'llm_call', {
      'gen_ai.operation.name': 'llm_call',
      'gen_ai.conversation.id': 's1',
      'gen_ai.request.model': 'gemini-2.5-pro',
      'gen_ai.usage.input_tokens': 12_154,
      'gen_ai.usage.output_tokens': 29,
    })
    const { calls } = otlp(batch({ logs: [log(from, response())], spans: [call] }))
    expect(requests(calls)).toMatchObject([
      {
        cacheReadTokens: 10_719,
        outputTokens: 69,
        sources: ['otlp_logs', 'otlp_traces'],
        quality: 'exact',
        durationMs: 250,
      },
    ])
  })

  test('spans without contents tell no request: neither an answer nor a failure', () => {
    const attributes = { 'gen_ai.operation.name': 'llm_call', 'gen_ai.request.model': 'm' }
    const spans = [
      span(from, 'llm_call', attributes, { statusCode: 2, statusMessage: '503' }),
      span(from, 'llm_call', attributes),
    ]
    expect(otlp(batch({ spans })).calls).toEqual([])
  })

  test('the session stands in the resource when the record has none', () => {
    expect(otlp(batch({ logs: [log(from, response({ 'session.id': null }))] })).calls[0]?.sessionId).toBe('s1')
  })

  test('a compression is an entry of the conversation, and its request a side call of one name for all agents', () => {
    const event = { 'event.name': 'gemini_cli.chat_compression', tokens_before: 900, tokens_after: 80 }
    const { calls, messages } = otlp(
      batch({ logs: [log(from, event), log(from, response({ role: 'utility_compressor' }))] }),
    )
    expect(messages).toMatchObject([
      { sessionId: 's1', role: 'system', content: 'Conversation compacted (900 tokens before, 80 after)' },
    ])
    expect(calls).toMatchObject([{ agent: 'compaction', querySource: 'auxiliary' }])
  })

  test('a subagent’s request knows the run and its name; a router’s is a side call', () => {
    const { calls } = otlp(
      batch({
        logs: [
          log(from, { 'event.name': 'gemini_cli.agent.start', agent_id: 'run-1', agent_name: 'generalist' }),
          log(from, response({ role: 'subagent', prompt_id: 'run-1#2' })),
          log(from, response({ role: 'utility_router' })),
        ],
      }),
    )
    expect(calls.map(({ querySource, agent, agentId }) => [querySource, agent, agentId])).toEqual([
      ['subagent', 'generalist', 'run-1'],
      ['auxiliary', undefined, undefined],
    ])
  })
})

describe('tool calls', () => {
  const asks = JSON.stringify([
    {
      candidates: [{ content: { parts: [{ text: 'Planning', thought: true }, { text: 'I will ' }] } }],
      responseId: 'r1',
    },
    {
      candidates: [
        {
          content: {
            parts: [
              { text: 'look.' },
              { functionCall: { id: 'f1', name: 'replace', args: { file_path: '/a', old_string: 'x' } } },
              { functionCall: { name: 'list', args: {} } },
            ],
          },
        },
      ],
    },
  ])

  test('the end of a call finds the id in the answer that asked for it, arguments in any order', () => {
    const done = {
      'event.name': 'gemini_cli.tool_call',
      'session.id': 's1',
      prompt_id: 'p1',
      function_name: 'replace',
      function_args: '{ "old_string": "x",\n "file_path": "/a" }',
      success: false,
      error: 'no match',
      decision: 'auto_accept',
      metadata: '{"model_added_lines":3,"user_added_lines":1,"model_removed_lines":2}',
      duration_ms: 12,
    }
    const { toolCalls, messages } = otlp(
      batch({ logs: [log(from, done), log(from, response({ response_text: asks }))] }),
    )
    const facts = Object.assign({}, ...toolCalls.filter(({ callId }) => callId === 'f1'))
    expect(facts).toMatchObject({
      toolName: 'replace',
      filePath: '/a',
      success: false,
      errorMessage: 'no match',
      decision: 'accept',
      decisionSource: 'config',
      linesAdded: 4,
      linesRemoved: 2,
      messageId: 'r1',
    })
    expect(toolCalls.map(({ callId }) => callId).sort()).toEqual(['f1', 'f1', 'p1-1'])
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['tool_result', 'no match'],
      ['thinking', 'Planning'],
      ['assistant', 'I will look.'],
      ['tool_use', ''],
      ['tool_use', ''],
    ])
  })

  describe('that ends long after it was asked for, in a later request,', () => {
    const second = 1_000_000_000n
    const answer = (at: bigint, ...ids: string[]) => {
      const parts = ids.map((id) => ({
        functionCall: { id, name: 'run_shell_command', args: { command: 'npm test' } },
      }))
      const text = JSON.stringify([{ candidates: [{ content: { parts } }] }])
      return batch({ logs: [log(from, response({ response_text: text }), { timeUnixNano: noon + at * second })] })
    }
    const end = (at: bigint, success: boolean, promptId = 'p1') => {
      const done = {
        'event.name': 'gemini_cli.tool_call',
        'session.id': 's1',
        prompt_id: promptId,
        function_name: 'run_shell_command',
        function_args: '{"command":"npm test"}',
        success,
      }
      return batch({ logs: [log(from, done, { timeUnixNano: noon + at * second })] })
    }
    const ended = (...batches: Telemetry[]) => {
      forgetBatches()
      return batches.flatMap((one) =>
        otlp(one).toolCalls.flatMap(({ callId, success }) => (success === undefined ? [] : [[callId, success]])),
      )
    }

    test('is that call', () => {
      expect(ended(answer(1n, 'f1'), end(90n, false))).toEqual([['f1', false]])
    })

    test('is the last of equal calls that was asked for by then', () => {
      expect(ended(answer(1n, 'f1'), end(30n, false), answer(40n, 'f2'), end(90n, true))).toEqual([
        ['f1', false],
        ['f2', true],
      ])
      expect(ended(answer(1n, 'f1'), answer(40n, 'f2'), end(90n, true), end(30n, false))).toEqual([
        ['f2', true],
        ['f1', false],
      ])
    })

    test('is each of several asked for at once, and told again the same one', () => {
      const [first, next] = [end(30n, true), end(31n, false)]
      expect(ended(answer(1n, 'f1', 'f2'), first, next, next, first)).toEqual([
        ['f1', true],
        ['f2', false],
        ['f2', false],
        ['f1', true],
      ])
    })

    test('is that call also when its request overtakes the one with the answer', () => {
      expect(ended(end(90n, false), answer(1n, 'f1'))).toEqual([['f1', false]])
      expect(ended(end(90n, true), end(30n, false), answer(40n, 'f2'), answer(1n, 'f1'))).toEqual([
        ['f2', true],
        ['f1', false],
      ])
      expect(ended(end(90n, true, 'p2'), answer(1n, 'f1'), answer(95n, 'f2'))).toEqual([])
    })

    test('is one under the same span when prompts, and arguments with them, are withheld', () => {
      const done = (at: bigint, success: boolean) => {
        const attributes = {
          'event.name': 'gemini_cli.tool_call',
          'session.id': 's1',
          prompt_id: 'p1',
          function_name: 'run_shell_command',
          success,
        }
        const place = { timeUnixNano: noon + at * second, traceId: 't1', spanId: 'b1' }
        return batch({ logs: [log(from, attributes, place)] })
      }
      const call = (id: string, under = 'b1') => {
        const attributes = {
          'gen_ai.operation.name': 'tool_call',
          'gen_ai.tool.name': 'run_shell_command',
          'gen_ai.tool.call_id': id,
        }
        return batch({ spans: [span(from, 'tool_call', attributes, { traceId: 't1', parentSpanId: under })] })
      }
      expect(ended(call('f1'), call('f2'), done(30n, true), done(31n, false))).toEqual([
        ['f1', true],
        ['f2', false],
      ])
      expect(ended(done(30n, false), call('f9', 'b2'), call('f1'))).toEqual([['f1', false]])
    })

    test('is not made up where nobody asked: another prompt, an earlier time, a new process', () => {
      expect(ended(answer(1n, 'f1'), end(90n, true, 'p2'), end(0n, true))).toEqual([])
      expect(ended(end(90n, true))).toEqual([])
    })
  })
})

describe('metrics', () => {
  const usage = (type: string, value: number, more = {}) =>
    point(from, 'gemini_cli.token.usage', { type, model: 'm', 'session.id': 's1' }, { temporality: 2, value, ...more })

  test('counters add up without overlap, each run of a process by its last point', () => {
    const later = { timeUnixNano: noon + 10_000_000_000n }
    const nextRun = { startTimeUnixNano: noon + 20_000_000_000n, timeUnixNano: noon + 30_000_000_000n }
    const { aggregates } = otlp(
      batch({
        points: [
          usage('input', 100),
          usage('cache', 60),
          usage('output', 10),
          usage('thought', 5),
          usage('input', 250, later),
          usage('input', 40, nextRun),
        ],
      }),
    )
    expect(aggregateTotals(aggregates)).toEqual({
      's1 m': { inputTokens: 250 + 40 - 60, cacheReadTokens: 60, outputTokens: 15, reasoningTokens: 5 },
    })
  })

  test('a failed request is counted twice by the agent and once here', () => {
    const count = (attributes: Attributes, value: number) =>
      point(
        from,
        'gemini_cli.api.request.count',
        { model: 'm', 'session.id': 's1', ...attributes },
        { temporality: 2, value },
      )
    const { aggregates } = otlp(
      batch({
        points: [
          count({ status_code: 200 }, 10),
          count({ status_code: 503, error_type: 'ApiError' }, 1),
          count({ status_code: 503 }, 1),
        ],
      }),
    )
    expect(aggregateTotals(aggregates)).toEqual({ 's1 m': { requests: 10, errors: 1 } })
  })

  test('the histogram of the conventions repeats the same tokens and counts nothing', () => {
    const attributes = { 'gen_ai.token.type': 'input', 'gen_ai.request.model': 'm' }
    const repeated = point(from, 'gen_ai.client.token.usage', attributes, { type: 'histogram', sum: 100, count: 1n })
    expect(otlp(batch({ points: [repeated] })).aggregates).toEqual([])
  })
})
