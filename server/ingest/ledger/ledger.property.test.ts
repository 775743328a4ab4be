// ledger.property.test.ts: whatever the order, the repetition, the groups and the restarts: the same ledger.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import type {
  AggregateObservation,
  CallObservation,
  CommitObservation,
  MessageRecord,
  SessionObservation,
  Source,
  Telemetry,
  ToolCallObservation,
} from '#proto/telemetry.ts'
import { rebuild } from './rebuild.ts'
import {
  counted,
  type Desk,
  emptyDesk,
  flatPrice,
  joined,
  ledgerRows,
  noon,
  openDesk,
  second,
  seen,
} from './testing.ts'

const door = fc.constantFrom<Source>('otlp_logs', 'otlp_traces', 'transcript', 'hook')
const session = fc.constantFrom('s1', 's2', 's3')
const time = fc.integer({ min: 0, max: 400 }).map((at) => noon + BigInt(at) * second)
const small = fc.integer({ min: -1, max: 3 })
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })

const call: fc.Arbitrary<{ calls: CallObservation[] }> = fc
  .record({
    source: door,
    sessionId: fc.constantFrom('', 's1', 's2', 's3'),
    observationId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    keys: fc.uniqueArray(fc.constantFrom('req:1', 'req:2', 'req:3', 'msg:1', 'msg:2', 'resp:1'), { maxLength: 2 }),
    weakKey: maybe(fc.constantFrom('v', 'w')),
    timeUnixNano: time,
    status: fc.constantFrom('ok' as const, 'ok' as const, 'error' as const),
    model: fc.constantFrom('m', 'n', 'unknown-model'),
    quality: fc.constantFrom('exact' as const, 'exact' as const, 'derived' as const, 'estimated' as const),
    partial: maybe(fc.boolean()),
    inputTokens: maybe(small),
    outputTokens: maybe(small),
    cacheWriteTokens: maybe(small),
    cacheWrite1hTokens: maybe(small),
    reportedCostNanoUsd: maybe(fc.constantFrom(0, 5, 9)),
    project: maybe(fc.constantFrom('p/q')),
    agentId: maybe(fc.constantFrom('x', 'y')),
    durationMs: maybe(fc.constantFrom(5, 7000)),
  })
  .map((part) => ({ calls: [seen(part)] }))

const aggregate: fc.Arbitrary<{ aggregates: AggregateObservation[] }> = fc
  .record({
    sessionId: fc.constantFrom('', 's1', 's2'),
    seriesId: fc.constantFrom('x', 'y'),
    field: fc.constantFrom('inputTokens' as const, 'reportedCostNanoUsd' as const),
    temporality: fc.constantFrom(1 as const, 2 as const),
    start: fc.constantFrom(0n, 50n),
    at: fc.integer({ min: 0, max: 40 }),
    value: fc.integer({ min: 0, max: 6 }),
    model: fc.constantFrom('m', 'n'),
    querySource: maybe(fc.constantFrom('main', 'auxiliary')),
  })
  .map(({ start, at, ...part }) => ({
    aggregates: [
      counted({
        tool: 'claude-code',
        ...part,
        // A series has one set of attributes.
        seriesId: `${part.seriesId} ${part.field} ${part.model} ${part.querySource} ${part.temporality}`,
        startTimeUnixNano: noon + start * second,
        timeUnixNano: noon + (start + BigInt(at) * 10n) * second,
      }),
    ],
  }))

const tool: fc.Arbitrary<{ toolCalls: ToolCallObservation[] }> = fc
  .record({
    source: door,
    sessionId: session,
    callId: fc.constantFrom('t1', 't2'),
    timeUnixNano: time,
    durationMs: maybe(fc.constantFrom(1, 2)),
    success: maybe(fc.boolean()),
    input: maybe(fc.constantFrom('ls', 'ls -l')),
    decision: maybe(fc.constantFrom('accept', 'reject')),
  })
  .map((part) => ({ toolCalls: [{ tool: 'claude-code', toolName: 'Bash', ...part }] }))

