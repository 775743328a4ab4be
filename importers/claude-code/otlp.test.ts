import { describe, expect, test } from 'bun:test'
import { type Attributes, Double } from '#proto/attributes.ts'
import { atOnce } from '#proto/steps.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { translate } from '../index.ts'
import { batch, log, millisecond, noon, point, resource, scope, span } from '../otlp-fixtures.ts'
import { otlp as otlpInSteps } from './otlp.ts'
import { querySourceOf } from './otlp-values.ts'

const otlp = (sent: Telemetry) => atOnce(otlpInSteps(sent))

const from = { resource: resource('claude-code'), scope: scope('com.anthropic.claude_code.events') }

const request = (attributes: Attributes = {}): Attributes => ({
  'event.name': 'api_request',
  'event.sequence': 4,
  'session.id': 's1',
  model: 'claude-opus-4-6',
  input_tokens: 7,
  output_tokens: 207,
  cache_read_tokens: 30_000,
  cache_creation_tokens: 90,
  request_id: 'req_1',
  query_source: 'sdk',
  ...attributes,
})

const callOf = (attributes: Attributes) => otlp(batch({ logs: [log(from, attributes)] })).calls[0]!

describe('whose records', () => {
  test('a renamed service is known by its scope, and opencode under the prefix claude_code. is not', () => {
    const renamed = { resource: resource('my-claude'), scope: from.scope }
    const other = { resource: resource('opencode'), scope: scope('com.opencode') }
    const { calls, points } = translate(
      batch({
        logs: [log(renamed, request())],
        points: [
          point(other, 'claude_code.token.usage', { type: 'input', 'session.id': 'ses_1', model: 'm' }, { value: 5 }),
        ],
      }),
    )
    expect(calls.map(({ tool, serviceName }) => [tool, serviceName])).toEqual([['claude-code', 'my-claude']])
    expect(points[0]?.hot.tool).toBe('opencode')
  })
})

describe('sessions', () => {
  test('what a process says before its first prompt makes no session: one that is continued says it under an id of its own', () => {
    const startup = ['managed_settings_resolved', 'hook_registered', 'plugin_loaded', 'hook_execution_start']
    const logs = startup.map((name) => log(from, { 'event.name': name, 'session.id': 'of-the-start' }))
    const prompt = { 'event.name': 'user_prompt', 'session.id': 's1', 'prompt.id': 'p1', prompt: 'Go on' }
    const told = otlp(batch({ logs: [...logs, log(from, prompt)] }))
    expect(told.sessions.map(({ sessionId }) => sessionId)).toEqual(['s1'])
    expect(told.logs.map(({ hot }) => hot.sessionId)).toEqual([...startup.map(() => 'of-the-start'), 's1'])
  })

  test('a prompt of an old version, which names none, makes one', () => {
    const prompt = { 'event.name': 'user_prompt', 'session.id': 's1', prompt: 'Go on' }
    expect(otlp(batch({ logs: [log(from, prompt)] })).sessions.map(({ sessionId }) => sessionId)).toEqual(['s1'])
  })
})

describe('a span without a session', () => {
  test('is of the conversation that it names, unless that is a subagent’s own', () => {
    const conversation = '5e5903ec-522f-42eb-a03c-d78befd57d91'
    const asked = { 'span.type': 'llm_request', 'gen_ai.conversation.id': conversation, output_tokens: 5 }
    const sessionOf = (more: Attributes) =>
      otlp(batch({ spans: [span(from, 'claude_code.llm_request', { ...asked, ...more })] })).calls[0]?.sessionId
    expect(sessionOf({})).toBe(conversation)
    expect(sessionOf({ 'gen_ai.conversation.id': 'aad54bdbec272ece0' })).toBe('')
    expect(sessionOf({ 'gen_ai.conversation.id': 'aad54bdbec272ece0', 'session.id': 's1' })).toBe('s1')
  })
})

