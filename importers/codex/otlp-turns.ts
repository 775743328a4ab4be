// otlp-turns.ts: which conversation and model a span belongs to, from the spans around it in the same batch, else before it.
import { type Attributes, text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { Span } from '#proto/telemetry.ts'
import type { OtlpBatch, Sender } from '../otlp-batch.ts'
import { memory } from '../recent.ts'
import { conversationOf, modelOf } from './otlp-values.ts'

/** A span or event that names its conversation, and when. */
type Mark = { time: bigint; conversation: string }

/** The folder of a turn, and whose span told it. */
export type Folder = { cwd: string; sender: Sender; version: string | undefined }

/** The last span of an answer and that of its request end within microseconds of each other. */
const sameMomentNs = 50_000_000n

/** The last conversation that a trace named in an earlier batch; its only one so far (`''`: several); the models of both. */
const conversations = memory<string>(10_000)
const soleConversations = memory<string>(10_000)
const modelsBefore = memory<string>(20_000)
/** The model of the attempt around a stream, whose last span may come before or after that of the answer. */
const attemptModels = memory<string>(20_000)
/** The conversation and the folder of a turn, which different spans tell, in whichever order their batches come. */
const turnConversations = memory<string>(20_000)
const turnFolders = memory<Folder>(20_000)

/**
 * The turns of the conversations in a batch. A trace is a turn, but a subagent's turn lies in its parent's trace, so that
 * a trace alone does not tell the conversation.
 */
export class Turns {
  readonly #byId = new Map<string, Span>()
  readonly #samplings = new Map<string, Span[]>()
  /** Turns of which the batch tells the conversation or the folder. */
  readonly #named = new Set<string>()
  readonly #marks = new Map<string, Mark[]>()
  readonly #models = new Map<string, string>()
  /** What the trace named last before this batch. */
  readonly #before = new Map<string, string | undefined>();

  /** Takes note of all spans of the batch; before anything is asked. */
  *read(spans: readonly Span[]): Generator<void> {
    yield* each(spans, (span) => {
      const { traceId, attributes, name } = span
      this.#byId.set(idOf(span), span)
      const own = conversationOf(attributes)
      if (own) this.#mark(traceId, span.endTimeUnixNano, own)
      const turn = turnOf(attributes)
      if (own && turn) {
        turnConversations.set(turn, own)
        this.#named.add(turn)
      }
      this.#learnModel(span, own)
      for (const { attributes: said, timeUnixNano } of span.events) {
        const conversation = conversationOf(said)
        if (!conversation) continue
        this.#mark(traceId, timeUnixNano, conversation)
        const model = modelOf(said)
        if (model) this.#models.set(`${traceId}\n${conversation}`, model)
      }
      if (name === 'codex.sampling') push(this.#samplings, traceId, span)
    })
    for (const [traceId, marks] of this.#marks) {
      marks.sort((a, b) => (a.time < b.time ? -1 : 1))
      for (const { conversation } of marks) {
        const sole = soleConversations.get(traceId) ?? conversation
        soleConversations.set(traceId, sole === conversation ? sole : '')
      }
      this.#before.set(traceId, conversations.get(traceId))
      conversations.set(traceId, (marks.at(-1) as Mark).conversation)
    }
    for (const [key, model] of this.#models) modelsBefore.set(key, model)
  }

  /** The conversation a span names, else that of its turn, else that of its trace when it is the only one there. */
  conversationOf(span: Span): string | undefined {
    const sole = () => soleConversations.get(span.traceId) || undefined
    return namedBy(span) ?? turnConversations.get(turnOf(span.attributes) ?? '') ?? sole()
  }

  /** The conversations of the turns whose folders are known now: of this batch, and of one before that did not name them. */
  *foldersSeen(batch: OtlpBatch, spans: readonly Span[]): Iterable<{ conversation: string; folder: Folder }> {
    for (const span of spans) {
      const [cwd, turn] = [text(span.attributes.cwd), turnOf(span.attributes)]
      if (!cwd || !turn || namedBy(span)) continue
      const version = text(span.resource.attributes['service.version'])
      turnFolders.set(turn, { cwd, sender: batch.sender(span), version })
      this.#named.add(turn)
    }
    for (const turn of this.#named) {
      const [conversation, folder] = [turnConversations.get(turn), turnFolders.get(turn)]
      if (conversation && folder) yield { conversation, folder }
    }
  }

  /** The span of the whole request behind an answer: it names the conversation and ends just after. */
  samplingOf({ traceId, endTimeUnixNano: end }: Span): Span | undefined {
    let best: Span | undefined
    for (const sampling of this.#samplings.get(traceId) ?? []) {
      const after = sampling.endTimeUnixNano - end
      if (after < 0n || after > sameMomentNs) continue
      if (!best || sampling.endTimeUnixNano < best.endTimeUnixNano) best = sampling
    }
    return best
  }

  /** The conversation of an answer: of its request's span, else the last one that the trace named before it ended. */
  conversationAt(answer: Span): string | undefined {
    const sampling = this.samplingOf(answer)
    const own = sampling && conversationOf(sampling.attributes)
    if (own) return own
    const marks = this.#marks.get(answer.traceId) ?? []
    const before = this.#before.has(answer.traceId)
      ? this.#before.get(answer.traceId)
      : conversations.get(answer.traceId)
    return (
      marks.findLast(({ time }) => time <= answer.endTimeUnixNano)?.conversation ?? before ?? marks[0]?.conversation
    )
  }

  /** The model of an answer: of the attempt it hangs under, of its turn, of its conversation, of the only one there. */
  modelAt(answer: Span): string | undefined {
    const { traceId } = answer
    const receiving = this.#byId.get(parentIdOf(answer))
    const attempt = receiving && this.#byId.get(parentIdOf(receiving))
    const own = (attempt && modelOf(attempt.attributes)) || attemptModels.get(parentIdOf(answer))
    if (own) return own
    const sampling = this.samplingOf(answer)
    const turn = sampling && turnOf(sampling.attributes)
    const ofTurn = turn && modelsBefore.get(`${traceId}\n${turn}`)
    if (ofTurn) return ofTurn
    const conversation = this.conversationAt(answer)
    const ofConversation = conversation && modelsBefore.get(`${traceId}\n${conversation}`)
    if (ofConversation) return ofConversation
    const all = new Set([...this.#models].flatMap(([key, model]) => (key.startsWith(`${traceId}\n`) ? [model] : [])))
    return all.size === 1 ? [...all][0] : undefined
  }

  /** The model of each attempt that the batch tells of, by the span of its stream. */
  *attempts(): Iterable<{ receiving: string; model: string }> {
    for (const span of this.#byId.values()) {
      const attempt = span.name === 'receiving_stream' && this.#byId.get(parentIdOf(span))
      const model = attempt && modelOf(attempt.attributes)
      if (!model) continue
      attemptModels.set(idOf(span), model)
      yield { receiving: idOf(span), model }
    }
  }

  #mark(traceId: string, time: bigint, conversation: string): void {
    push(this.#marks, traceId, { time, conversation })
  }

  #learnModel({ traceId, attributes }: Span, conversation: string | undefined): void {
    const model = text(attributes.model)
    if (!model) return
    const turn = turnOf(attributes)
    for (const of of [turn, conversation]) if (of) this.#models.set(`${traceId}\n${of}`, model)
  }
}

/** `handle_responses` is written for every event of a stream, perhaps over two batches; the last has the usage. */
export const isAnswer = ({ name, attributes }: Span): boolean =>
  name === 'handle_responses' && attributes['gen_ai.usage.input_tokens'] !== undefined

/** The conversation that a span names itself. */
export const namedBy = ({ attributes, events }: Span): string | undefined =>
  conversationOf(attributes) ?? events.map((event) => conversationOf(event.attributes)).find(Boolean)

const turnOf = (attributes: Attributes) => text(attributes['turn.id']) ?? text(attributes.turn_id)
/** The span around a span: of an answer the stream it came by, of that the attempt. */
export const parentIdOf = ({ traceId, parentSpanId }: Span) => `${traceId}/${parentSpanId}`
const idOf = ({ traceId, spanId }: Span) => `${traceId}/${spanId}`

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
