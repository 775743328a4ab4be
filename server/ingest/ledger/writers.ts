// writers.ts: how the ledger's rows go into its tables (schema 002), and the typed statements that read them back.
import type { AggregateObservation, CommitObservation, MessageRecord } from '#proto/telemetry.ts'
import type { ColumnType, TableWriter } from '../../store/append.ts'
import type { Commit } from './commit.ts'
import type { ModelCall } from './model-call.ts'
import type { StoredObservation } from './observation.ts'
import type { Session, SessionFacts } from './session.ts'
import type { ToolCall, ToolFacts } from './tool-call.ts'

type Column<R> = TableWriter<R>['columns'][number]

/** Columns whose names are a field's in snake case. */
function fields<R>(type: ColumnType, ...names: (keyof R & string)[]): Column<R>[] {
  return names.map((field) => ({ name: snake(field), type, take: (row) => row[field] }))
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export type ObservationRow = { batch: bigint; component: number; stored: StoredObservation }

export const observationWriter: TableWriter<ObservationRow> = {
  table: 'call_observations',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'component', type: 'bigint', take: ({ component }) => component },
    { name: 'tool', type: 'text', take: ({ stored }) => stored.observation.tool },
    { name: 'source', type: 'text', take: ({ stored }) => stored.observation.source },
    { name: 'observation_id', type: 'text', take: ({ stored }) => stored.observation.observationId },
    { name: 'session_id', type: 'text', take: ({ stored }) => stored.observation.sessionId },
    { name: 'keys', type: 'text[]', take: ({ stored }) => stored.observation.keys },
    { name: 'weak_key', type: 'text', take: ({ stored }) => stored.observation.weakKey },
    { name: 'time', type: 'time', take: ({ stored }) => stored.observation.timeUnixNano },
    { name: 'model', type: 'text', take: ({ stored }) => stored.observation.model },
    { name: 'status', type: 'text', take: ({ stored }) => stored.observation.status },
    { name: 'quality', type: 'text', take: ({ stored }) => stored.observation.quality },
    { name: 'is_partial', type: 'boolean', take: ({ stored }) => stored.observation.partial === true },
    { name: 'input_tokens', type: 'bigint', take: ({ stored }) => stored.observation.inputTokens },
    { name: 'cache_read_tokens', type: 'bigint', take: ({ stored }) => stored.observation.cacheReadTokens },
    { name: 'cache_write_tokens', type: 'bigint', take: ({ stored }) => stored.observation.cacheWriteTokens },
    { name: 'cache_write_5m_tokens', type: 'bigint', take: ({ stored }) => stored.observation.cacheWrite5mTokens },
    { name: 'cache_write_1h_tokens', type: 'bigint', take: ({ stored }) => stored.observation.cacheWrite1hTokens },
    { name: 'output_tokens', type: 'bigint', take: ({ stored }) => stored.observation.outputTokens },
    { name: 'reasoning_tokens', type: 'bigint', take: ({ stored }) => stored.observation.reasoningTokens },
    { name: 'web_searches', type: 'bigint', take: ({ stored }) => stored.observation.webSearches },
    { name: 'reported_cost_nano_usd', type: 'bigint', take: ({ stored }) => stored.observation.reportedCostNanoUsd },
    { name: 'detail', type: 'json', take: ({ stored }) => stored.detail },
    { name: 'id_hash', type: 'double', take: ({ stored }) => stored.idHash },
    { name: 'key_hashes', type: 'double[]', take: ({ stored }) => stored.keyHashes },
    { name: 'weak_hash', type: 'double', take: ({ stored }) => stored.weakHash },
    { name: 'fingerprint', type: 'bigint', take: ({ stored }) => stored.fingerprint },
  ],
}

