// fixture.ts: the query API answered from the invented world. Development only; the real API is server/api.
import type { LogRecord, Message, Series, Session, Span, UsageKey, UsageNumbers, UsageRow } from '../lib/shapes.ts'
import { startOf } from '../lib/time.ts'
import { agents, type Call, hex, random, type Work, work } from './world.ts'

const now = Date.now()
const world = work(now)
const calls = world.flatMap((one) => one.calls).sort((a, b) => a.time - b.time)
const toolCalls = world.flatMap((one) => one.toolCalls)
const iso = (ms: number) => new Date(ms).toISOString()

function numbers(list: readonly Call[]): UsageNumbers {
  const sum = (pick: (call: Call) => number) => list.reduce((total, call) => total + pick(call), 0)
  const priced = list.filter((call) => call.costUsd !== null)
  const costUsd = priced.length > 0 ? priced.reduce((total, call) => total + (call.costUsd ?? 0), 0) : null
  return {
    requests: sum((call) => (call.error ? 0 : 1)),
    errors: sum((call) => (call.error ? 1 : 0)),
    inputTokens: sum((call) => call.input),
    cacheReadTokens: sum((call) => call.cacheRead),
    cacheWriteTokens: sum((call) => call.cacheWrite),
    cacheWrite5mTokens: sum((call) => call.cacheWrite),
    cacheWrite1hTokens: 0,
    outputTokens: sum((call) => call.output),
    reasoningTokens: sum((call) => call.reasoning),
    totalTokens: sum((call) => call.input + call.cacheRead + call.cacheWrite + call.output),
    webSearches: 0,
    costUsd,
    reportedCostUsd: null,
    computedCostUsd: costUsd,
    unpricedTokens: sum((call) =>
      call.costUsd === null ? call.input + call.cacheRead + call.cacheWrite + call.output : 0,
    ),
    basis: costUsd === null ? 'unpriced' : priced.length < list.length ? 'mixed' : 'computed',
  }
}

const keyOf: Partial<Record<UsageKey, (call: Call) => string | null>> = {
  tool: (call) => call.tool,
  model: (call) => call.model,
  project: (call) => call.project,
  branch: (call) => call.branch,
  session: (call) => call.sessionId,
}

function usage(query: URLSearchParams) {
  const from = Date.parse(query.get('from') ?? '1970-01-01T00:00:00Z')
  const to = query.has('to') ? Date.parse(query.get('to')!) : now + 1e9
  const groupBy = (query.get('groupBy') ?? '').split(',').filter(Boolean) as UsageKey[]
  const interval = query.get('interval')
  const zone = query.get('tz') === 'UTC' ? 'utc' : 'local'
  const wanted = calls.filter(
    (call) =>
      call.time >= from &&
      call.time <= to &&
      (Object.keys(keyOf) as UsageKey[]).every((key) => !query.get(key) || keyOf[key]?.(call) === query.get(key)),
  )
  const groups = Map.groupBy(wanted, (call) =>
    JSON.stringify([
      interval === null
        ? null
        : iso(
            interval === 'hour' ? Math.floor(call.time / 3.6e6) * 3.6e6 : startOf(interval as 'day', call.time, zone),
          ),
      ...groupBy.map((key) => keyOf[key]?.(call) ?? null),
    ]),
  )
  const rows: UsageRow[] = [...groups].map(([text, list]) => {
    const [bucket, ...values] = JSON.parse(text) as (string | null)[]
    return {
      ...(bucket ? { bucket } : {}),
      ...Object.fromEntries(groupBy.map((key, index) => [key, values[index] ?? null])),
      ...numbers(list),
    }
  })
  return { groupBy, interval, rows, totals: numbers(wanted) }
}

function session(one: Work): Session {
  const usageNumbers = numbers(one.calls)
  return {
    ...usageNumbers,
    sessionId: one.sessionId,
    tool: one.tool,
    serviceName: one.tool,
    title: one.title,
    project: one.project,
    branch: one.branch,
    startTime: iso(one.start),
    lastTime: iso(one.end),
    durationMs: one.end - one.start,
    promptCount: one.prompts,
    messageCount: one.calls.length * 2 + one.toolCalls.length * 2,
    toolCallCount: one.toolCalls.length,
    errorCount: one.calls.filter((call) => call.error).length,
    model: one.calls[0]?.model ?? '',
    models: [...new Set(one.calls.map((call) => call.model))],
    status: one.active ? 'active' : 'ended',
  }
}

