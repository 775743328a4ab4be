// precedence.ts: which observation's word counts, field by field. The one place where this is written down.
import type { CallObservation, Source } from '#proto/telemetry.ts'
import { type Kept, totalTokens } from './observation.ts'

/** Doors in the order in which they are believed when nothing else decides. */
const doors: readonly Source[] = ['otlp_logs', 'otlp_traces', 'transcript', 'push', 'hook', 'otlp_metrics']

/** What a field of a call is taken from: the first door in the list that knows it; doors not named come after, in order. */
const fieldDoors = {
  // A span measures; a log repeats what it measured; a transcript only knows when lines were written.
  durationMs: ['otlp_traces', 'otlp_logs'],
  ttftMs: ['otlp_traces', 'otlp_logs'],
  traceId: ['otlp_traces', 'otlp_logs'],
  spanId: ['otlp_traces', 'otlp_logs'],
  // The file holds the answer itself.
  messageId: ['transcript'],
  stopReason: ['transcript', 'otlp_traces'],
  agentId: ['transcript'],
  // The folder and branch stand in every transcript line and hook call; telemetry has them only when configured.
  project: ['transcript', 'hook', 'push'],
  branch: ['transcript', 'hook', 'push'],
  serviceName: [],
  provider: [],
  statusCode: [],
  errorType: [],
  errorMessage: [],
  attempt: [],
  requestId: [],
  promptId: [],
  user: [],
  host: [],
  agent: [],
  skill: [],
  plugin: [],
  mcpServer: [],
  querySource: [],
  speed: [],
  effort: [],
} as const satisfies Partial<Record<keyof CallObservation, readonly Source[]>>

export type PickedField = keyof typeof fieldDoors
export const pickedFields = Object.keys(fieldDoors) as PickedField[]

/** The time of a request is the earliest that the first of these doors tells; spans start earlier than logs are written. */
const timeDoors = ranks(['otlp_logs', 'transcript', 'push', 'hook', 'otlp_traces'])

/**
 * The session is the one the running process named; a transcript may be a copy under another id (fork, old resume).
 * See `lineage` in resolve.ts for the choice between copies.
 */
const sessionDoors = ranks(['otlp_logs', 'otlp_traces', 'hook', 'push', 'otlp_metrics', 'transcript'])

const doorRanks = ranks(doors)
const fieldRanks = Object.fromEntries(pickedFields.map((field) => [field, ranks(fieldDoors[field])])) as Record<
  PickedField,
  Record<Source, number>
>

function ranks(first: readonly Source[]): Record<Source, number> {
  const order = [...first, ...doors.filter((door) => !first.includes(door))]
  return Object.fromEntries(order.map((door, rank) => [door, rank])) as Record<Source, number>
}

const doorRank = (source: Source) => doorRanks[source] ?? doors.length
export const sessionRank = (source: Source) => sessionDoors[source] ?? doors.length
export const timeRank = (source: Source) => timeDoors[source] ?? doors.length

/**
 * How far numbers can be trusted, 0 best. A snapshot of an unfinished stream is worse than a difference of totals, and an
 * estimate is worse than either.
 */
function trust(observation: CallObservation): number {
  if (observation.quality === 'estimated') return 4
  return (observation.partial ? 2 : 0) + (observation.quality === 'derived' ? 1 : 0)
}

/** Order for everything but counts: answers before errors, better before worse numbers, doors, then the record itself. */
export function compareFacts(a: Kept, b: Kept): number {
  return (
    Number(a.status !== 'ok') - Number(b.status !== 'ok') ||
    trust(a) - trust(b) ||
    doorRank(a.source) - doorRank(b.source) ||
    compareRecords(a, b)
  )
}

/**
 * Order for the counts. One observation gives them all, whole: a stream can change its model midway, so that a maximum
 * field by field mixes two requests. Among equals in trust the highest output stands, since transcripts of Claude Code
 * before 2.1.98 hold the first number of the stream as if it were the last, and nothing marks it.
 */
export function compareCounts(a: Kept, b: Kept): number {
  return (
    Number(a.status !== 'ok') - Number(b.status !== 'ok') ||
    trust(a) - trust(b) ||
    known(b) - known(a) ||
    (b.outputTokens ?? -1) - (a.outputTokens ?? -1) ||
    totalTokens(b) - totalTokens(a) ||
    doorRank(a.source) - doorRank(b.source) ||
    compareRecords(a, b)
  )
}

/** 2 when both sides of the exchange are counted, 1 when one is, else 0: half a usage never displaces a whole one. */
function known(observation: CallObservation): number {
  return Number(observation.inputTokens !== undefined) + Number(observation.outputTokens !== undefined)
}

function compareRecords(a: Kept, b: Kept): number {
  if (a.timeUnixNano !== b.timeUnixNano) return a.timeUnixNano < b.timeUnixNano ? -1 : 1
  return compareText(a.sessionId, b.sessionId) || compareText(a.observationId, b.observationId)
}

/** Code unit order, the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The value of one field. `facts` are in the order of {@link compareFacts}; the first that knows the field within the
 * best door wins.
 */
export function picked<F extends PickedField>(field: F, facts: readonly Kept[]): Kept[F] {
  const rank = fieldRanks[field]
  let best: Kept | undefined
  for (const fact of facts) {
    const value = fact[field]
    if (value === undefined || value === '') continue
    if (!best || rank[fact.source] < rank[best.source]) best = fact
  }
  return best?.[field]
}
