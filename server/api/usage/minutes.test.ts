// minutes.test.ts: usage by minutes and quarters of an hour, whatever the zone.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { usageRoutes } from './routes.ts'
import { at, type Bench, insertCalls, modelCall, openBench } from './testing.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(usageRoutes as never)
  await insertCalls(
    bench.store,
    [
      '2026-11-22T04:14:59.999999999Z',
      '2026-11-22T04:15:00Z',
      '2026-11-22T04:16:10Z',
      '2026-11-22T04:29:59Z',
      '2026-11-22T04:30:00Z',
      '1969-12-31T23:59:59Z',
    ].map((time) => modelCall({ timeUnixNano: at(time) })),
  )
})
afterAll(() => bench.close())

const buckets = async (query: string) => {
  const { status, body } = await bench.get(`/api/usage?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body.rows.map((row: any) => `${row.bucket} ${row.requests}`) as string[]
}
const day = 'from=2026-11-22&to=2026-11-22'

test('a quarter of an hour begins with its first nanosecond and ends before the next', async () => {
  expect(await buckets(`interval=15m&${day}`)).toEqual([
    '2026-11-22T04:00:00.000Z 1',
    '2026-11-22T04:15:00.000Z 3',
    '2026-11-22T04:30:00.000Z 1',
  ])
})

test('five minutes and one minute are told apart from it, and stretches without requests are left out', async () => {
  expect(await buckets(`interval=5m&${day}`)).toEqual([
    '2026-11-22T04:10:00.000Z 1',
    '2026-11-22T04:15:00.000Z 2',
    '2026-11-22T04:25:00.000Z 1',
    '2026-11-22T04:30:00.000Z 1',
  ])
  expect(await buckets(`interval=1m&${day}`)).toEqual([
    '2026-11-22T04:14:00.000Z 1',
    '2026-11-22T04:15:00.000Z 1',
    '2026-11-22T04:16:00.000Z 1',
    '2026-11-22T04:29:00.000Z 1',
    '2026-11-22T04:30:00.000Z 1',
  ])
})

test('quarters of an hour are those of the clock on the wall, also where it is 45 minutes off', async () => {
  expect(await buckets(`interval=15m&tz=Asia/Kathmandu&${day}`)).toEqual([
    '2026-11-22T09:45:00.000+05:45 1',
    '2026-11-22T10:00:00.000+05:45 3',
    '2026-11-22T10:15:00.000+05:45 1',
  ])
})

test('a time before 1970 lies in the stretch that it ends', async () => {
  expect((await buckets('interval=15m'))[0]).toBe('1969-12-31T23:45:00.000Z 1')
})

test('the interval is told with the rows, and the totals are those of the whole range', async () => {
  const { body } = await bench.get(`/api/usage?interval=15m&groupBy=model&${day}`)
  expect([body.interval, body.totals.requests]).toEqual(['15m', 5])
})

test('minutes that nobody could read are refused with what to do, quarters of an hour of the same time are not', async () => {
  await insertCalls(
    bench.store,
    Array.from({ length: 50_001 }, (_, minute) =>
      modelCall({ sessionId: 'long', timeUnixNano: at('2025-01-01T00:00:00Z') + BigInt(minute) * 60_000_000_000n }),
    ),
  )
  const { status, body } = await bench.get('/api/usage?interval=1m&session=long')
  expect([status, body.error]).toEqual([400, 'Bad Request'])
  expect(body.message).toContain('use a longer interval or a shorter range')
  expect((await buckets('interval=15m&session=long')).length).toBe(Math.ceil(50_001 / 15))
})