function sessions(query: URLSearchParams) {
  const { from, to } = window(query)
  const text = query.get('search')?.toLowerCase()
  const found = world.filter(
    (one) =>
      one.end >= from &&
      one.start <= to &&
      (!query.get('tool') || one.tool === query.get('tool')) &&
      (!query.get('project') || one.project === query.get('project')) &&
      (!text || one.title.toLowerCase().includes(text)),
  )
  return page('sessions', found.map(session), query)
}

function window(query: URLSearchParams) {
  const to = query.has('to') ? Date.parse(query.get('to')!) : now + 1e9
  return { from: query.has('from') ? Date.parse(query.get('from')!) : to - 86_400_000, to }
}

function page<T>(name: string, rows: T[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 50)
  const offset = Number(query.get('offset') ?? 0)
  return { [name]: rows.slice(offset, offset + limit), total: rows.length, hasMore: offset + limit < rows.length }
}

function traceOf(one: Work): Span[] {
  const next = random(one.start % 100_000)
  const traceId = one.sessionId.replaceAll('-', '').padEnd(32, '0')
  const spans: Span[] = []
  const span = (
    name: string,
    start: number,
    durationMs: number,
    parent: Span | undefined,
    attributes: Record<string, unknown>,
    status = 'UNSET',
  ): Span => {
    const made: Span = {
      timestamp: iso(start).replace('Z', '123456Z'),
      traceId,
      spanId: hex(next, 16),
      ...(parent ? { parentSpanId: parent.spanId } : {}),
      spanName: name,
      spanKind: 'INTERNAL',
      serviceName: one.tool,
      tool: one.tool,
      sessionId: one.sessionId,
      resourceAttributes: { 'service.name': one.tool, 'os.type': 'linux' },
      scopeName: 'com.example.agent',
      spanAttributes: { 'session.id': one.sessionId, ...attributes },
      duration: Math.round(durationMs * 1e6),
      statusCode: status,
      events:
        status === 'ERROR'
          ? [
              {
                timestamp: iso(start + durationMs),
                name: 'exception',
                attributes: { 'exception.type': 'ShellError', 'exception.message': 'exit code 1' },
              },
            ]
          : [],
      links: [],
    }
    spans.push(made)
    return made
  }
  const root = span('claude_code.interaction', one.start, one.end - one.start, undefined, { user_prompt: one.title })
  for (const call of one.calls) {
    span(
      'claude_code.llm_request',
      call.time,
      call.durationMs,
      root,
      {
        'gen_ai.request.model': call.model,
        'gen_ai.usage.input_tokens': call.input,
        'gen_ai.usage.output_tokens': call.output,
        'gen_ai.operation.name': 'chat',
      },
      call.error ? 'ERROR' : 'UNSET',
    )
  }
  for (const use of one.toolCalls) {
    const parent = span(
      'claude_code.tool',
      use.time,
      use.durationMs,
      root,
      { tool_name: use.name, 'gen_ai.operation.name': 'execute_tool' },
      use.success ? 'UNSET' : 'ERROR',
    )
    span('claude_code.tool.blocked_on_user', use.time, use.durationMs * 0.2, parent, { decision: 'accept' })
    span(
      'claude_code.tool.execution',
      use.time + use.durationMs * 0.2,
      use.durationMs * 0.8,
      parent,
      { success: use.success },
      use.success ? 'UNSET' : 'ERROR',
    )
  }
  return spans
}

function traces(query: URLSearchParams) {
  const { from, to } = window(query)
  const list = world
    .filter((one) => one.start >= from && one.start <= to)
    .map((one) => {
      const failed =
        one.toolCalls.filter((use) => !use.success).length * 2 + one.calls.filter((call) => call.error).length
      const id = one.sessionId.replaceAll('-', '').padEnd(32, '0')
      return {
        id,
        kind: 'otel_trace',
        traceId: id,
        rootSpanId: '',
        rootSpan: 'claude_code.interaction',
        serviceName: one.tool,
        tool: one.tool,
        startTime: iso(one.start),
        duration: (one.end - one.start) * 1e6,
        spanCount: 1 + one.calls.length + one.toolCalls.length * 3,
        errorCount: failed,
        status: failed ? 'ERROR' : 'UNSET',
        sessionId: one.sessionId,
      }
    })
  return page('traces', list, query)
}

