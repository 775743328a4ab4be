// session.ts: what the doors know of one session, merged fact by fact.
import type { MessageRecord, SessionObservation, Source } from '#proto/telemetry.ts'
import { wellFormed } from './observation.ts'

const factFields = [
  'serviceName',
  'title',
  'firstPrompt',
  'project',
  'branch',
  'cwd',
  'user',
  'host',
  'version',
  'parentSessionId',
  'forkedFrom',
  'ended',
  'activeMs',
  'commitAtStart',
  'commitAtEnd',
] as const satisfies readonly (keyof SessionObservation)[]
type FactField = (typeof factFields)[number]

/** A value and when it was said (ns): of two values of one door the later stands, of the same moment the larger text. */
type Fact = [value: string | number | boolean, time: string]

/** What one door said of a session. */
export type SessionFacts = {
  source: Source
  start?: bigint
  last?: bigint
  facts: Partial<Record<FactField, Fact>>
}

/** A session as all doors together tell it. */
export type Session = {
  tool: string
  sessionId: string
  start: bigint
  last: bigint
  sources: Source[]
} & Partial<Record<Exclude<FactField, 'ended' | 'activeMs' | 'firstPrompt'>, string>> & {
    ended: boolean
    activeMs?: number
  }

/**
 * Files and hooks know the folder and the branch; telemetry repeats what it was configured with. A hook does not know the name of
 * the service (Codex has several), so that of all others stands before its own.
 */
const doors: readonly Source[] = ['transcript', 'hook', 'otlp_logs', 'otlp_traces', 'otlp_metrics', 'push']

export function sessionFacts(observation: SessionObservation): SessionFacts {
  const { source, startTimeUnixNano: start, lastTimeUnixNano: last } = observation
  const time = String(last ?? start ?? 0n)
  const facts: SessionFacts['facts'] = {}
  for (const field of factFields) {
    const value = observation[field]
    if (value === undefined || value === '' || (typeof value === 'number' && !Number.isFinite(value))) continue
    facts[field] = [typeof value === 'string' ? wellFormed(value) : value, time]
  }
  return { source, ...widened(start, last), facts }
}

/** What a door says that saw anything of the session at all; its times are widened by what it saw. */
export function sessionSeen(source: Source): SessionFacts {
  return { source, facts: {} }
}

/** Two sets of facts of one door as one. Commutative, associative and idempotent. */
export function mergedSessionFacts(a: SessionFacts, b: SessionFacts): SessionFacts {
  const facts = { ...a.facts }
  for (const field of factFields) {
    const right = b.facts[field]
    if (!right) continue
    const left = facts[field]
    if (!left || later(field, right, left)) facts[field] = right
  }
  const times = [a.start, a.last, b.start, b.last].filter((time) => time !== undefined)
  return { source: a.source, ...widened(...times), facts }
}

/** One session from the facts of all its doors. Without any time it starts at 0, which is nowhere shown as a date. */
export function resolvedSession(tool: string, sessionId: string, doorsFacts: readonly SessionFacts[]): Session {
  const ordered = [...doorsFacts].sort((a, b) => doors.indexOf(a.source) - doors.indexOf(b.source))
  const byName = [...ordered].sort((a, b) => Number(a.source === 'hook') - Number(b.source === 'hook'))
  const { start = 0n, last = 0n } = widened(...ordered.flatMap(({ start, last }) => [start, last]))
  const session: Session = { tool, sessionId, start, last, ended: false, sources: [] }
  session.sources = ordered.map(({ source }) => source).sort()
  const into = session as Record<string, unknown>
  for (const field of factFields) {
    const said = (field === 'serviceName' ? byName : ordered).flatMap(({ facts }) =>
      facts[field] ? [facts[field]] : [],
    )
    const first = said[0]
    if (!first) continue
    const overDoors = field === 'ended' || field === 'commitAtEnd' || field === 'commitAtStart' || field === 'activeMs'
    const stands = overDoors ? said.reduce((best, fact) => (later(field, fact, best) ? fact : best)) : first
    if (field === 'firstPrompt') session.title ??= String(stands[0])
    else into[field] = stands[0]
  }
  return session
}

/** The JSON text of the facts, in one order. */
export function sessionDetail({ facts }: SessionFacts): string {
  return JSON.stringify(
    Object.fromEntries(factFields.flatMap((field) => (facts[field] ? [[field, facts[field]]] : []))),
  )
}

/** Whether a fact displaces another: the later; but a start and a first prompt are what was said first, and active time only grows. */
function later(field: FactField, a: Fact, b: Fact): boolean {
  if (field === 'activeMs') return Number(a[0]) > Number(b[0])
  const time = BigInt(a[1]) - BigInt(b[1])
  const isOfTheStart = field === 'commitAtStart' || field === 'firstPrompt'
  if (time !== 0n) return isOfTheStart ? time < 0n : time > 0n
  return String(a[0]) > String(b[0])
}

function widened(...times: (bigint | undefined)[]): { start?: bigint; last?: bigint } {
  let start: bigint | undefined
  let last: bigint | undefined
  for (const time of times) {
    if (time === undefined || time <= 0n) continue
    if (start === undefined || time < start) start = time
    if (last === undefined || time > last) last = time
  }
  return { start, last }
}

const withheld = new Set(['[REDACTED]', '<REDACTED>'])
/** A title is a line of a list. */
const titleMax = 160

/** What a prompt says of the session it may be the first of: nothing when it is a subagent's or was withheld. */
export function promptObservation(message: MessageRecord): SessionObservation | undefined {
  const { source, tool, sessionId, role, content, agentId, timeUnixNano } = message
  if (role !== 'user' || agentId || withheld.has(content)) return undefined
  const line = /\S[^\n]*/.exec(content)?.[0].trim()
  if (!line) return undefined
  return { source, tool, sessionId, firstPrompt: line.slice(0, titleMax), lastTimeUnixNano: timeUnixNano }
}
