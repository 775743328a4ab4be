// otlp-batch.ts: collects what an agent's telemetry says, with who sent it; the same for every agent.
import { type Attributes, type AttributeValue, text } from '#proto/attributes.ts'
import {
  type CallObservation,
  type LogRecord,
  type MetricPoint,
  noTelemetry,
  type Resource,
  type SessionObservation,
  type Source,
  type Span,
  type Telemetry,
  type ToolId,
} from '#proto/telemetry.ts'
import { known } from './otlp-counts.ts'

/** Who sent a record and what it belongs to, as far as the attributes tell. */
export type Sender = { serviceName: string; project?: string; branch?: string; user?: string; host?: string }

export type OtlpRecord = Span | LogRecord | MetricPoint

const userKeys = ['user.email', 'enduser.id', 'user.name', 'user.account_id', 'user.account_uuid', 'user.id']
const projectKeys = ['project.name', 'project', 'ai.project', 'code.project']
const repositoryKeys = ['vcs.repository.url.full', 'github.copilot.git.repository', 'git.repository']
const branchKeys = ['vcs.ref.head.name', 'github.copilot.git.branch', 'git.branch', 'vcs.branch.name']

/** What one batch of an agent's records yields. */
export class OtlpBatch {
  readonly out: Telemetry = noTelemetry()
  readonly #senders = new Map<Resource, Sender>()
  readonly #sessions = new Map<string, SessionObservation>()

  constructor(readonly tool: ToolId) {}

  /**
   * Who sent the record: what it says itself before what its resource says. A user is the most readable of the names
   * given, down to an anonymous id.
   */
  sender({ resource, attributes }: OtlpRecord): Sender {
    let base = this.#senders.get(resource)
    if (!base) {
      base = { serviceName: resource.serviceName, ...named(resource.attributes) }
      const host = text(resource.attributes['host.name'])
      if (host) base.host = host
      this.#senders.set(resource, base)
    }
    const own = named(attributes)
    return own ? { ...base, ...own } : base
  }

  /** Fills the columns that every record of the agent has, and notes its session. */
  attribute(record: OtlpRecord, sessionId: string | undefined): Sender {
    const sender = this.sender(record)
    const { hot } = record
    hot.tool = this.tool
    hot.sessionId = sessionId ?? ''
    hot.project = sender.project ?? ''
    hot.user = sender.user ?? sender.host ?? ''
    return sender
  }

  /** Notes that a session was alive, and facts of it; times only widen, other facts replace. */
  session(source: Source, sessionId: string, times: bigint[], facts: Partial<SessionObservation> = {}): void {
    if (sessionId === '') return
    const key = `${source}\n${sessionId}`
    let session = this.#sessions.get(key)
    if (!session) {
      session = { source, tool: this.tool, sessionId }
      this.#sessions.set(key, session)
    }
    Object.assign(session, known(facts))
    for (const time of times) {
      if (time <= 0n) continue
      if (session.startTimeUnixNano === undefined || time < session.startTimeUnixNano) session.startTimeUnixNano = time
      if (session.lastTimeUnixNano === undefined || time > session.lastTimeUnixNano) session.lastTimeUnixNano = time
    }
  }

  finish(): Telemetry {
    for (const call of this.out.calls) if (call.sessionId === '') narrow(call)
    for (const session of this.#sessions.values()) this.out.sessions.push(session)
    return this.out
  }
}

/**
 * Without a session a weak key would hold for all requests of a service at all times, and each new one would be compared
 * with every other of its usage: it holds within the trace, or not at all.
 */
function narrow(call: CallObservation): void {
  if (call.weakKey !== undefined) call.weakKey = call.traceId ? `${call.traceId}:${call.weakKey}` : undefined
}

/** Adds what one part of a batch yielded to the whole. Not `push(...)`: there may be more records than arguments. */
export function append(into: Telemetry, from: Telemetry): void {
  for (const kind of Object.keys(into) as (keyof Telemetry)[]) {
    const records = into[kind] as unknown[]
    for (const record of from[kind]) records.push(record)
  }
}

/** The names in a set of attributes, `undefined` when there are none. */
function named(attributes: Attributes): Omit<Sender, 'serviceName'> | undefined {
  const user = firstText(attributes, userKeys)
  const project =
    firstText(attributes, projectKeys) ??
    ownedRepository(attributes) ??
    repositoryName(firstText(attributes, repositoryKeys))
  const branch = firstText(attributes, branchKeys)
  if (user === undefined && project === undefined && branch === undefined) return undefined
  return known({ user, project, branch })
}

/** The first of the attributes that is there and says something. */
export function first(attributes: Attributes, keys: readonly string[]): AttributeValue | undefined {
  for (const key of keys) {
    const value = attributes[key]
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

/** The first of the attributes as text. */
export function firstText(attributes: Attributes, keys: readonly string[]): string | undefined {
  return text(first(attributes, keys))
}

/** A repository with its owner where that is told, as the project of a session is named by its folder's remote. */
function ownedRepository(attributes: Attributes): string | undefined {
  const name = text(attributes['vcs.repository.name'])
  const owner = text(attributes['vcs.owner.name'])
  return name && owner && !name.includes('/') ? `${owner}/${name}` : name || undefined
}

/** `owner/name` or a URL of a repository → its name. */
function repositoryName(repository: string | undefined): string | undefined {
  return repository
    ?.replace(/[/\\]+$/, '')
    .split(/[/:\\]/)
    .at(-1)
    ?.replace(/\.git$/, '')
}

/** Nanoseconds of a record's length as milliseconds. */
export function spanMs({ startTimeUnixNano: start, endTimeUnixNano: end }: Span): number | undefined {
  return end > start ? Number(end - start) / 1e6 : undefined
}

/** The identity of a span over all doors: its ids. */
export const spanKey = (traceId: string, spanId: string) => `span:${traceId}/${spanId}`