describe('requests', () => {
  test('cache writes of five minutes and one hour are told apart where the event does', () => {
    expect(callOf(request({ cache_creation_5m_tokens: 36, cache_creation_1h_tokens: 54 }))).toMatchObject({
      cacheWriteTokens: 90,
      cacheWrite5mTokens: 36,
      cacheWrite1hTokens: 54,
    })
    expect(callOf(request())).not.toHaveProperty('cacheWrite1hTokens')
  })

  test('the purpose is one of three words on events as on metrics', () => {
    const purposes = [
      ['sdk', 'main'],
      ['repl_main_thread', 'main'],
      ['repl_main_thread:outputStyle:custom', 'main'],
      ['agent:builtin:general-purpose', 'subagent'],
      ['generate_session_title', 'auxiliary'],
      ['compact', 'auxiliary'],
      ['main', 'main'],
      ['subagent', 'subagent'],
      ['auxiliary', 'auxiliary'],
    ]
    expect(purposes.map(([source]) => [source, querySourceOf({ query_source: source! })])).toEqual(purposes)
    expect(querySourceOf({ query_source: 'Explore', 'agent.name': 'Explore' })).toBe('subagent')
    expect(querySourceOf({})).toBeUndefined()
  })

  test('a request is of the model that answered, where its span knows it', () => {
    const asked = { 'span.type': 'llm_request', 'session.id': 's1', model: 'claude-opus-4-6', output_tokens: 5 }
    const modelOf = (more: Attributes) =>
      otlp(batch({ spans: [span(from, 'claude_code.llm_request', { ...asked, ...more })] })).calls[0]?.model
    expect(modelOf({ 'gen_ai.response.model': 'claude-sonnet-4-6' })).toBe('claude-sonnet-4-6')
    expect(modelOf({})).toBe('claude-opus-4-6')
  })

  test('a span says the purpose under a name of its own, and in it which of the program’s agents asked', () => {
    const told = (source: string) => {
      const asked = { 'span.type': 'llm_request', 'session.id': 's1', query_source_safe: source, output_tokens: 5 }
      const [call] = otlp(batch({ spans: [span(from, 'claude_code.llm_request', asked)] })).calls
      return [call?.querySource, call?.agent]
    }
    expect(told('sdk')).toEqual(['main', undefined])
    expect(told('agent.builtin.Explore')).toEqual(['subagent', 'Explore'])
    expect(told('agent.custom')).toEqual(['subagent', undefined])
    expect(told('compact')).toEqual(['auxiliary', 'compaction'])
    expect(told('web_search_tool')).toEqual(['auxiliary', undefined])
  })

  test('cost is the double where the rounded one agrees, else the rounded one', () => {
    const cost = (attributes: Attributes) => callOf(request(attributes)).reportedCostNanoUsd
    expect(cost({ cost_usd: 0.1578285, cost_usd_micros: 157_829 })).toBe(157_828_500)
    expect(cost({ cost_usd: 0.0018030000000000001 })).toBe(1_803_000)
    expect(cost({ cost_usd_micros: 1803 })).toBe(1_803_000)
    expect(cost({ cost_usd: 1.5, cost_usd_micros: 1803 })).toBe(1_803_000)
    expect(cost({ cost_usd: 'free', cost_usd_micros: null })).toBeUndefined()
    expect(cost({ cost_usd: -1 })).toBeUndefined()
  })

  test('an event and a span of one request are one, with the cost of the one and the duration of the other', () => {
    const spans = [
      span(from, 'claude_code.llm_request', {
        'span.type': 'llm_request',
        'session.id': 's1',
        model: 'claude-opus-4-6',
        input_tokens: 7,
        output_tokens: 207,
        cache_read_tokens: 30_000,
        cache_creation_tokens: 90,
        request_id: 'req_1',
        'gen_ai.response.id': 'req_1',
        ttft_ms: 120,
        success: true,
      }),
    ]
    const { calls } = otlp(batch({ logs: [log(from, request({ cost_usd: 0.5, duration_ms: 251 }))], spans }))
    expect(requests(calls)).toMatchObject([
      { requestId: 'req_1', reportedCostNanoUsd: 500_000_000, durationMs: 250, ttftMs: 120, outputTokens: 207 },
    ])
  })

  test('attempts that failed before the answer show in the span’s events, each a failure', () => {
    const events = [1, 2, 3].map((attempt) => ({
      timeUnixNano: noon + BigInt(attempt) * 100n * millisecond,
      name: 'gen_ai.request.attempt',
      attributes: { attempt },
      droppedAttributesCount: 0,
    }))
    const attributes = { 'span.type': 'llm_request', 'session.id': 's1', model: 'm', request_id: 'req_1', attempt: 3 }
    const { calls } = otlp(batch({ spans: [span(from, 'claude_code.llm_request', attributes, { events })] }))
    const told = requests(calls).map(({ status, attempt, durationMs }) => [status, attempt, durationMs])
    told.sort((a, b) => Number(a[1]) - Number(b[1]))
    expect(told).toEqual([
      ['error', 1, 100],
      ['error', 2, 100],
      ['ok', 3, 250],
    ])
  })

  test('a refusal is said of the request that its own event counts, but for one that another model answered', () => {
    const refusal = { 'event.name': 'api_refusal', 'session.id': 's1', model: 'claude-opus-4-6', request_id: 'req_1' }
    const both = (more: Attributes) =>
      requests(otlp(batch({ logs: [log(from, request()), log(from, { ...refusal, ...more })] })).calls)
    const ended = both({ server_fallback_hop: 'false' })
    expect(ended).toMatchObject([{ stopReason: 'refusal', status: 'ok', outputTokens: 207, cacheReadTokens: 30_000 }])
    expect(both({ server_fallback_hop: true })[0]?.stopReason).toBeUndefined()
    expect(otlp(batch({ logs: [log(from, { ...refusal, request_id: null })] })).calls).toEqual([])
  })

  test('the request for a compaction is a side call of that name; the event is an entry of the conversation', () => {
    expect(callOf(request({ query_source: 'compact' }))).toMatchObject({
      agent: 'compaction',
      querySource: 'auxiliary',
    })
    const event = { 'event.name': 'compaction', 'session.id': 's1', trigger: 'auto', pre_tokens: 9, post_tokens: 2 }
    const told = (attributes: Attributes) => otlp(batch({ logs: [log(from, { ...event, ...attributes })] })).messages
    expect(told({ success: 'true' })).toMatchObject([
      { role: 'system', content: 'Conversation compacted (auto, 9 tokens before, 2 after)' },
    ])
    expect(told({})[0]?.messageKey).toStartWith('compaction:')
    expect(told({ success: 'false' })).toEqual([])
  })

  test('without a request id an event is known by its place in the process, and sent again it is the same', () => {
    const once = request({ request_id: null })
    const twice = [log(from, once), log(from, once), log(from, { ...once, 'event.sequence': 5 })]
    expect(requests(otlp(batch({ logs: twice })).calls).length).toBe(2)
  })
})

