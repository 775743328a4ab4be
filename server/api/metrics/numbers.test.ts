import { beforeAll, describe, expect, test } from 'bun:test'
import { baseMs, gauge, metric, metricsApi, range, sum, twoKinds } from './testing.ts'

const t = metricsApi()
const { values, series } = t

describe('a gauge', () => {
  beforeAll(() =>
    t.send(
      'metrics',
      metric(
        'g',
        gauge([
          { t: 10, v: 10 },
          { t: 50, v: 20 },
          { t: 130, v: 7 },
          { t: 140, v: Number.NaN },
        ]),
      ),
    ),
  )
  test('is averaged in each interval, and an interval without points is a gap', async () => {
    const { body } = await t.ask(`/api/metrics/series?${range}&name=g`)
    expect(body.series[0].datapoints).toEqual([
      [baseMs, 15],
      [baseMs + 60_000, null],
      [baseMs + 120_000, 7],
      ...Array.from({ length: 7 }, (_, n) => [baseMs + (n + 3) * 60_000, null]),
    ])
  })
  test('is its last value as one number', async () => {
    expect(await series('name=g&aggregate=true')).toEqual([{ labels: {}, values: [7] }])
    const { body } = await t.ask(`/api/metrics/series?${range}&name=g&aggregate=true`)
    expect(body.series[0].datapoints).toEqual([[0, 7]])
  })
  for (const [stat, value] of [
    ['sum', 30],
    ['avg', 15],
    ['min', 10],
    ['max', 20],
    ['p50', 15],
    ['count', 2],
  ] as const) {
    test(`has a ${stat}`, async () => expect((await values(`name=g&stat=${stat}`))![0]).toBe(value))
  }
  test('has no rate', async () => {
    const { status, body } = await t.ask(`/api/metrics/series?${range}&name=g&stat=rate`)
    expect([status, body.message]).toEqual([422, 'stat: g is a gauge, which has no rate; use avg, min or max'])
  })
})

describe('a delta counter', () => {
  beforeAll(() => t.send('metrics', metric('d', twoKinds)))
  test('is summed', async () => {
    expect((await values('name=d'))!.slice(0, 3)).toEqual([7, 5, null])
    expect(await values('name=d&aggregate=true')).toEqual([12])
  })
  test('has a rate a second', async () => {
    expect((await values('name=d&stat=rate'))![0]).toBeCloseTo(7 / 60)
    expect((await values('name=d&stat=rate&aggregate=true'))![0]).toBeCloseTo(12 / 599)
  })
  test('is told apart by an attribute, the largest first', async () => {
    expect(await series('name=d&aggregate=true&groupBy=kind')).toEqual([
      { labels: { kind: 'a' }, values: [8] },
      { labels: { kind: 'b' }, values: [4] },
    ])
    expect((await t.ask('/api/metrics/breakdown-values?name=d&attribute=kind')).body).toEqual({ values: ['a', 'b'] })
  })
})

describe('a cumulative counter', () => {
  test('is what it grew by: from its start, over a reset, whatever the order of arrival', async () => {
    const run = [
      { t: 10, v: 5, start: 0 },
      { t: 70, v: 9, start: 0 },
      { t: 130, v: 9, start: 0 },
      // The process began anew: its start time says so, although the value is higher.
      { t: 250, v: 20, start: 240 },
    ]
    await t.send('metrics', metric('c', sum(2, [run[3]!, run[1]!])))
    await t.send('metrics', metric('c', sum(2, [run[2]!, run[0]!])))
    expect((await values('name=c'))!.slice(0, 6)).toEqual([5, 4, 0, null, 20, null])
    expect(await values('name=c&aggregate=true')).toEqual([29])
  })
  test('is differenced for each series: two that alternate are no resets', async () => {
    await t.send('metrics', metric('c2', sum(2, [{ t: 10, v: 100, start: 0, attributes: { s: 'x' } }])))
    await t.send('metrics', metric('c2', sum(2, [{ t: 20, v: 1, start: 0, attributes: { s: 'y' } }])))
    await t.send('metrics', metric('c2', sum(2, [{ t: 30, v: 110, start: 0, attributes: { s: 'x' } }])))
    await t.send('metrics', metric('c2', sum(2, [{ t: 40, v: 3, start: 0, attributes: { s: 'y' } }])))
    expect(await values('name=c2&aggregate=true')).toEqual([113])
  })
  test('of the same attributes from two hosts are two series', async () => {
    for (const host of ['one', 'two'])
      await t.send('metrics', metric('c3', sum(2, [{ t: 10, v: 50, start: 0 }]), 'shop', { 'host.name': host }))
    expect(await values('name=c3&aggregate=true')).toEqual([100])
    expect((await series('name=c3&aggregate=true&groupBy=host.name')).map((one) => one.labels)).toEqual([
      { 'host.name': 'one' },
      { 'host.name': 'two' },
    ])
  })
  test('goes on from the point before the range', async () => {
    await t.send(
      'metrics',
      metric(
        'c4',
        sum(2, [
          { t: -100, v: 1000, start: -9000 },
          { t: -50, v: 1010, start: -9000 },
          { t: 30, v: 1015, start: -9000 },
        ]),
      ),
    )
    expect(await values('name=c4&aggregate=true')).toEqual([5])
  })
  test('without a start time counts from its first point, and a fall is a reset', async () => {
    await t.send(
      'metrics',
      metric(
        'c5',
        sum(2, [
          { t: 10, v: 7 },
          { t: 70, v: 9 },
          { t: 130, v: 4 },
        ]),
      ),
    )
    expect((await values('name=c5'))!.slice(0, 3)).toEqual([null, 2, 4])
  })
  test('that may fall is a level: the sum of the last values', async () => {
    await t.send(
      'metrics',
      metric(
        'level',
        sum(
          2,
          [
            { t: 10, v: 5, start: 0, attributes: { q: 'a' } },
            { t: 20, v: 3, start: 0, attributes: { q: 'a' } },
            { t: 15, v: 10, start: 0, attributes: { q: 'b' } },
          ],
          false,
        ),
      ),
    )
    expect((await values('name=level'))!.slice(0, 2)).toEqual([13, null])
  })
  test('and its derived .delta series agree', async () => {
    for (const name of ['c', 'c2', 'c3', 'c4', 'c5']) {
      const all = 'from=2026-11-21&to=2026-11-23&aggregate=true'
      const one = (await t.ask(`/api/metrics/series?${all}&name=${name}`)).body.series
      const other = (await t.ask(`/api/metrics/series?${all}&name=${name}.delta`)).body.series
      expect([name, one[0].datapoints]).toEqual([name, other[0].datapoints])
    }
  })
})
