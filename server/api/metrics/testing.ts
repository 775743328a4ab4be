// testing.ts: metrics as OTLP/JSON, and what the API makes series of them, for the tests of this folder.
import { afterAll, beforeAll, expect } from 'bun:test'
import { SeriesList } from '../shapes.ts'
import { openTestApi, type TestApi } from '../testing.ts'

export const second = 1_000_000_000n
export const base = 1795320000n * second // 2026-11-22T04:00:00Z
export const at = (seconds: number) => String(base + BigInt(Math.round(seconds * 1e9)))
export const from = '2026-11-22T04:00:00Z'
/** Ten minutes, in minutes. */
export const range = `from=${from}&to=2026-11-22T04:09:59Z&interval=60`
export const baseMs = Number(base / 1_000_000n)

export type Attributes = Record<string, string | number>
export const attributesOf = (attributes: Attributes = {}) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }))

/** An OTLP/JSON request with one metric of one service. */
export function metric(name: string, data: object, service = 'shop', resource: Attributes = {}) {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf({ 'service.name': service, ...resource }) },
        scopeMetrics: [{ scope: { name: 'meter' }, metrics: [{ name, unit: '1', ...data }] }],
      },
    ],
  }
}
export type Point = { t: number; v: number; start?: number; attributes?: Attributes }
export const numbers = (points: Point[]) =>
  points.map(({ t, v, start, attributes }) => ({
    timeUnixNano: at(t),
    ...(start === undefined ? {} : { startTimeUnixNano: at(start) }),
    asDouble: v,
    attributes: attributesOf(attributes),
  }))
export const gauge = (points: Point[]) => ({ gauge: { dataPoints: numbers(points) } })
export const sum = (temporality: 1 | 2, points: Point[], isMonotonic = true) => ({
  sum: { aggregationTemporality: temporality, isMonotonic, dataPoints: numbers(points) },
})
export const histogram = (temporality: 1 | 2, points: object[]) => ({
  histogram: { aggregationTemporality: temporality, dataPoints: points },
})

/** A delta counter of 12 in all, told apart by `kind`: 8 of a, 4 of b. */
export const twoKinds = sum(1, [
  { t: 10, v: 3, start: 0, attributes: { kind: 'a' } },
  { t: 20, v: 4, start: 10, attributes: { kind: 'b' } },
  { t: 65, v: 5, start: 60, attributes: { kind: 'a' } },
])

type Series = { labels: Record<string, string>; values: (number | null)[] }

/** An API of the file's own, from its first test to its last. */
export function metricsApi() {
  let t: TestApi
  beforeAll(async () => {
    t = await openTestApi()
  })
  afterAll(() => t.close())

  async function series(query: string): Promise<Series[]> {
    const { status, body } = await t.ask(`/api/metrics/series?${range}&${query}`)
    expect([status, body.message]).toEqual([200, undefined])
    return SeriesList.parse(body).series.map(({ labels, datapoints }) => ({
      labels,
      values: datapoints.map(([, value]) => value),
    }))
  }
  return {
    ask: (...args: Parameters<TestApi['ask']>) => t.ask(...args),
    post: (...args: Parameters<TestApi['post']>) => t.post(...args),
    send: (...args: Parameters<TestApi['send']>) => t.send(...args),
    replay: (...args: Parameters<TestApi['replay']>) => t.replay(...args),
    series,
    values: async (query: string) => (await series(query))[0]?.values,
  }
}
