import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type MetricPoint, noTelemetry } from '#proto/telemetry.ts'
import { openStore, type Store } from '../store/store.ts'
import { createDeltas, type Deltas } from './deltas.ts'
import { createTelemetryStage } from './telemetry-stage.ts'
import { type Counted, counter } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-deltas-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let databases = 0

/** Stores points group by group; `restart` forgets everything that is only in memory. */
async function withGroups(
  work: (store: Store, write: (points: MetricPoint[]) => Promise<void>, restart: () => void) => Promise<void>,
  make: () => Deltas = createDeltas,
) {
  const store = await openStore({ path: join(folder, `${databases++}.duckdb`) })
  try {
    let stage = createTelemetryStage(make())
    let batch = 0n
    await work(
      store,
      async (points) => {
        const telemetry = { ...noTelemetry(), points: [...points] }
        batch++
        const outcome = await store.transaction((tx) => stage.apply(tx, { telemetry, batch, receivedUnixNano: 1n }))
        await outcome.committed()
      },
      () => {
        stage = createTelemetryStage(make())
      },
    )
  } finally {
    await store.close()
  }
}

const sums = async (store: Store, name = 'tokens.delta') =>
  Object.fromEntries(
    (
      await store.all(
        'select session_id as s, sum(coalesce(value_int, value))::double as v from raw_metric_points where name = $name group by 1',
        { name },
      )
    ).map(({ s, v }) => [s, v]),
  )

/** A session's processes one after the other: each counts up from its own start. */
const session = fc
  .array(fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 })
  .map((processes) => {
    const sent: Omit<Counted, 'session'>[] = []
    let time = 1
    for (const increases of processes) {
      const start = time
      let value = 0
      for (const increase of increases) {
        time += 10
        value += increase
        sent.push({ start, time, value })
      }
      time += 5
    }
    return { sent, total: processes.flat().reduce((sum, increase) => sum + increase, 0) }
  })

/** What happens to points on their way: shuffled, some sent twice, cut into groups, with restarts between groups. */
const way = fc.record({ seed: fc.nat(), groupSize: fc.integer({ min: 1, max: 5 }), restarts: fc.boolean() })

function shuffled<T>(items: T[], seed: number): T[] {
  const mixed = [...items]
  let state = seed + 1
  for (let i = mixed.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = state % (i + 1)
    ;[mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T]
  }
  return mixed
}

test('increases add up to what was counted, in whatever order, groups and repetitions the points come', async () => {
  await withGroups(async (store, write, restart) => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 3 }), way, async (sessions, way) => {
        const run = runs++
        const points = sessions.flatMap(({ sent }, i) => sent.map((one) => counter({ ...one, session: `${run}/${i}` })))
        const arriving = shuffled([...points, ...points.filter((_, i) => i % 3 === 0)], way.seed)
        for (let i = 0; i < arriving.length; i += way.groupSize) {
          await write(arriving.slice(i, i + way.groupSize))
          if (way.restarts) restart()
        }
        const found = Object.entries(await sums(store)).filter(([name]) => name.startsWith(`${run}/`))
        expect(Object.fromEntries(found)).toEqual(
          Object.fromEntries(sessions.map(({ total }, i) => [`${run}/${i}`, total])),
        )
      }),
      { numRuns: 40, seed: 20260924 },
    )
  })
}, 60_000)

test('more counters than memory holds are as right as few', async () => {
  await withGroups(
    async (store, write) => {
      for (let time = 10; time <= 30; time += 10)
        for (let i = 0; i < 12; i += 4)
          await write([0, 1, 2, 3].map((k) => counter({ session: `s${i + k}`, start: 1, time, value: time + i + k })))
      expect(await sums(store)).toEqual(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, 30 + i])))
    },
    () => createDeltas(new Set(), 5),
  )
})

test('one request with more counters than memory holds finds those it knew, although it makes others be forgotten', async () => {
  await withGroups(
    async (store, write) => {
      for (let time = 10; time <= 40; time += 10)
        await write(
          Array.from({ length: 12 }, (_, i) => (i * 5 + time / 10) % 12).map((i) =>
            counter({ session: `s${i}`, start: 1, time, value: time + i }),
          ),
        )
      expect(await sums(store)).toEqual(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, 40 + i])))
    },
    () => createDeltas(new Set(), 8),
  )
})

test('a counter that falls without a new start began anew; what was sent before it adds nothing when it comes late or again', async () => {
  await withGroups(async (store, write, restart) => {
    const one = (time: number, value: number) => write([counter({ session: 'a', start: 1, time, value })])
    await one(10, 5)
    await one(20, 9)
    await one(30, 2)
    expect(await sums(store)).toEqual({ a: 11 })
    await one(20, 9)
    restart()
    await one(15, 7)
    await one(20, 9)
    await one(40, 6)
    expect(await sums(store)).toEqual({ a: 15 })
  })
})

test('a cumulative histogram of tokens yields what its sum grew by', async () => {
  const tokens = (time: number, sum: number): MetricPoint => {
    const { value, isInt, ...rest } = counter({
      session: 'a',
      start: 1,
      time,
      value: 0,
      name: 'gen_ai.client.token.usage',
    })
    return { ...rest, type: 'histogram', count: 1n, sum, bucketCounts: [1n], explicitBounds: [] }
  }
  await withGroups(async (store, write, restart) => {
    await write([tokens(20, 150), tokens(10, 100)])
    restart()
    await write([tokens(30, 175)])
    await write([tokens(30, 175)])
    expect(await sums(store, 'gen_ai.client.token.usage.delta')).toEqual({ a: 175 })
  })
})

test('values beyond what a double holds are subtracted exactly', async () => {
  await withGroups(async (store, write) => {
    const big = (time: number, value: bigint) =>
      write([{ ...counter({ session: 'a', start: 1, time, value: 0 }), value }])
    await big(10, 9007199254740993n)
    await big(20, 9007199254740996n)
    expect(
      await store.all("select value_int as v from raw_metric_points where name = 'tokens.delta' order by time"),
    ).toEqual([{ v: 9007199254740993n }, { v: 3n }])
  })
})

test('a name that the ledger provides is left out', async () => {
  await withGroups(
    async (store, write) => {
      await write([counter({ session: 'a', start: 1, time: 10, value: 5 })])
      expect(await sums(store)).toEqual({})
    },
    () => createDeltas(new Set(['tokens.delta'])),
  )
})
