// push-shape.ts: what one telltale sends another of its transcripts: the records as read, and how far each file was read.
import { z } from 'zod'
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import type { FileRecord } from './file-records.ts'

/** A name that a machine or a person gives. */
const name = z.string().trim().min(1).max(255)
const text = z.string()
const number = z.number().finite()
const whole = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** Nanoseconds since 1970 do not fit into a JSON number. */
const nano = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt)
  .refine((value) => BigInt.asIntN(64, value) === value, 'does not fit into 64 bits')

function optional<K extends string, T extends z.ZodType>(keys: readonly K[], type: T) {
  return Object.fromEntries(keys.map((key) => [key, type.optional()])) as Record<K, z.ZodOptional<T>>
}

const attribution = optional(
  [
    'project',
    'branch',
    'user',
    'host',
    'serviceName',
    'agent',
    'agentId',
    'skill',
    'plugin',
    'mcpServer',
    'querySource',
    'speed',
    'effort',
    'promptId',
  ],
  text,
)
const tokens = optional(
  [
    'inputTokens',
    'cacheReadTokens',
    'cacheWriteTokens',
    'cacheWrite5mTokens',
    'cacheWrite1hTokens',
    'outputTokens',
    'reasoningTokens',
    'webSearches',
  ],
  whole,
)
const origin = { source: z.literal('transcript'), tool: text, sessionId: text }

const call = z.object({
  ...origin,
  ...attribution,
  ...tokens,
  ...optional(
    ['weakKey', 'errorType', 'errorMessage', 'provider', 'requestId', 'messageId', 'stopReason', 'traceId', 'spanId'],
    text,
  ),
  ...optional(['durationMs', 'ttftMs', 'statusCode', 'attempt', 'reportedCostNanoUsd'], number),
  observationId: text,
  keys: z.array(text),
  timeUnixNano: nano,
  status: z.enum(['ok', 'error']),
  model: text,
  partial: z.boolean().optional(),
  quality: z.enum(['exact', 'derived', 'estimated']),
})
const aggregate = z.object({
  ...origin,
  ...attribution,
  ...optional(['provider'], text),
  seriesId: text,
  field: z.enum([
    'inputTokens',
    'cacheReadTokens',
    'cacheWriteTokens',
    'outputTokens',
    'reasoningTokens',
    'requests',
    'errors',
    'reportedCostNanoUsd',
  ]),
  temporality: z.union([z.literal(1), z.literal(2)]),
  startTimeUnixNano: nano,
  timeUnixNano: nano,
  value: number,
  model: text,
})
const toolCall = z.object({
  ...origin,
  ...attribution,
  ...optional(
    ['messageId', 'errorType', 'errorMessage', 'decision', 'decisionSource', 'input', 'output', 'filePath'],
    text,
  ),
  ...optional(['durationMs', 'blockedMs', 'linesAdded', 'linesRemoved'], number),
  callId: text,
  toolName: text,
  timeUnixNano: nano,
  success: z.boolean().optional(),
})
const session = z.object({
  ...origin,
  ...optional(
    [
      'serviceName',
      'title',
      'project',
      'branch',
      'cwd',
      'user',
      'host',
      'version',
      'parentSessionId',
      'forkedFrom',
      'commitAtStart',
      'commitAtEnd',
    ],
    text,
  ),
  ...optional(['startTimeUnixNano', 'lastTimeUnixNano'], nano),
  ended: z.boolean().optional(),
  activeMs: number.optional(),
})
const message = z.object({
  ...origin,
  ...optional(
    [
      'model',
      'agentId',
      'parentKey',
      'promptId',
      'callMessageId',
      'toolName',
      'toolUseId',
      'toolInput',
      'toolOutput',
      'diff',
    ],
    text,
  ),
  messageKey: text,
  sequence: z.number().int(),
  timeUnixNano: nano,
  role: z.enum(['user', 'assistant', 'tool_use', 'tool_result', 'thinking', 'system']),
  content: text,
  durationMs: number.optional(),
  success: z.boolean().optional(),
})
const commit = z.object({
  ...origin,
  ...optional(['subject', 'branch', 'project'], text),
  kind: z.enum(['commit', 'pull_request']),
  hash: text,
  timeUnixNano: nano,
})

const cursor = z.object({
  inode: text,
  size: z.number().int(),
  modifiedMs: number,
  offset: whole,
  line: whole,
  headHash: text,
  tailHash: text,
})
const file = z.object({
  path: text.min(1).max(10_000),
  tool: text,
  kind: z.enum(['lines', 'whole']),
  cursor,
  fromOffset: whole,
  state: z.unknown().optional(),
  calls: whole,
  toolCalls: whole,
  messages: whole,
  skipped: whole,
  firstReadUnixNano: nano,
})

/** The kinds of records that transcripts have. */
const records = {
  calls: z.array(call).default([]),
  aggregates: z.array(aggregate).default([]),
  toolCalls: z.array(toolCall).default([]),
  sessions: z.array(session).default([]),
  messages: z.array(message).default([]),
  commits: z.array(commit).default([]),
}
const kinds = Object.keys(records) as (keyof typeof records)[]

/** The body of `POST /api/push`. */
export const PushBody = z.object({
  host: name.describe('the machine whose transcripts these are'),
  user: name.optional().describe('whose they are; the user of the token, where it has one, counts first'),
  files: z.array(file).default([]).describe('how far each file is read once these records are stored'),
  ...records,
})
export type PushBody = z.infer<typeof PushBody>

/** The answer of `GET /api/push`: where the last push of a machine ended. */
export const PushedFiles = z.object({ files: z.array(file) })

/** A batch as JSON text: records as they are, nanoseconds as digits. */
export function writePush(
  head: { host: string; user?: string },
  telemetry: Telemetry,
  files: readonly FileRecord[],
): string {
  const body = { ...head, files, ...Object.fromEntries(kinds.map((kind) => [kind, telemetry[kind]])) }
  return JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value))
}

/** The records of a body as the funnel takes them. */
export function telemetryOf(body: PushBody): Telemetry {
  const telemetry = noTelemetry()
  for (const kind of kinds) telemetry[kind] = body[kind] as never
  return telemetry
}

/** What `GET /api/push` answered, as it is remembered. */
export function readPushedFiles(answer: unknown): FileRecord[] {
  return PushedFiles.parse(answer).files as FileRecord[]
}
