// codec-batch.ts: what a decoder fills: the records of one request, and which of them could not be read and why.
import { noAttributes, text } from '#proto/attributes.ts'
import { noTelemetry, type Resource, type Scope, type Telemetry } from '#proto/telemetry.ts'
import { Budget, entriesMax, weights } from './codec-budget.ts'

/** The three signals of OTLP, by the last word of their path. */
export type Signal = 'traces' | 'metrics' | 'logs'

/** One decoded request. `message` is empty when everything was kept. */
export type Decoded = {
  /** Only `spans`, `points` or `logs` are filled. */
  telemetry: Telemetry
  /** Spans, data points or log records that could not be read. */
  rejected: number
  /** In English, for people: what was rejected or left out, and why (OTLP's `error_message`). */
  message: string
}

/** The body as a whole cannot be decoded: HTTP 400, gRPC INVALID_ARGUMENT. The message says where and why. */
export class DecodeError extends Error {
  override name = 'DecodeError'
}

/** AnyValues may nest this deep (the limit of protobuf implementations); deeper is a {@link DecodeError}. */
export const valueDepthMax = 100

/** The largest time we can keep: 2^63 - 1 ns is the year 2262. */
export const timeMaxUnixNano = 9223372036854775807n

/** Why a record is rejected alone. Constant texts: nothing of what was sent goes into an answer or a log. */
export const flaws = {
  traceId: 'the trace id is not 16 bytes, or all zero',
  spanId: 'the span id is not 8 bytes, or all zero',
  parentSpanId: 'the parent span id is not 8 bytes',
  linkId: 'an id of a link is not 16 or 8 bytes',
  exemplarId: 'an id of an exemplar is not 16 or 8 bytes',
  time: 'a time is not between 0 and 2^63-1 nanoseconds',
  number: 'a number cannot be read',
  text: 'a text is not a string',
  truth: 'a boolean is not true or false',
  bytes: 'a bytes value is not base64',
  shape: 'a part is not the object or list it should be',
  noValue: 'a data point has no value',
  noData: 'a metric has data of an unknown kind',
  size: `a data point has more than ${entriesMax} buckets or quantiles`,
} as const

const nouns = {
  traces: ['span', 'spans'],
  metrics: ['data point', 'data points'],
  logs: ['log record', 'log records'],
} as const

/**
 * Collects the records of one request. A decoder notes flaws while it reads a record and asks {@link settle} at its
 * end, so that one bad record is rejected and its neighbours are kept (OTLP "partial success").
 */
export class Batch {
  readonly telemetry = noTelemetry()
  readonly budget = new Budget()
  rejected = 0
  private readonly reasons = new Map<string, number>()
  private problem = ''
  private standing = ''

  constructor(
    readonly signal: Signal,
    /** Stands in for a log record's missing time. */
    readonly arrivalUnixNano: bigint,
  ) {}

  /** Notes that the record being read cannot be kept; the first reason counts. */
  flaw(reason: string): void {
    if (this.problem === '') this.problem = reason
  }

  /** Ends a record: whether it is good. */
  settle(): boolean {
    this.budget.settled()
    if (this.budget.isTooLarge) this.flaw(flaws.size)
    this.budget.isTooLarge = false
    if (this.problem === '') {
      this.budget.spend(weights.record)
      return true
    }
    this.reject(1, this.problem)
    this.problem = this.standing
    return false
  }

  /** Makes what was noted since the last record (in a resource, scope or metric) a flaw of every record that follows. */
  stand(): string {
    const before = this.standing
    this.standing = this.problem
    return before
  }

  /** Ends what {@link stand} began. */
  unstand(before: string): void {
    this.standing = before
    this.problem = before
  }

  /** Rejects records that were never read one by one. */
  reject(count: number, reason: string): void {
    this.rejected += count
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + count)
  }

  finish(): Decoded {
    return { telemetry: this.telemetry, rejected: this.rejected, message: this.message() }
  }

  private message(): string {
    const { leftOut } = this.budget
    const cut = `${leftOut} attributes or list entries were left out: of one record ${entriesMax} are kept`
    if (this.rejected === 0) return leftOut > 0 ? cut : ''
    const { spans, points, logs } = this.telemetry
    const all = this.rejected + spans.length + points.length + logs.length
    const [one, many] = nouns[this.signal]
    const why = [...this.reasons].map(([reason, count]) => (this.reasons.size > 1 ? `${reason} (${count})` : reason))
    const what =
      all === 1 ? `the ${one} was` : `${this.rejected} of ${all} ${many} ${this.rejected === 1 ? 'was' : 'were'}`
    return `${what} rejected: ${why.join('; ')}${leftOut > 0 ? `; ${cut}` : ''}`
  }
}

/** A resource that is filled while its records already point to it: on the wire it may come after them. */
export function blankResource(): Resource {
  return { attributes: noAttributes(), serviceName: '', droppedAttributesCount: 0, schemaUrl: '' }
}

/** A scope that is filled like {@link blankResource}. */
export function blankScope(): Scope {
  return { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }
}

/** Names the service once the resource is complete. */
export function nameService(resource: Resource): void {
  resource.serviceName = text(resource.attributes['service.name']) ?? 'unknown_service'
}