export const modelCallWriter: TableWriter<ModelCall> = {
  table: 'model_calls',
  columns: [
    { name: 'call_id', type: 'text', take: ({ callId }) => callId },
    { name: 'component', type: 'bigint', take: ({ component }) => component },
    ...fields<ModelCall>('text', 'tool', 'serviceName', 'sessionId'),
    { name: 'time', type: 'time', take: ({ timeUnixNano }) => timeUnixNano },
    ...fields<ModelCall>('double', 'durationMs', 'ttftMs'),
    ...fields<ModelCall>('text', 'model', 'provider', 'status'),
    ...fields<ModelCall>('integer', 'statusCode'),
    ...fields<ModelCall>('text', 'errorType', 'errorMessage'),
    ...fields<ModelCall>('integer', 'attempt'),
    ...fields<ModelCall>('bigint', 'requests', 'errors', 'inputTokens', 'cacheReadTokens', 'cacheWriteTokens'),
    { name: 'cache_write_5m_tokens', type: 'bigint', take: ({ cacheWrite5mTokens }) => cacheWrite5mTokens },
    { name: 'cache_write_1h_tokens', type: 'bigint', take: ({ cacheWrite1hTokens }) => cacheWrite1hTokens },
    ...fields<ModelCall>('bigint', 'outputTokens', 'reasoningTokens', 'totalTokens', 'webSearches'),
    ...fields<ModelCall>('text', 'requestId', 'messageId', 'promptId', 'agent', 'agentId', 'skill', 'plugin'),
    ...fields<ModelCall>('text', 'mcpServer', 'querySource', 'speed', 'effort', 'stopReason', 'project', 'branch'),
    ...fields<ModelCall>('text', 'user', 'host'),
    ...fields<ModelCall>('text[]', 'sources'),
    ...fields<ModelCall>('text', 'quality'),
    ...fields<ModelCall>('bigint', 'reportedCostNanoUsd', 'computedCostNanoUsd', 'costNanoUsd'),
    ...fields<ModelCall>('text', 'costBasis'),
    { name: 'price_source', type: 'text', take: ({ price }) => price?.source },
    { name: 'price_model', type: 'text', take: ({ price }) => price?.modelId },
    { name: 'price_rule', type: 'text', take: ({ price }) => price?.rule },
    { name: 'price_tier', type: 'text', take: ({ price }) => price?.tier },
    { name: 'price_from', type: 'time', take: ({ price }) => price?.validFrom },
    ...fields<ModelCall>('text', 'traceId', 'spanId'),
    {
      name: 'differences',
      type: 'json',
      take: ({ differences }) => (differences.length > 0 ? JSON.stringify(differences) : null),
    },
    ...fields<ModelCall>('integer', 'inherited'),
  ],
}

export type AggregatePointRow = { batch: bigint; observation: AggregateObservation; detail: string }

export const aggregatePointWriter: TableWriter<AggregatePointRow> = {
  table: 'aggregate_observations',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'tool', type: 'text', take: ({ observation }) => observation.tool },
    { name: 'source', type: 'text', take: ({ observation }) => observation.source },
    { name: 'session_id', type: 'text', take: ({ observation }) => observation.sessionId },
    { name: 'series_id', type: 'text', take: ({ observation }) => observation.seriesId },
    { name: 'field', type: 'text', take: ({ observation }) => observation.field },
    { name: 'temporality', type: 'integer', take: ({ observation }) => observation.temporality },
    { name: 'start_time', type: 'time', take: ({ observation }) => observation.startTimeUnixNano },
    { name: 'time', type: 'time', take: ({ observation }) => observation.timeUnixNano },
    { name: 'value', type: 'double', take: ({ observation }) => Math.round(observation.value) },
    { name: 'model', type: 'text', take: ({ observation }) => observation.model },
    { name: 'detail', type: 'json', take: ({ detail }) => detail },
  ],
}

export type ToolFactsRow = {
  batch: bigint
  facts: ToolFacts
  detail: string
  callHash: number
  factsHash: number
  fingerprint: number
}

export const toolFactsWriter: TableWriter<ToolFactsRow> = {
  table: 'tool_call_observations',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'tool', type: 'text', take: ({ facts }) => facts.tool },
    { name: 'source', type: 'text', take: ({ facts }) => facts.source },
    { name: 'session_id', type: 'text', take: ({ facts }) => facts.sessionId },
    { name: 'call_id', type: 'text', take: ({ facts }) => facts.callId },
    { name: 'time', type: 'time', take: ({ facts }) => facts.timeUnixNano },
    { name: 'detail', type: 'json', take: ({ detail }) => detail },
    { name: 'call_hash', type: 'double', take: ({ callHash }) => callHash },
    { name: 'facts_hash', type: 'double', take: ({ factsHash }) => factsHash },
    { name: 'fingerprint', type: 'bigint', take: ({ fingerprint }) => fingerprint },
  ],
}

export type ToolCallRow = ToolCall & { inherited: number }

export const toolCallWriter: TableWriter<ToolCallRow> = {
  table: 'tool_calls',
  columns: [
    ...fields<ToolCallRow>('text', 'tool', 'sessionId', 'callId', 'messageId', 'promptId', 'agent', 'agentId'),
    ...fields<ToolCallRow>('text', 'toolName', 'mcpServer'),
    { name: 'time', type: 'time', take: ({ timeUnixNano }) => timeUnixNano },
    ...fields<ToolCallRow>('double', 'durationMs'),
    ...fields<ToolCallRow>('boolean', 'success'),
    ...fields<ToolCallRow>('text', 'errorType', 'errorMessage', 'decision', 'decisionSource'),
    ...fields<ToolCallRow>('double', 'blockedMs'),
    ...fields<ToolCallRow>('text', 'input', 'output'),
    ...fields<ToolCallRow>('bigint', 'linesAdded', 'linesRemoved'),
    ...fields<ToolCallRow>('text', 'filePath', 'project', 'branch'),
    ...fields<ToolCallRow>('text[]', 'sources'),
    ...fields<ToolCallRow>('integer', 'inherited'),
  ],
}