describe('bad input', () => {
  test('a count that is negative, absurd or no number stays for the audit and takes nothing along', () => {
    const call = callOf(request({ input_tokens: -5, output_tokens: 'many', cache_read_tokens: 9e15 }))
    expect([call.inputTokens, call.outputTokens, call.cacheReadTokens]).toEqual([-5, Number.NaN, 9e15])
    const [resolved] = requests([call])
    expect(resolved).toMatchObject({ inputTokens: 0, cacheReadTokens: 0, outputTokens: 0, cacheWriteTokens: 90 })
    expect(resolved!.differences.map(({ field }) => field).sort()).toEqual([
      'cacheReadTokens',
      'inputTokens',
      'outputTokens',
    ])
  })

  test('an event named like a method of objects is an event like any other', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const { calls, logs } = otlp(batch({ logs: [log(from, { ...request(), 'event.name': name })] }))
      expect([calls.length, logs[0]?.hot.eventName]).toEqual([0, name])
    }
    const types = point(from, 'claude_code.token.usage', { type: 'constructor', model: 'm' }, { value: 5 })
    expect(otlp(batch({ points: [types] })).aggregates).toEqual([])
  })

  test('wrong types are absent values', () => {
    const wrong: Attributes = { model: ['m'], request_id: { a: 1 }, 'session.id': null, query_source: new Double(5) }
    expect(callOf(request(wrong))).toMatchObject({ model: '', keys: [], sessionId: '' })
  })
})

