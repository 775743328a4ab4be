// shapes.ts: what the API answers, as the contract (§4) writes it.

export type AttributeMap = { [key: string]: unknown }

export type TraceKind = 'otel_trace' | 'codex_operation'
export type SpanStatus = 'OK' | 'ERROR' | 'UNSET'

/** `duration` in ns. */
export type TraceOverview = {
  id: string
  kind: TraceKind
  traceId: string
  rootSpanId: string
  rootSpan: string
  serviceName: string
  tool?: string
  startTime: string
  duration: number
  spanCount: number
  errorCount: number
  status: SpanStatus
  sessionId?: string
}
export type TraceList = { traces: TraceOverview[]; total: number; hasMore: boolean }

export type SpanEvent = { timestamp: string; name: string; attributes: AttributeMap }
export type SpanLink = { traceId: string; spanId: string; traceState?: string; attributes: AttributeMap }

/** `timestamp` is the start; `duration` in ns. */
export type Span = {
  timestamp: string
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  spanName: string
  spanKind: string
  serviceName: string
  tool?: string
  sessionId?: string
  model?: string
  project?: string
  resourceAttributes: AttributeMap
  scopeName?: string
  scopeVersion?: string
  spanAttributes: AttributeMap
  duration: number
  statusCode: string
  statusMessage?: string
  events: SpanEvent[]
  links: SpanLink[]
}

export type LogRecord = {
  timestamp: string
  traceId?: string
  spanId?: string
  traceFlags?: number
  severityText: string
  severityNumber: number
  serviceName: string
  tool?: string
  eventName?: string
  sessionId?: string
  model?: string
  project?: string
  body: unknown
  resourceAttributes: AttributeMap
  scopeName?: string
  scopeVersion?: string
  logAttributes: AttributeMap
}
export type LogList = { logs: LogRecord[]; total: number; hasMore: boolean }
export type Levels = { [level: string]: number }

export type MetricType = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary'
export type MetricPoint = {
  timestamp: string
  startTimestamp?: string
  serviceName: string
  metricName: string
  metricDescription?: string
  metricUnit?: string
  metricType: MetricType
  resourceAttributes: AttributeMap
  attributes: AttributeMap
  value?: number
  aggregationTemporality?: string
  isMonotonic?: boolean
  count?: number
  sum?: number
}
export type MetricList = { metrics: MetricPoint[]; total: number; hasMore: boolean }

/** Points are `[epoch ms, value]`; `null` is a gap. */
export type Series = { name: string; labels: { [key: string]: string }; datapoints: [number, number | null][] }
export type Statistic = 'sum' | 'avg' | 'min' | 'max' | 'rate' | 'p50' | 'p95' | 'p99'
export type SeriesQuery = {
  id: string
  name: string
  service?: string
  aggregate?: boolean
  interval?: string
  groupBy?: string
  stat?: Statistic
}
export type SeriesResult = { id: string; success: boolean; error?: string; series?: Series[] }

export type Stats = {
  traceCount: number
  spanCount: number
  logCount: number
  metricCount: number
  sessionCount: number
  callCount: number
  serviceCount: number
  services: string[]
  errorRate: number
}

export type Basis = 'reported' | 'computed' | 'mixed' | 'unpriced' | 'included'

/** Token numbers never overlap; money in US dollars, `null` when unpriced. */
export type UsageNumbers = {
  requests: number
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  cacheWrite5mTokens: number
  cacheWrite1hTokens: number
  outputTokens: number
  reasoningTokens: number
  totalTokens: number
  webSearches: number
  errors: number
  costUsd: number | null
  reportedCostUsd: number | null
  computedCostUsd: number | null
  unpricedTokens: number
  basis: Basis
}

export type UsageKey =
  | 'tool'
  | 'model'
  | 'project'
  | 'session'
  | 'branch'
  | 'agent'
  | 'skill'
  | 'mcpServer'
  | 'querySource'
  | 'user'
  | 'host'
  | 'speed'
export type UsageRow = UsageNumbers & { bucket?: string } & { [K in UsageKey]?: string | null }
export type Usage = { groupBy: string[]; interval?: string | null; rows: UsageRow[]; totals: UsageNumbers }