export type SessionFactsRow = { batch: bigint; tool: string; sessionId: string; facts: SessionFacts; detail: string }

export const sessionFactsWriter: TableWriter<SessionFactsRow> = {
  table: 'session_observations',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'tool', type: 'text', take: ({ tool }) => tool },
    { name: 'source', type: 'text', take: ({ facts }) => facts.source },
    { name: 'session_id', type: 'text', take: ({ sessionId }) => sessionId },
    { name: 'start_time', type: 'time', take: ({ facts }) => facts.start },
    { name: 'last_time', type: 'time', take: ({ facts }) => facts.last },
    { name: 'detail', type: 'json', take: ({ detail }) => detail },
  ],
}

export const sessionWriter: TableWriter<Session> = {
  table: 'sessions',
  columns: [
    ...fields<Session>('text', 'tool', 'sessionId', 'serviceName', 'title', 'project', 'branch', 'cwd', 'user', 'host'),
    ...fields<Session>('text', 'version', 'parentSessionId', 'forkedFrom'),
    { name: 'start_time', type: 'time', take: ({ start }) => start },
    { name: 'last_time', type: 'time', take: ({ last }) => last },
    ...fields<Session>('boolean', 'ended'),
    ...fields<Session>('double', 'activeMs'),
    ...fields<Session>('text', 'commitAtStart', 'commitAtEnd'),
    ...fields<Session>('text[]', 'sources'),
  ],
}

export type MessageRow = { batch: bigint; message: MessageRecord; hash: number; fingerprint: number }

const some = (value: string | undefined) => (value === undefined || value === '' ? null : value)

export const messageWriter: TableWriter<MessageRow> = {
  table: 'messages',
  columns: [
    { name: 'batch', type: 'bigint', take: ({ batch }) => batch },
    { name: 'tool', type: 'text', take: ({ message }) => message.tool },
    { name: 'session_id', type: 'text', take: ({ message }) => message.sessionId },
    { name: 'message_key', type: 'text', take: ({ message }) => message.messageKey },
    { name: 'source', type: 'text', take: ({ message }) => message.source },
    { name: 'sequence', type: 'bigint', take: ({ message }) => message.sequence },
    { name: 'time', type: 'time', take: ({ message }) => message.timeUnixNano },
    { name: 'role', type: 'text', take: ({ message }) => message.role },
    { name: 'content', type: 'text', take: ({ message }) => message.content },
    { name: 'model', type: 'text', take: ({ message }) => some(message.model) },
    { name: 'agent_id', type: 'text', take: ({ message }) => some(message.agentId) },
    { name: 'parent_key', type: 'text', take: ({ message }) => some(message.parentKey) },
    { name: 'prompt_id', type: 'text', take: ({ message }) => some(message.promptId) },
    { name: 'call_message_id', type: 'text', take: ({ message }) => some(message.callMessageId) },
    { name: 'tool_name', type: 'text', take: ({ message }) => some(message.toolName) },
    { name: 'tool_use_id', type: 'text', take: ({ message }) => some(message.toolUseId) },
    { name: 'tool_input', type: 'text', take: ({ message }) => some(message.toolInput) },
    { name: 'tool_output', type: 'text', take: ({ message }) => some(message.toolOutput) },
    { name: 'diff', type: 'text', take: ({ message }) => some(message.diff) },
    { name: 'duration_ms', type: 'double', take: ({ message }) => message.durationMs },
    { name: 'success', type: 'boolean', take: ({ message }) => message.success },
    { name: 'hash', type: 'double', take: ({ hash }) => hash },
    { name: 'fingerprint', type: 'bigint', take: ({ fingerprint }) => fingerprint },
  ],
}

export type CommitObservationRow = CommitObservation & { class: string }

export const commitObservationWriter: TableWriter<CommitObservationRow> = {
  table: 'commit_observations',
  columns: [
    ...fields<CommitObservationRow>(
      'text',
      'tool',
      'source',
      'sessionId',
      'class',
      'kind',
      'hash',
      'subject',
      'branch',
    ),
    ...fields<CommitObservationRow>('text', 'project'),
    { name: 'time', type: 'time', take: ({ timeUnixNano }) => timeUnixNano },
  ],
}

export const commitWriter: TableWriter<Commit> = {
  table: 'commits',
  columns: [
    ...fields<Commit>('text', 'tool', 'sessionId', 'kind', 'hash', 'subject', 'branch', 'project'),
    { name: 'time', type: 'time', take: ({ timeUnixNano }) => timeUnixNano },
    ...fields<Commit>('text[]', 'sources'),
  ],
}