const allLogs: LogRecord[] = world
  .flatMap((one): LogRecord[] => [
    ...one.calls.map((call) =>
      log(one, call.time, call.error ? 'api_error' : 'api_request', call.error ? 'ERROR' : 'INFO', {
        model: call.model,
        input_tokens: call.input,
        output_tokens: call.output,
        cost_usd: call.costUsd ?? 0,
        duration_ms: String(Math.round(call.durationMs)),
      }),
    ),
    ...one.toolCalls.map((use) =>
      log(one, use.time, 'tool_result', use.success ? 'INFO' : 'WARN', {
        tool_name: use.name,
        success: String(use.success),
        duration_ms: String(Math.round(use.durationMs)),
      }),
    ),
  ])
  .sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1))

function log(one: Work, time: number, event: string, level: string, attributes: Record<string, unknown>): LogRecord {
  return {
    timestamp: iso(time).replace('Z', '000123Z'),
    severityText: level,
    severityNumber: level === 'ERROR' ? 17 : level === 'WARN' ? 13 : 9,
    serviceName: one.tool,
    tool: one.tool,
    eventName: event,
    sessionId: one.sessionId,
    project: one.project,
    body: `claude_code.${event}`,
    resourceAttributes: { 'service.name': one.tool, 'service.version': '2.1.197' },
    scopeName: 'com.anthropic.claude_code.events',
    logAttributes: {
      'event.name': event,
      'session.id': one.sessionId,
      'prompt.id': one.sessionId.slice(0, 8),
      ...attributes,
    },
    traceId: one.sessionId.replaceAll('-', '').padEnd(32, '0'),
  }
}

function logs(query: URLSearchParams) {
  const { from, to } = window(query)
  const text = query.get('search')?.toLowerCase()
  const found = allLogs.filter((record) => {
    const time = Date.parse(record.timestamp)
    return (
      time >= from &&
      time <= to &&
      (!query.get('severity') || record.severityText === query.get('severity')) &&
      (!query.get('sessionId') || record.sessionId === query.get('sessionId')) &&
      (!query.get('service') || record.serviceName === query.get('service')) &&
      (!text || JSON.stringify(record).toLowerCase().includes(text))
    )
  })
  return page('logs', found, query)
}

function levels(query: URLSearchParams) {
  const { from, to } = window(query)
  const counts: Record<string, number> = {}
  for (const record of allLogs) {
    const time = Date.parse(record.timestamp)
    if (time >= from && time <= to) counts[record.severityText] = (counts[record.severityText] ?? 0) + 1
  }
  return counts
}

const metricNames = [
  'claude_code.token.usage',
  'claude_code.cost.usage',
  'claude_code.session.count',
  'claude_code.active_time.total',
  'claude_code.lines_of_code.count',
  'claude_code.code_edit_tool.decision',
  'codex.turn.token_usage',
  'codex_cli_rs.token.usage',
  'gemini_cli.token.usage.delta',
  'gemini_cli.api.request.count',
  'gemini_cli.tool.call.latency',
  'github_copilot.token.usage',
  'opencode.cost.usage',
]

function series(query: URLSearchParams): Series[] {
  const { from, to } = window(query)
  const step = Number(query.get('interval') ?? 3600) * 1000
  const name = query.get('name') ?? ''
  const groupBy = query.get('groupBy')
  const groups =
    groupBy === 'model' ? agents[0].models : groupBy ? ['input', 'output', 'cacheRead', 'cacheCreation'] : ['']
  const own = calls.filter((call) => name.startsWith('claude') === (call.tool === 'claude-code'))
  return groups.map((group) => {
    const sums = new Map<number, number>()
    for (const call of own) {
      if (call.time < from || call.time > to || (groupBy === 'model' && call.model !== group)) continue
      const start = Math.floor(call.time / step) * step
      sums.set(
        start,
        (sums.get(start) ?? 0) +
          (name.includes('cost')
            ? (call.costUsd ?? 0)
            : group === 'output'
              ? call.output
              : group === 'cacheRead'
                ? call.cacheRead
                : call.input + call.cacheWrite),
      )
    }
    return { name, labels: groupBy ? { [groupBy]: group } : {}, datapoints: [...sums] as [number, number][] }
  })
}