describe('tools', () => {
  const tool = (name: string, attributes: Attributes, more = {}) =>
    span(from, `claude_code.${name}`, { 'span.type': name, 'session.id': 's1', ...attributes }, more)

  test('the wait for a permission is told by its span, else by what lies between asking and doing', () => {
    const at = (start: number, end: number) => ({
      startTimeUnixNano: noon + BigInt(start) * millisecond,
      endTimeUnixNano: noon + BigInt(end) * millisecond,
    })
    const whole = tool('tool', { tool_use_id: 't1', tool_name: 'Bash' }, { spanId: '00000000000000b1', ...at(0, 100) })
    const execution = tool(
      'tool.execution',
      { tool_use_id: 't1', success: true },
      { spanId: '00000000000000b2', parentSpanId: '00000000000000b1', ...at(40, 95) },
    )
    const blocked = tool(
      'tool.blocked_on_user',
      { decision: 'accept', source: 'user_temporary' },
      { spanId: '00000000000000b3', parentSpanId: '00000000000000b1', ...at(0, 38) },
    )
    const call = (...spans: (typeof whole)[]) => otlp(batch({ spans })).toolCalls[0]
    expect(call(blocked, execution, whole)).toMatchObject({
      callId: 't1',
      toolName: 'Bash',
      blockedMs: 38,
      durationMs: 55,
      decision: 'accept',
      decisionSource: 'user_temporary',
    })
    expect(call(execution, whole)).toMatchObject({ blockedMs: 40, durationMs: 55 })
    expect(otlp(batch({ spans: [blocked] })).toolCalls).toEqual([])
  })

  test('a tool of an MCP server has the name that the other doors give it, where its parameters were sent', () => {
    const parameters = JSON.stringify({ mcp_server_name: 'demo', mcp_tool_name: 'add' })
    const done = { 'event.name': 'tool_result', 'session.id': 's1', tool_name: 'mcp_tool', tool_use_id: 't1' }
    const named = (attributes: Attributes) =>
      otlp(batch({ logs: [log(from, { ...done, ...attributes })] })).toolCalls[0]
    expect(named({ tool_parameters: parameters })).toMatchObject({ toolName: 'mcp__demo__add', mcpServer: 'demo' })
    expect(named({})?.toolName).toBe('mcp_tool')
  })

  test('a commit is told by the id in the parameters of its command', () => {
    const parameters = JSON.stringify({ full_command: 'git commit -m x', git_commit_id: 'abc1234' })
    const done = { 'event.name': 'tool_result', 'session.id': 's1', tool_name: 'Bash', tool_parameters: parameters }
    expect(otlp(batch({ logs: [log(from, done)] })).commits).toMatchObject([
      { kind: 'commit', hash: 'abc1234', sessionId: 's1' },
    ])
  })
})

describe('what was said', () => {
  test('the answer to a request for a title names the session and is no message', () => {
    const said = {
      'event.name': 'assistant_response',
      'session.id': 's1',
      query_source: 'generate_session_title',
      response: '{"title":"Project work"}',
    }
    const { messages, sessions } = otlp(batch({ logs: [log(from, said)] }))
    expect([messages, sessions[0]?.title]).toEqual([[], 'Project work'])
  })

  test('a prompt that was withheld counts without its text', () => {
    const prompt = { 'event.name': 'user_prompt', 'session.id': 's1', 'prompt.id': 'p1', prompt: '<REDACTED>' }
    expect(otlp(batch({ logs: [log(from, prompt)] })).messages).toMatchObject([{ role: 'user', content: '' }])
  })
})

test('what the program tells the model of a task in the background is no prompt, on events and on spans', () => {
  const notice = '<task-notification>\n<task-id>a1</task-id>\n<status>completed</status>\n</task-notification>'
  const event = { 'event.name': 'user_prompt', 'session.id': 's1', 'prompt.id': 'p2', prompt: notice }
  const turn = { 'span.type': 'interaction', 'session.id': 's1', user_prompt: notice }
  const { messages } = otlp(batch({ logs: [log(from, event)], spans: [span(from, 'claude_code.interaction', turn)] }))
  expect(messages.map(({ role, content }) => [role, content])).toEqual([
    ['system', notice],
    ['system', notice],
  ])
})

test('a repository is named with its owner, as the file’s folder names it', () => {
  const shop = { 'vcs.repository.url.full': 'https://git.example/team/shop', 'vcs.repository.name': 'shop' }
  const projectOf = (attributes: Attributes) =>
    otlp(batch({ logs: [log(from, request(attributes))] })).calls[0]?.project
  expect(projectOf({ ...shop, 'vcs.owner.name': 'team' })).toBe('team/shop')
  expect(projectOf(shop)).toBe('shop')
})

test('resource attributes say project and user where the record does not', () => {
  const team = { resource: resource('claude-code', { 'project.name': 'shop', 'user.name': 'ann' }), scope: from.scope }
  const own = { ...request(), 'user.email': 'bob@example.com', 'user.id': 'anonymous' }
  const { calls, logs } = otlp(batch({ logs: [log(team, own), log(team, request())] }))
  expect(calls.map(({ project, user }) => [project, user])).toEqual([
    ['shop', 'bob@example.com'],
    ['shop', 'ann'],
  ])
  expect(logs[0]?.hot).toMatchObject({ tool: 'claude-code', project: 'shop', user: 'bob@example.com', sessionId: 's1' })
})
