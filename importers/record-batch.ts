// record-batch.ts: collects what a slice of a transcript says, one record per identity, ready for the ledger.
import {
  type CallObservation,
  type CommitObservation,
  type MessageRecord,
  noTelemetry,
  type SessionObservation,
  type Telemetry,
  type ToolCallObservation,
} from '#proto/telemetry.ts'

/** Longest input or output that a tool call is stored with; the transcript's messages keep the whole. */
const toolTextCharsMax = 8_192

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A slice's records: a later one of the same identity adds to or replaces the earlier, as the ledger would do. */
export class RecordBatch {
  readonly #tool: string
  readonly #calls = new Map<string, CallObservation>()
  readonly #toolCalls = new Map<string, ToolCallObservation>()
  readonly #messages = new Map<string, MessageRecord>()
  readonly #sessions = new Map<string, SessionObservation>()
  readonly #commits = new Map<string, CommitObservation>()
  readonly #telemetry = noTelemetry()

  constructor(tool: string) {
    this.#tool = tool
  }

  /** A version of a request; of two versions the complete one stands, then the one with more output. */
  call(call: CallObservation): void {
    const before = this.#calls.get(call.observationId)
    if (before && !stands(call, before)) return
    this.#calls.set(call.observationId, call)
  }

  toolCall(toolCall: ToolCallObservation): void {
    const id = `${toolCall.sessionId}\n${toolCall.callId}`
    const before = this.#toolCalls.get(id)
    const time = before?.timeUnixNano ?? toolCall.timeUnixNano
    const { input, output } = toolCall
    const own: Mutable<ToolCallObservation> = before ? Object.assign(before, defined(toolCall)) : { ...toolCall }
    if (before) own.timeUnixNano = time
    if (input !== undefined) own.input = clipped(input)
    if (output !== undefined) own.output = clipped(output)
    if (!before) this.#toolCalls.set(id, own)
  }

  message(message: MessageRecord): void {
    this.#messages.set(`${message.sessionId}\n${message.messageKey}`, message)
  }

  /** Facts of a session; times only widen, other facts replace. */
  session(sessionId: string, facts: Partial<SessionObservation>): void {
    const before = this.#sessions.get(sessionId)
    if (!before) {
      this.#sessions.set(sessionId, { source: 'transcript', tool: this.#tool, sessionId, ...defined(facts) })
      return
    }
    for (const key in facts) {
      const value = facts[key as keyof SessionObservation]
      if (key === 'startTimeUnixNano' || key === 'lastTimeUnixNano') this.#widen(before, value as bigint | undefined)
      else if (value !== undefined) (before as Record<string, unknown>)[key] = value
    }
  }

  /** The session was alive at this time. */
  seen(sessionId: string, timeUnixNano: bigint): void {
    const session = this.#sessions.get(sessionId)
    if (session) this.#widen(session, timeUnixNano)
    else this.session(sessionId, { startTimeUnixNano: timeUnixNano, lastTimeUnixNano: timeUnixNano })
  }

  commit(commit: CommitObservation): void {
    this.#commits.set(`${commit.kind}\n${commit.hash}`, commit)
  }

  /** The batch as telemetry, for what has no identity to fold by (aggregates). */
  get telemetry(): Telemetry {
    return this.#telemetry
  }

  build(): Telemetry {
    const telemetry = this.#telemetry
    telemetry.calls.push(...this.#calls.values())
    telemetry.toolCalls.push(...this.#toolCalls.values())
    telemetry.messages.push(...this.#messages.values())
    telemetry.sessions.push(...this.#sessions.values())
    telemetry.commits.push(...this.#commits.values())
    return telemetry
  }

  #widen(session: Mutable<SessionObservation>, time: bigint | undefined): void {
    if (time === undefined) return
    if (session.startTimeUnixNano === undefined || time < session.startTimeUnixNano) session.startTimeUnixNano = time
    if (session.lastTimeUnixNano === undefined || time > session.lastTimeUnixNano) session.lastTimeUnixNano = time
  }
}

function stands(call: CallObservation, before: CallObservation): boolean {
  if (Boolean(call.partial) !== Boolean(before.partial)) return !call.partial
  const output = (call.outputTokens ?? -1) - (before.outputTokens ?? -1)
  if (output !== 0) return output > 0
  // Told again with more: a search that was found in its result, what a request was for.
  return (call.webSearches ?? 0) > (before.webSearches ?? 0) || (call.agent !== undefined && before.agent === undefined)
}

function defined<T extends object>(facts: T): T {
  const kept = {} as T
  for (const key in facts) if (facts[key] !== undefined) kept[key] = facts[key]
  return kept
}

/** The text, or its beginning: never half a character. */
function clipped(text: string): string {
  if (text.length <= toolTextCharsMax) return text
  return text.slice(0, toolTextCharsMax - (isHighSurrogate(text.charCodeAt(toolTextCharsMax - 1)) ? 1 : 0))
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00