function transcript(one: Work, query: URLSearchParams) {
  const messages: Message[] = []
  const add = (message: Omit<Message, 'index' | 'source'>) =>
    messages.push({ index: messages.length, source: 'transcript', ...message })
  let use = 0
  for (const [at, call] of one.calls.entries()) {
    if (at % 6 === 0)
      add({
        timestamp: iso(call.time - 800),
        role: 'user',
        content: at === 0 ? one.title : 'Good. Now do the same for the farewell, and keep the tests green.',
        promptId: `p${at / 6}`,
      })
    add({
      timestamp: iso(call.time),
      role: 'assistant',
      content: `I'll look at \`src/app.js\` first.\n\n\`\`\`ts\nexport function greet(name: string) {\n  return \`Hello, \${name}!\`\n}\n\`\`\`\n\n1. **Read** the file\n2. Run the *tests*\n\n[the docs](https://example.com) <img src=x onerror=alert(1)> [bad](javascript:alert(1))`,
      model: call.model,
      inputTokens: call.input,
      outputTokens: call.output,
      cacheRead: call.cacheRead,
      cacheWrite: call.cacheWrite,
      ...(call.costUsd === null ? {} : { costUsd: call.costUsd }),
      durationMs: call.durationMs,
      promptId: `p${Math.floor(at / 6)}`,
    })
    while (use < one.toolCalls.length && one.toolCalls[use]!.time <= (one.calls[at + 1]?.time ?? Infinity)) {
      const tool = one.toolCalls[use++]!
      const id = `toolu_${use}`
      const input =
        tool.name === 'Bash'
          ? { command: 'npm test -- --run src/app.test.js' }
          : tool.name === 'Edit'
            ? { file_path: 'src/app.js', old_string: 'return x', new_string: 'return greeting(name)' }
            : { file_path: 'src/app.js' }
      add({
        timestamp: iso(tool.time),
        role: 'tool_use',
        content: '',
        toolName: tool.name,
        toolUseId: id,
        toolInput: JSON.stringify(input),
        promptId: `p${Math.floor(at / 6)}`,
      })
      add({
        timestamp: iso(tool.time + tool.durationMs),
        role: 'tool_result',
        content: '',
        toolName: tool.name,
        toolUseId: id,
        toolOutput: tool.success
          ? '\u001b[32m✓\u001b[0m 12 tests passed\n'
          : 'Error: exit code 1\n  at run (src/app.js:3:9)',
        success: tool.success,
        durationMs: tool.durationMs,
        promptId: `p${Math.floor(at / 6)}`,
        ...(tool.name === 'Edit'
          ? {
              diff: '--- a/src/app.js\n+++ b/src/app.js\n@@ -1,3 +1,4 @@\n export function greet(name) {\n-  return x\n+  // say it\n+  return greeting(name)\n }\n',
            }
          : {}),
      })
    }
  }
  const limit = Number(query.get('limit') ?? 50)
  const offset = Number(query.get('offset') ?? 0)
  return {
    sessionId: one.sessionId,
    tool: one.tool,
    startTime: iso(one.start),
    lastTime: iso(one.end),
    total: messages.length,
    messages: messages.slice(offset, offset + limit),
  }
}

function tools(query: URLSearchParams) {
  const { from, to } = window(query)
  const groups = Map.groupBy(
    toolCalls.filter((use) => use.time >= from && use.time <= to),
    (use) => use.name,
  )
  return [...groups].map(([toolName, list]) => {
    const sorted = list.map((use) => use.durationMs).sort((a, b) => a - b)
    const successes = list.filter((use) => use.success).length
    return {
      toolName,
      calls: list.length,
      successes,
      failures: list.length - successes,
      successRate: successes / list.length,
      durationMsAvg: sorted.reduce((a, b) => a + b, 0) / list.length,
      durationMsP50: sorted[Math.floor(list.length / 2)]!,
      durationMsP95: sorted[Math.floor(list.length * 0.95)]!,
      rejected: list.filter((use) => use.rejected).length,
    }
  })
}

function errors(query: URLSearchParams) {
  const { from, to } = window(query)
  const list = calls
    .filter((call) => call.error && call.time >= from && call.time <= to)
    .map((call, index) => ({
      timestamp: iso(call.time),
      tool: call.tool,
      sessionId: call.sessionId,
      kind: 'request',
      model: call.model,
      errorType: index % 3 ? 'overloaded_error' : 'rate_limit_error',
      statusCode: index % 3 ? 529 : 429,
      message: index % 3 ? 'Overloaded' : 'Number of request tokens has exceeded your per-minute rate limit',
    }))
  return page('errors', list.reverse(), query)
}

