// ingest-deltas.test.ts: what counters grew by, through the whole funnel.
import { describe, expect, test } from 'bun:test'
import { noTelemetry } from '#proto/telemetry.ts'
import type { Store } from '../store/store.ts'
import type { Ingest } from './ingest.ts'
import type { Stage } from './stage.ts'
import { type Counted, counter, newPath, withIngest } from './testing.ts'

describe('deltas', () => {
  const send = (ingest: Ingest, ...specs: Counted[]) =>
    ingest.submit({ ...noTelemetry(), points: specs.map(counter) }, { source: 'otlp_metrics', bytes: 1 })
  const sums = async (store: Store) =>
    Object.fromEntries(
      (
        await store.all(
          "select session_id as s, sum(value_int)::bigint as v from raw_metric_points where name = 'tokens.delta' group by 1 order by 1",
        )
      ).map((row) => [row.s, Number(row.v)]),
    )

  test('the first point counts from its start, and a repeated value adds nothing', async () => {
    await withIngest(async (ingest, store) => {
      await send(ingest, { time: 10, value: 5 })
      await send(ingest, { time: 20, value: 5 })
      await send(ingest, { time: 30, value: 8 })
      expect(
        await store.all(
          "select epoch_ns(time)::integer as t, epoch_ns(start_time)::integer as s, value_int::integer as v from raw_metric_points where name = 'tokens.delta' order by time",
        ),
      ).toEqual([
        { t: 10, s: 1, v: 5 },
        { t: 20, s: 10, v: 0 },
        { t: 30, s: 20, v: 3 },
      ])
    })
  })

  test('two sessions that alternate, and two hosts, are series of their own', async () => {
    await withIngest(async (ingest, store) => {
      for (const [time, one, two] of [
        [10, 5, 100],
        [20, 7, 130],
        [30, 9, 150],
      ] as const) {
        await send(
          ingest,
          { time, value: one, session: 'one' },
          { time, value: two, session: 'two' },
          { time, value: one, session: 'one', host: 'b' },
        )
      }
      expect(await sums(store)).toEqual({ one: 18, two: 150 })
    })
  })

  test('a new start time is a reset; an out-of-order point is not; two points in one request are taken in time order', async () => {
    await withIngest(async (ingest, store) => {
      await send(ingest, { time: 30, value: 9 }, { time: 10, value: 4 })
      await send(ingest, { time: 20, value: 6 })
      await send(ingest, { time: 50, value: 3, start: 40 })
      await send(ingest, { time: 35, value: 10 })
      expect(await sums(store)).toEqual({ one: 13 })
    })
  })

  test('a server that is restarted in the middle goes on where it was', async () => {
    const path = newPath()
    await withIngest(async (ingest) => void (await send(ingest, { time: 10, value: 5 })), {}, path)
    await withIngest(
      async (ingest, store) => {
        await send(ingest, { time: 20, value: 11 })
        await send(ingest, { time: 10, value: 5 })
        expect(await sums(store)).toEqual({ one: 11 })
      },
      {},
      path,
    )
  })

  test('a group that is rolled back leaves no trace in the memory of counters', async () => {
    let fail = true
    const failing: Stage = {
      async apply() {
        if (fail) throw new Error('not now')
        return { committed() {}, rolledBack() {} }
      },
    }
    await withIngest(
      async (ingest, store) => {
        await send(ingest, { time: 10, value: 5 }).catch(() => {})
        fail = false
        await send(ingest, { time: 10, value: 5 })
        expect(await sums(store)).toEqual({ one: 5 })
      },
      { stages: [failing] },
    )
  })

  test('a gauge, a delta counter and a counter without a start make no invented increase', async () => {
    await withIngest(async (ingest, store) => {
      const points = [
        counter({ time: 10, value: 5, start: 0 }),
        { ...counter({ time: 10, value: 5 }), temporality: 1 },
        { ...counter({ time: 10, value: 5 }), type: 'gauge' as const, temporality: 0, monotonic: false },
      ]
      await ingest.submit({ ...noTelemetry(), points }, { source: 'otlp_metrics', bytes: 1 })
      await send(ingest, { time: 20, value: 9, start: 0 })
      expect(await sums(store)).toEqual({ one: 4 })
    })
  })
})
