// telemetry.ts: what every door produces: flat records of spans, logs and points, and observations of what agents did.
import type { Attributes } from './attributes.ts'

/** The five agents we know by name, `''` for any other service. */
export type ToolId = string

/** Which door a record came through. */
export type Source = 'otlp_logs' | 'otlp_traces' | 'otlp_metrics' | 'transcript' | 'hook' | 'push'

/** Who sent a record. One object is shared by all records of one `ResourceSpans|Logs|Metrics`. */
export type Resource = {
  attributes: Attributes
  /** `service.name`, or `unknown_service` when the resource has none (the default of the OpenTelemetry specification). */
  serviceName: string
  droppedAttributesCount: number
  schemaUrl: string
}

/** The instrumentation scope; shared by all its records. */
export type Scope = {
  name: string
  version: string
  attributes: Attributes
  droppedAttributesCount: number
  schemaUrl: string
}

/** The typed columns that the dashboard filters by. The agent's `otlp.ts` fills them; `''` means absent. */
export type Hot = {
  tool: ToolId
  sessionId: string
  model: string
  /** The event's name in the agent's own words without its prefix: `api_request`, `tool_result`. */
  eventName: string
  project: string
  /** `input, output, cacheRead, cacheCreation, reasoning, tool`; only on token points. */
  tokenType: string
  /** The user or host that a shared server attributes the record to. */
  user: string
}

/** A fresh, empty set of hot columns. */
export function cold(): Hot {
  return { tool: '', sessionId: '', model: '', eventName: '', project: '', tokenType: '', user: '' }
}

export type SpanEvent = { timeUnixNano: bigint; name: string; attributes: Attributes; droppedAttributesCount: number }
export type SpanLink = {
  traceId: string
  spanId: string
  traceState: string
  attributes: Attributes
  droppedAttributesCount: number
  flags: number
}

/** One span. Ids are lower-case hex (32 and 16 digits); `parentSpanId` is `''` for a root. Times are ns since 1970. */
export type Span = {
  resource: Resource
  scope: Scope
  hot: Hot
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  flags: number
  name: string
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer; an unknown number is kept. */
  kind: number
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
  attributes: Attributes
  droppedAttributesCount: number
  events: SpanEvent[]
  droppedEventsCount: number
  links: SpanLink[]
  droppedLinksCount: number
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number
  statusMessage: string
}

/** One log record. `timeUnixNano` is never 0: the observed time, else the time of arrival, stands in. */
export type LogRecord = {
  resource: Resource
  scope: Scope
  hot: Hot
  timeUnixNano: bigint
  observedTimeUnixNano: bigint
  severityNumber: number
  severityText: string
  /** The record's own `event_name` field. */
  eventName: string
  /** The body; a string stays a string, anything else is its attribute value. */
  body: import('./attributes.ts').AttributeValue
  attributes: Attributes
  droppedAttributesCount: number
  flags: number
  /** `''` when the record belongs to no trace. */
  traceId: string
  spanId: string
}

export type MetricType = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary'

export type Exemplar = {
  timeUnixNano: bigint
  value: number | bigint
  traceId: string
  spanId: string
  filteredAttributes: Attributes
}

/** One data point of any of the five kinds. Fields of other kinds are `undefined`. */
export type MetricPoint = {
  resource: Resource
  scope: Scope
  hot: Hot
  name: string
  description: string
  unit: string
  type: MetricType
  /** 0 unspecified, 1 delta, 2 cumulative. */
  temporality: number
  monotonic: boolean
  timeUnixNano: bigint
  /** 0n when the sender gave none. */
  startTimeUnixNano: bigint
  attributes: Attributes
  /** Bit 0: no recorded value. */
  flags: number
  /** Gauge and sum. `isInt` tells `as_int` from `as_double`. */
  value?: number | bigint
  isInt?: boolean
  count?: bigint
  sum?: number
  min?: number
  max?: number
  bucketCounts?: bigint[]
  explicitBounds?: number[]
  scale?: number
  zeroCount?: bigint
  zeroThreshold?: number
  positiveOffset?: number
  positiveBucketCounts?: bigint[]
  negativeOffset?: number
  negativeBucketCounts?: bigint[]
  quantiles?: number[]
  quantileValues?: number[]
  exemplars: Exemplar[]
  /** True for a point that we derived (contract §5); such points feed charts, never the ledger. */
  derived?: boolean
}

/**
 * Token counts that never overlap: `input` is uncached input, `output` includes reasoning. `undefined` means that this
 * source does not know the number, which is not the same as 0.
 */
export type TokenCounts = {
  inputTokens?: number
  cacheReadTokens?: number
  /** All cache writes. */
  cacheWriteTokens?: number
  /** The part of `cacheWriteTokens` that is kept five minutes or one hour, where the source tells. */
  cacheWrite5mTokens?: number
  cacheWrite1hTokens?: number
  outputTokens?: number
  /** Inside `outputTokens`. */
  reasoningTokens?: number
  webSearches?: number
}

/** By whom and for what a request was made; every field `undefined` when unknown. */
export type Attribution = {
  project?: string
  branch?: string
  user?: string
  host?: string
  serviceName?: string
  /** Name of the subagent (`general-purpose`), and the id of its run. */
  agent?: string
  agentId?: string
  skill?: string
  plugin?: string
  mcpServer?: string
  /** `main`, `subagent` or `auxiliary` (session titles, routing): the request's purpose. */
  querySource?: string
  speed?: string
  effort?: string
  promptId?: string
}

/**
 * What one door saw of one model request. The ledger joins the observations of one request and picks field by field.
 */