export type Session = UsageNumbers & {
  sessionId: string
  tool: string
  serviceName?: string
  title?: string
  project?: string
  branch?: string
  user?: string
  host?: string
  version?: string
  startTime: string
  lastTime: string
  durationMs: number
  activeMs?: number
  promptCount: number
  messageCount: number
  toolCallCount: number
  errorCount: number
  model?: string
  models: string[]
  status: 'active' | 'ended'
}
/** A session with everything in it. */
export type SessionDetail = Session & {
  modelUsage: ({ model: string | null } & UsageNumbers)[]
  agents: ({ agent: string | null; agentId: string | null } & UsageNumbers)[]
  tools: ToolStats[]
  commits: { kind: 'commit' | 'pull_request'; hash: string; subject?: string; branch?: string; timestamp: string }[]
  sources: string[]
  forkedFrom?: string
  cwd?: string
  commitAtStart?: string
  commitAtEnd?: string
  parent?: Session
  children: Session[]
}
export type SessionList = { sessions: Session[]; total: number; hasMore: boolean }

export type MessageRole = 'user' | 'assistant' | 'tool_use' | 'tool_result' | 'thinking' | 'system'
export type Message = {
  index: number
  timestamp: string
  role: MessageRole
  content: string
  model?: string
  agentId?: string
  parentIndex?: number
  promptId?: string
  toolName?: string
  toolUseId?: string
  toolInput?: unknown
  toolOutput?: unknown
  diff?: string
  inputTokens?: number
  outputTokens?: number
  cacheRead?: number
  cacheWrite?: number
  costUsd?: number | null
  durationMs?: number
  success?: boolean
  source: string
}
export type Transcript = {
  sessionId: string
  tool: string
  serviceName?: string
  startTime: string
  lastTime: string
  total: number
  hasMore?: boolean
  messages: Message[]
}

export type ToolStats = {
  toolName: string
  calls: number
  successes: number
  failures: number
  /** Successes of those whose outcome is known, 0 to 1. */
  successRate: number | null
  mcpServer?: string
  blockedMs?: number | null
  lastTime?: string
  durationMsAvg: number | null
  durationMsP50: number | null
  durationMsP95: number | null
  rejected: number
}

export type Audit = {
  sessions: {
    sessionId: string
    tool: string
    sources: ({ source: string } & Partial<UsageNumbers>)[]
    used: UsageNumbers
    differences: {
      field: string
      values: { [source: string]: number | string | null }
      used: number | string | null
      reason: string
    }[]
  }[]
  total: number
  hasMore: boolean
}

export type SqlAnswer = {
  columns: { name: string; type: string }[]
  rows: unknown[][]
  truncated: boolean
  durationMs: number
}

/** The basis of every error answer. */
export type Refusal = { error: string; message: string }

/** A coding agent that the server knows. */
export type AgentInfo = {
  id: string
  name: string
  hue: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
  /** What a person types to send this agent's telemetry here. */
  setup: string
  hasTranscripts: boolean
  hasHooks: boolean
  lastSeen: string | null
  counts: { sessions: number; calls: number; traces: number; logs: number; metrics: number; messages: number }
}

export type Failure = {
  timestamp: string
  kind: 'model_call' | 'tool_call' | 'event'
  tool: string
  serviceName?: string
  sessionId?: string
  id?: string
  errorType?: string
  message?: string
  count: number
  model?: string
  statusCode?: number
  attempt?: number
  toolName?: string
  agent?: string
  project?: string
  durationMs?: number
  requestId?: string
  traceId?: string
  spanId?: string
}
export type ErrorList = { errors: Failure[]; total: number; hasMore: boolean }

export type Status = {
  version: string
  startedAt: string
  uptimeSeconds: number
  receivers: { otlpHttp: { url: string }; otlpGrpc: { url: string } | null }
  queue: { batches: number; bytes: number }
  ingest: {
    acceptedBatches: number
    acceptedRecords: number
    duplicateBatches: number
    rejectedRecords: number
    refusedBatches: number
    failedBatches: number
    lastCommitAt?: string
  }
  rates: { traces: number; logs: number; metrics: number; messages: number }
  database: { path: string; databaseBytes: number; walBytes: number; notice?: string }
  lastRecordByTool: { [tool: string]: string }
  dropped: number
  live: { clients: number; framesSent: number; framesDropped: number }
  memory: { rssBytes: number }
}

/** Dollars for a million tokens; `null` when not known. */
export type PriceEntry = {
  model: string
  provider?: string
  source: string
  validFrom?: string
  included: boolean
  input: number | null
  output: number | null
  cacheRead: number | null
  cacheWrite5m: number | null
  cacheWrite1h: number | null
  tiers: { tokens: number }[]
}
export type PriceList = { base: { name: string; version: string }; prices: PriceEntry[]; overrides: PriceEntry[] }