/** The answer to one request; `undefined` when there is none. */
export function answer(url: URL, body: unknown, empty: boolean): unknown {
  const query = url.searchParams
  const path = url.pathname
  const sessionPath = /^\/api\/sessions\/([^/]+)(\/transcript)?$/.exec(path)
  if (path === '/health') return { status: 'ok', version: '0.1.0-dev' }
  if (path === '/api/agents')
    return {
      agents: agents.map(({ id, name, hue }) => ({
        id,
        name,
        hue,
        hasTranscripts: true,
        hasHooks: id === 'claude-code',
        lastSeen: empty ? null : iso(now - 60_000),
        counts: { sessions: 1, calls: 1, traces: 1, logs: 1, metrics: 1, messages: 1 },
        setup: `export CLAUDE_CODE_ENABLE_TELEMETRY=1\nexport OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nexport OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318`,
      })),
    }
  if (path === '/api/stats')
    return empty
      ? {
          traceCount: 0,
          spanCount: 0,
          logCount: 0,
          metricCount: 0,
          sessionCount: 0,
          callCount: 0,
          serviceCount: 0,
          services: [],
          errorRate: 0,
        }
      : {
          traceCount: world.length,
          spanCount: 80_000,
          logCount: allLogs.length,
          metricCount: 40_000,
          sessionCount: world.length,
          callCount: calls.length,
          serviceCount: 5,
          services: agents.map(({ id }) => id),
          errorRate: 2.1,
        }
  if (path === '/api/usage') return usage(query)
  if (path === '/api/sessions') return sessions(query)
  if (sessionPath) {
    const one = world.find(({ sessionId }) => sessionId === sessionPath[1])
    if (!one) return undefined
    return sessionPath[2]
      ? transcript(one, query)
      : {
          ...session(one),
          modelUsage: [],
          agents: [],
          tools: [],
          commits: [],
          children: [],
          sources: ['transcript', 'otlp_logs'],
        }
  }
  if (path === '/api/traces' || path === '/api/traces/recent') return traces(query)
  if (path.startsWith('/api/traces/')) {
    const one = world.find(({ sessionId }) => sessionId.replaceAll('-', '').padEnd(32, '0') === path.split('/')[3])
    return one && { spans: traceOf(one) }
  }
  if (path === '/api/logs') return logs(query)
  if (path === '/api/logs/levels') return levels(query)
  if (path === '/api/metrics/names') return { names: metricNames }
  if (path === '/api/metrics')
    return {
      metrics: [
        {
          timestamp: iso(now),
          serviceName: 'claude-code',
          metricName: query.get('name'),
          metricDescription: 'Number of tokens used',
          metricUnit: query.get('name')?.includes('cost') ? 'USD' : 'tokens',
          metricType: 'sum',
          resourceAttributes: {},
          attributes: { type: 'input', model: 'x', 'session.id': 'y' },
          value: 1,
        },
      ],
      total: 1,
      hasMore: false,
    }
  if (path === '/api/metrics/series') return { series: series(query) }
  if (path === '/api/metrics/breakdown-values') return { values: ['input', 'output'] }
  if (path === '/api/services') return { services: agents.map(({ id }) => id) }
  if (path === '/api/tools') return { tools: tools(query) }
  if (path === '/api/errors') return errors(query)
  if (path === '/api/search') return { hits: [], total: 0 }
  if (path === '/api/audit') return { sessions: [], total: 0, hasMore: false }
  if (path === '/api/status')
    return {
      version: '0.1.0-dev',
      startedAt: iso(now - 3e7),
      uptimeSeconds: 30_000,
      receivers: { otlpHttp: { url: 'http://127.0.0.1:4318' }, otlpGrpc: { url: 'http://127.0.0.1:4317' } },
      queue: { batches: 0, bytes: 0 },
      ingest: {
        acceptedBatches: 812,
        acceptedRecords: 90_210,
        duplicateBatches: 2,
        rejectedRecords: 0,
        refusedBatches: 0,
        failedBatches: 0,
        lastCommitAt: iso(now - 4_000),
      },
      rates: { traces: 1.2, logs: 3.4, metrics: 0.5, messages: 0 },
      database: { path: '/home/dev/.telltale/telltale.duckdb', databaseBytes: 48_200_000, walBytes: 120_000 },
      lastRecordByTool: {},
      dropped: 0,
      live: { clients: 1, framesSent: 10, framesDropped: 0 },
      memory: { rssBytes: 210_000_000 },
    }
  if (path === '/api/sql')
    return {
      columns: [
        { name: 'tool', type: 'VARCHAR' },
        { name: 'calls', type: 'BIGINT' },
      ],
      rows: agents.map(({ id }) => [id, calls.filter((call) => call.tool === id).length]),
      truncated: false,
      durationMs: 3.2,
      given: body,
    }
  return undefined
}