export type CallObservation = TokenCounts &
  Attribution & {
    source: Source
    tool: ToolId
    /** `''` when the source does not say. */
    sessionId: string
    /**
     * Identity of this observation within its source: the same record sent or read again has the same id and replaces
     * itself. Build it from what the record says (ids, times, numbers), never from arrival.
     */
    observationId: string
    /** Ids of the request itself, each prefixed with its kind: `req:…`, `msg:…`, `resp:…`. Sharing one means the same request. */
    keys: string[]
    /**
     * A key that several requests may share (a usage vector within a conversation), for sources without ids: the n-th
     * observation of one source, by time, is the n-th of another. Scoped by tool and session by the ledger.
     */
    weakKey?: string
    timeUnixNano: bigint
    durationMs?: number
    ttftMs?: number
    status: 'ok' | 'error'
    statusCode?: number
    errorType?: string
    errorMessage?: string
    attempt?: number
    model: string
    provider?: string
    requestId?: string
    messageId?: string
    stopReason?: string
    /** What the agent says it cost, integer nano-USD. */
    reportedCostNanoUsd?: number
    /** The numbers are a snapshot of an unfinished stream: anything complete wins over them. */
    partial?: boolean
    /** `exact` from the provider's own usage; `derived` from differences; `estimated` otherwise. */
    quality: 'exact' | 'derived' | 'estimated'
    traceId?: string
    spanId?: string
  }

/** The number that one counter point carries. */
export type AggregateField =
  | 'inputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  | 'requests'
  | 'errors'
  | 'reportedCostNanoUsd'

/**
 * One point of a counter (or the sum of a histogram) that adds up tokens, cost or requests of many model requests.
 * The ledger differences cumulative series itself (sorted by time, one start time = one run), so arrival order never
 * matters, and uses aggregates only where no exact source covers.
 */
export type AggregateObservation = Attribution & {
  source: Source
  tool: ToolId
  sessionId: string
  /** Hash of metric name, all attributes, resource and scope: the identity of the series. */
  seriesId: string
  field: AggregateField
  temporality: 1 | 2
  startTimeUnixNano: bigint
  timeUnixNano: bigint
  value: number
  model: string
  provider?: string
}

/** What one door saw of one tool call. Joined by `callId` within tool and session. */
export type ToolCallObservation = Attribution & {
  source: Source
  tool: ToolId
  sessionId: string
  /** The agent's id of the call (`toolu_…`, `call_…`), or one built by the agent's written rule. */
  callId: string
  /** The request whose answer asked for the call, where known. */
  messageId?: string
  toolName: string
  timeUnixNano: bigint
  durationMs?: number
  success?: boolean
  errorType?: string
  errorMessage?: string
  /** `accept` or `reject`, and who decided (`config`, `user_temporary`, …). */
  decision?: string
  decisionSource?: string
  /** Time spent waiting for a permission. */
  blockedMs?: number
  /** JSON text or plain text. */
  input?: string
  output?: string
  linesAdded?: number
  linesRemoved?: number
  filePath?: string
}

/** What one door knows of a session. Later and richer facts win field by field; times only widen. */
export type SessionObservation = {
  source: Source
  tool: ToolId
  sessionId: string
  serviceName?: string
  title?: string
  /** What it was first asked, in a line: its title where it has none. Told of from the messages. */
  firstPrompt?: string
  project?: string
  branch?: string
  cwd?: string
  user?: string
  host?: string
  version?: string
  parentSessionId?: string
  /** Ids under which copies of this session exist (fork, resume). */
  forkedFrom?: string
  startTimeUnixNano?: bigint
  lastTimeUnixNano?: bigint
  ended?: boolean
  activeMs?: number
  /** Git at the session's boundaries, from hooks. */
  commitAtStart?: string
  commitAtEnd?: string
}

export type MessageRole = 'user' | 'assistant' | 'tool_use' | 'tool_result' | 'thinking' | 'system'

/** One entry of a session's transcript. `messageKey` identifies it within the session: the same key replaces. */
export type MessageRecord = {
  source: Source
  tool: ToolId
  sessionId: string
  messageKey: string
  /** Order among messages with the same time. */
  sequence: number
  timeUnixNano: bigint
  role: MessageRole
  content: string
  model?: string
  agentId?: string
  parentKey?: string
  promptId?: string
  /** The model request this message came from; its tokens and cost are the ledger's. */
  callMessageId?: string
  toolName?: string
  toolUseId?: string
  toolInput?: string
  toolOutput?: string
  diff?: string
  durationMs?: number
  success?: boolean
}

/** A commit or pull request made in a session. One hash counts once. */
export type CommitObservation = {
  source: Source
  tool: ToolId
  sessionId: string
  kind: 'commit' | 'pull_request'
  /** The commit's hash (as printed, possibly abbreviated), or `repository#number`. */
  hash: string
  subject?: string
  branch?: string
  project?: string
  timeUnixNano: bigint
}

/** A batch of everything one request, one file slice or one hook call yields. */
export type Telemetry = {
  spans: Span[]
  logs: LogRecord[]
  points: MetricPoint[]
  calls: CallObservation[]
  aggregates: AggregateObservation[]
  toolCalls: ToolCallObservation[]
  sessions: SessionObservation[]
  messages: MessageRecord[]
  commits: CommitObservation[]
}

/** A new, empty batch. */
export function noTelemetry(): Telemetry {
  return {
    spans: [],
    logs: [],
    points: [],
    calls: [],
    aggregates: [],
    toolCalls: [],
    sessions: [],
    messages: [],
    commits: [],
  }
}
