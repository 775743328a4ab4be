// records.ts: the records that a sender without OTLP may push, each checked by itself.
import { z } from 'zod'
import { anyObject } from '../exactly.ts'
import { parseTime } from '../time.ts'

/** The lists of a request, in the order in which their records are taken. */
export const kinds = ['sessions', 'calls', 'toolCalls', 'errors', 'events'] as const
export type Kind = (typeof kinds)[number]

const textMax = 1_000_000
const word = z.string().max(1000, 'is longer than 1,000 characters')
const id = word.min(1, 'is empty')
const long = z.string().max(textMax, 'is longer than 1,000,000 characters')
/** Text, or any JSON that is kept as its text. */
const content = z.union([long, anyObject, z.array(z.unknown())]).transform((given) => {
  return typeof given === 'string' ? given : JSON.stringify(given)
})
const count = z.number().int('is not a whole number').min(0, 'is below 0').max(1e15, 'is larger than 1e15')
const duration = z.number().min(0, 'is below 0').max(1e12, 'is larger than 1e12')
/** Dollars; nine million of them still fit as integer nano-USD. */
const dollars = z.number().min(0, 'is below 0').max(9_000_000, 'is larger than 9,000,000')

const moment = z
  .string()
  .transform((text, context) => {
    const time = parseTime(text)
    if (time !== undefined) return time
    context.addIssue(`${JSON.stringify(text)} is not a time; use RFC 3339 (2026-11-22T04:00:00Z)`)
    return z.NEVER
  })
  .meta({ description: 'RFC 3339', example: '2026-11-22T04:00:00Z' })
const timestamp = moment.optional().meta({ description: 'RFC 3339; when the record arrived unless given' })

/** A field that is not known may be left out or `null`. */
function known<S extends Record<string, z.ZodType>>(fields: S): { [K in keyof S]: z.ZodOptional<z.ZodNullable<S[K]>> } {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.nullable().optional()])) as never
}

const attribution = known({ project: word, branch: word, user: word, host: word })
const byWhom = {
  ...attribution,
  ...known({ agent: word, agentId: word, skill: word, mcpServer: word, promptId: word }),
}

export const PushedSession = z.object({
  id: id.describe('of this record; the session’s own id too unless sessionId is given'),
  ...known({ sessionId: id, title: long, cwd: word, version: word, parentSessionId: word }),
  ...known({ startTime: moment, lastTime: moment, ended: z.boolean(), activeMs: duration }),
  ...attribution,
})

export const PushedCall = z
  .object({
    id,
    timestamp,
    model: id,
    ...known({ sessionId: word, provider: word, requestId: word, messageId: word, stopReason: word }),
    ...known({ inputTokens: count, cacheReadTokens: count, cacheWriteTokens: count, cacheWrite5mTokens: count }),
    ...known({ cacheWrite1hTokens: count, outputTokens: count, reasoningTokens: count, webSearches: count }),
    ...known({ costUsd: dollars, durationMs: duration, ttftMs: duration, attempt: count }),
    ...known({ status: z.enum(['ok', 'error'], 'use ok or error'), statusCode: count, errorType: word }),
    ...known({ errorMessage: long, querySource: word, speed: word, effort: word, traceId: word, spanId: word }),
    ...byWhom,
  })
  .refine(({ reasoningTokens, outputTokens }) => (reasoningTokens ?? 0) <= (outputTokens ?? 0), {
    path: ['reasoningTokens'],
    message: 'is larger than outputTokens, which includes it',
  })
  .refine(
    (call) =>
      typeof call.cacheWriteTokens !== 'number' ||
      (call.cacheWrite5mTokens ?? 0) + (call.cacheWrite1hTokens ?? 0) <= call.cacheWriteTokens,
    { path: ['cacheWriteTokens'], message: 'is less than its parts cacheWrite5mTokens and cacheWrite1hTokens' },
  )

export const PushedToolCall = z.object({
  id,
  timestamp,
  toolName: id,
  ...known({ sessionId: word, messageId: word, durationMs: duration, success: z.boolean(), errorType: word }),
  ...known({ errorMessage: long, decision: word, decisionSource: word, blockedMs: duration, filePath: word }),
  ...known({ input: content, output: content, linesAdded: count, linesRemoved: count }),
  ...byWhom,
})

export const PushedError = z.object({
  id,
  timestamp,
  message: long.min(1, 'is empty'),
  ...known({ sessionId: word, errorType: word, model: word, statusCode: count, promptId: word }),
  ...attribution,
})

export const PushedEvent = z.object({
  id,
  timestamp,
  name: id,
  ...known({
    sessionId: word,
    body: content,
    severity: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'use DEBUG, INFO, WARN or ERROR'),
  }),
  ...known({ model: word, attributes: anyObject }),
  ...attribution,
})

export const shapes = {
  sessions: PushedSession,
  calls: PushedCall,
  toolCalls: PushedToolCall,
  errors: PushedError,
  events: PushedEvent,
} as const satisfies Record<Kind, z.ZodType>

/** Other names under which a sender may give a field, as the answers of the API name it. */
const alsoNamed: Record<Kind, Record<string, readonly string[]>> = {
  sessions: { id: ['sessionId'], lastTime: ['endTime'] },
  calls: { id: ['callId'], costUsd: ['reportedCostUsd'] },
  toolCalls: { id: ['callId', 'toolUseId'], toolName: ['name'] },
  errors: { id: ['errorId'], message: ['errorMessage'] },
  events: { id: ['eventId'], name: ['eventName'] },
}

/** Reads one record of a list; unknown fields are left out. */
export function readRecord(kind: Kind, given: unknown) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return shapes[kind].safeParse(given)
  const record = { ...given } as Record<string, unknown>
  for (const [name, others] of Object.entries(alsoNamed[kind]))
    record[name] ??= others.map((other) => record[other]).find((value) => value != null)
  return shapes[kind].safeParse(record)
}

/** One record of any list that can be read. */
export type Pushed = { [K in Kind]: { kind: K; index: number; record: z.infer<(typeof shapes)[K]> } }[Kind]
