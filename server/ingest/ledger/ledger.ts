// ledger.ts: what agents did, counted once: the stage that turns every door's observations into rows, in the group's commit.
import { each } from '#proto/steps.ts'
import type { MessageRecord, SessionObservation, Telemetry } from '#proto/telemetry.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import { nothingToKeep, type Stage } from '../stage.ts'
import { BucketGroup } from './buckets.ts'
import { CallGroup, Calls } from './calls.ts'
import { CommitGroup } from './commits.ts'
import { Buckets } from './known-buckets.ts'
import { MessageGroup, Messages } from './messages.ts'
import type { ModelCall, Pricing } from './model-call.ts'
import type { PriceCall, PricingMode } from './price.ts'
import { promptObservation } from './session.ts'
import { SessionGroup, Sessions } from './sessions.ts'
import { ToolCallGroup, ToolCalls } from './tool-calls.ts'

export type LedgerOptions = {
  /** Prices one request; called inside the write path, so it must not wait for anything. */
  price: PriceCall
  /** @default 'auto' */
  pricingMode?: PricingMode
}

export type LedgerStats = { components: number; indexEntries: number; indexBytes: number }

export type Ledger = Stage & {
  /** Reads from the tables what must be known in memory; once before the first group. */
  load(reader: Reader): Promise<void>
  /**
   * Has the next group read the tables again before it is written. To be called inside a transaction that changes them by
   * other means than a group (a removal, a rebuild): no group can come between, and a rollback does no harm.
   */
  invalidate(): void
  /** Calls `listener` with the rows of `model_calls` that a group wrote, after its commit; returns how to stop. */
  onCalls(listener: (calls: readonly ModelCall[]) => void): () => void
  stats(): LedgerStats
}

/**
 * Makes the ledger. Everything in it is a function of the set of observations: any order of arrival, any repetition, any
 * split into groups and a restart in between give the same rows (ledger.property.test.ts).
 */
export function createLedger({ price, pricingMode = 'auto' }: LedgerOptions): Ledger {
  const pricing: Pricing = { price, mode: pricingMode }
  const sessions = new Sessions()
  const calls = new Calls()
  const buckets = new Buckets()
  const tools = new ToolCalls()
  const messages = new Messages()
  const listeners = new Set<(calls: readonly ModelCall[]) => void>()
  let isStale = false

  async function load(reader: Reader): Promise<void> {
    for (const part of [sessions, calls, buckets, tools, messages]) await part.load(reader)
    isStale = false
  }

  /** Derives and writes the rows of a group; memory stays as it is until `commit`. */
  async function write(
    tx: Tx,
    telemetry: Telemetry,
    batch: bigint,
    bucketGroup: BucketGroup,
    sessionGroup: SessionGroup,
  ) {
    const callGroup = new CallGroup(calls, sessionGroup, pricing)
    const toolGroup = new ToolCallGroup(tools, sessionGroup)
    const messageGroup = new MessageGroup(messages)
    const commitGroup = new CommitGroup()

    const counting = new Set(telemetry.aggregates.map(({ tool }) => tool))

    // First everything is read and decided, as the tables were before the group; of a large group in steps, between which others
    // have their turn, but no other group: it waits for the transaction to end …
    await inTurns(seeSessions(sessionGroup, telemetry))
    await sessionGroup.merge(tx)
    await callGroup.prepare(tx, telemetry.calls, (tool) => buckets.tools.has(tool) || counting.has(tool))
    await bucketGroup.prepare(tx, telemetry.aggregates, callGroup.marks)
    await toolGroup.prepare(tx, telemetry.toolCalls)
    await messageGroup.prepare(tx, telemetry.messages)
    await commitGroup.prepare(tx, telemetry.commits)
    // … then written.
    await sessionGroup.passOn(tx)
    for (const part of [sessionGroup, callGroup, bucketGroup, toolGroup, messageGroup, commitGroup])
      await part.write(tx, batch)

    return async () => {
      for (const part of [sessionGroup, callGroup, bucketGroup, toolGroup, messageGroup]) await inTurns(part.commit())
      const written = [...callGroup.rows, ...bucketGroup.rows]
      if (written.length > 0) for (const listener of listeners) listener(written)
    }
  }

  return {
    async apply(tx, { telemetry, batch }) {
      if (isPlain(telemetry)) return nothingToKeep
      if (isStale) await load(tx)
      const sessionGroup = new SessionGroup(sessions)
      const bucketGroup = new BucketGroup(buckets, sessionGroup, pricing)
      try {
        const committed = await write(tx, telemetry, batch, bucketGroup, sessionGroup)
        return { committed, rolledBack: () => bucketGroup.forget() }
      } catch (error) {
        bucketGroup.forget()
        throw error
      }
    },
    load,
    invalidate() {
      isStale = true
    },
    onCalls(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stats() {
      const indexes = [calls.index, tools.index, messages.index, sessions.known]
      return {
        components: calls.next - 1,
        indexEntries: indexes.reduce((sum, { size }) => sum + size, 0),
        indexBytes: indexes.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    },
  }
}

/** Whether a group has nothing for the ledger: plain OTLP costs one look. */
function isPlain({ calls, aggregates, toolCalls, sessions, messages, commits }: Telemetry): boolean {
  return (
    calls.length === 0 &&
    aggregates.length === 0 &&
    toolCalls.length === 0 &&
    sessions.length === 0 &&
    messages.length === 0 &&
    commits.length === 0
  )
}

/** Of each session and door the first prompt: an import brings hundreds of a session at once, and only the first one stands. */
function* firstPrompts(messages: readonly MessageRecord[]): Generator<SessionObservation> {
  const firsts = new Map<string, bigint>()
  for (const message of messages) {
    if (message.role !== 'user') continue
    const key = `${message.source}\n${message.tool}\n${message.sessionId}`
    const first = firsts.get(key)
    // Of two of one moment the facts decide.
    if (first !== undefined && message.timeUnixNano > first) continue
    const observation = promptObservation(message)
    if (!observation) continue
    firsts.set(key, message.timeUnixNano)
    yield observation
  }
}

function* seeSessions(
  group: SessionGroup,
  { sessions, calls, aggregates, toolCalls, messages, commits }: Telemetry,
): Generator<void> {
  yield* each(sessions, (observation) => group.observe(observation))
  yield* each(firstPrompts(messages), (observation) => group.observe(observation))
  for (const records of [calls, aggregates, toolCalls, messages, commits])
    yield* each(records, ({ tool, sessionId, source, timeUnixNano }: (typeof records)[number]) =>
      group.see(tool, sessionId, source, timeUnixNano),
    )
}
