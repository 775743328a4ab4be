// otlp-asked.ts: calls that answers asked for. The event of a call's end has no id of the call, and comes in another batch than the
// answer when the tool ran longer than the few seconds between two exports: later as a rule, sooner when requests overtake each other.
import type { MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { memory } from '../recent.ts'

/** A call, when it was asked for and when it ended (ns). */
type Asked = { id: string; askedAt: bigint; endedAt?: bigint }

/** Signatures remembered; one is a hash and some 100 bytes. Those of a day's work of many people. */
const signaturesMax = 50_000
/** Signatures of ends remembered whose answers have not come; each end holds up to 2,000 characters of an error. */
const waitingMax = 2_000
/** Equal calls of one prompt remembered. */
const equalCallsMax = 100

/** @typeParam End what is told of a call's end */
export class AskedCalls<End> {
  readonly #calls = memory<Asked[]>(signaturesMax)
  readonly #waiting = memory<{ endedAt: bigint; end: End }[]>(waitingMax)

  /** @param signature what the call and its end have in common (`signatureOf`). Asked again, it is the same call. */
  ask(signature: string, id: string, askedAt: bigint): void {
    const key = keyOf(signature)
    const calls = this.#calls.get(key) ?? []
    if (calls.some((call) => call.id === id)) return
    calls.push({ id, askedAt })
    if (calls.length > equalCallsMax) calls.shift()
    this.#calls.set(key, calls)
  }

  /**
   * The id of the call that ended: of equal calls the last one asked for by then, of several asked for at once the next that
   * has not ended. The same end told again is that of the same call.
   */
  end(signature: string, endedAt: bigint): string | undefined {
    const calls = this.#calls.get(keyOf(signature))?.filter(({ askedAt }) => askedAt <= endedAt)
    if (!calls?.length) return undefined
    const last = calls.reduce((latest, call) => (call.askedAt > latest.askedAt ? call : latest))
    const together = calls.filter(({ askedAt }) => askedAt === last.askedAt)
    const call =
      together.find((one) => one.endedAt === endedAt) ??
      together.find((one) => one.endedAt === undefined) ??
      (together.at(-1) as Asked)
    call.endedAt ??= endedAt
    return call.id
  }

  /** Keeps the end of a call that no answer asked for yet. */
  wait(signature: string, endedAt: bigint, end: End): void {
    const key = keyOf(signature)
    const waiting = this.#waiting.get(key) ?? []
    if (waiting.length < equalCallsMax && !waiting.some((other) => other.endedAt === endedAt))
      this.#waiting.set(key, [...waiting, { endedAt, end }])
  }

  /** The ends that waited for the calls that are known now, with their ids. */
  *settled(signature: string): Iterable<[id: string, end: End]> {
    const key = keyOf(signature)
    const waiting = this.#waiting.get(key)
    if (!waiting) return
    this.#waiting.delete(key)
    for (const { endedAt, end } of waiting) {
      const id = this.end(signature, endedAt)
      if (id) yield [id, end]
      else this.wait(signature, endedAt, end)
    }
  }
}

/** What the event of a call's end tells, but for the id of the call. */
export type End = { call: Omit<ToolCallObservation, 'callId'>; result: Omit<MessageRecord, 'messageKey'> | undefined }

/** The calls that answers asked for and spans are of, which later batches refer to. */
export const asked = new AskedCalls<End>()

/** Where an event has no arguments, its call is one of its tool under the same span: that of the calls of one answer. */
export const spanSignature = (traceId: string, scheduleSpanId: string, name: string) =>
  `span ${traceId}/${scheduleSpanId}\n${name}`

export function tellEnd(batch: OtlpBatch, callId: string, { call, result }: End): void {
  batch.out.toolCalls.push({ ...call, callId })
  if (result) batch.out.messages.push({ ...result, messageKey: `result:${callId}`, toolUseId: callId })
}

/** Arguments may be a whole file. */
const keyOf = (signature: string) => Bun.hash(signature).toString(36)