const facts: fc.Arbitrary<{ sessions: SessionObservation[] }> = fc
  .record({
    source: door,
    sessionId: session,
    title: maybe(fc.constantFrom('a', 'b')),
    project: maybe(fc.constantFrom('p/q', 'r/s')),
    branch: maybe(fc.constantFrom('main', 'dev')),
    forkedFrom: maybe(session),
    ended: maybe(fc.boolean()),
    activeMs: maybe(fc.constantFrom(1, 2)),
    startTimeUnixNano: maybe(time),
    lastTimeUnixNano: maybe(time),
  })
  .map((part) => ({ sessions: [{ tool: 'claude-code', ...part }] }))

const message: fc.Arbitrary<{ messages: MessageRecord[] }> = fc
  .record({
    source: door,
    sessionId: session,
    messageKey: fc.constantFrom('k1', 'k2'),
    role: fc.constantFrom('assistant' as const, 'user' as const),
    sequence: fc.constantFrom(1, 2),
    timeUnixNano: time,
    content: fc.constantFrom('a', 'ab', 'ac'),
    success: maybe(fc.boolean()),
  })
  .map((part) => ({ messages: [{ tool: 'claude-code', ...part }] }))

const commit: fc.Arbitrary<{ commits: CommitObservation[] }> = fc
  .record({
    source: door,
    sessionId: session,
    hash: fc.constantFrom('abcdef1', 'abcdef12', 'ABCDEF13', '1234567'),
    subject: maybe(fc.constantFrom('x', 'y')),
    timeUnixNano: time,
  })
  .map((part) => ({ commits: [{ tool: 'claude-code', kind: 'commit' as const, ...part }] }))

const record: fc.Arbitrary<Partial<Telemetry>> = fc.oneof(
  { weight: 6, arbitrary: call },
  { weight: 4, arbitrary: aggregate },
  { weight: 2, arbitrary: tool },
  { weight: 2, arbitrary: facts },
  { weight: 1, arbitrary: message },
  { weight: 1, arbitrary: commit },
)

let desk: Desk
let other: Desk
beforeAll(async () => {
  desk = await openDesk()
  other = await openDesk()
})
afterAll(async () => {
  await desk.close()
  await other.close()
})

test('any order, repetition, grouping, failure and restart gives the same ledger, and so does a rebuild', async () => {
  const scenario = fc.record({
    records: fc.array(record, { minLength: 1, maxLength: 24 }),
    seed: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 60, maxLength: 60 }),
    groupSize: fc.integer({ min: 1, max: 5 }),
    reloadAt: fc.integer({ min: 0, max: 12 }),
    failAt: fc.integer({ min: 0, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ records, seed, groupSize, reloadAt, failAt }) => {
      await emptyDesk(desk)
      await emptyDesk(other)
      await desk.keep(joined(records))

      const again = [...records, ...records.filter((_, at) => (seed[at] ?? 0) % 3 === 0)]
      const shuffled = again
        .map((part, at) => ({ part, order: (seed[at % seed.length] ?? 0) * 1000 + at }))
        .sort((a, b) => a.order - b.order)
        .map(({ part }) => part)
      for (let at = 0, group = 0; at < shuffled.length; at += groupSize, group++) {
        const telemetry = joined(shuffled.slice(at, at + groupSize))
        if (group === failAt) await other.fail(telemetry)
        await other.keep(telemetry)
        if (group === reloadAt) await other.store.reader((reader) => other.ledger.load(reader))
      }
      const rows = await ledgerRows(desk.store)
      expect(await ledgerRows(other.store)).toEqual(rows)

      const still = { added: 0, removed: 0, changed: 0 }
      const report = await rebuild(other.store, { price: flatPrice, mode: 'auto' }, { ledger: other.ledger })
      expect(report).toMatchObject({ calls: still, toolCalls: still, sessions: still, commits: still })
      expect(await ledgerRows(other.store)).toEqual(rows)
    }),
    { seed: 20261122, numRuns: 40 },
  )
}, 120_000)
