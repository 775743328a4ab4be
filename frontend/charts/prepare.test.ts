// prepare.test.ts: what a chart shows, before anything is drawn.
import { describe, expect, test } from 'bun:test'
import { cost, count } from '../lib/format.ts'
import { boundSeries, bucketAt, type ChartInput, type ChartSeries, prepare, timeAt, valuesAt } from './prepare.ts'

const series = (key: string, points: [number, number | null][]): ChartSeries => ({
  key,
  label: key,
  color: 'red',
  points,
})
const input = (given: Partial<ChartInput>): ChartInput => ({
  series: [],
  form: 'line',
  stacked: false,
  from: 0,
  to: 100,
  step: 10,
  now: 1_000,
  width: 100,
  height: 134,
  zone: 'utc',
  // Without labels the marks begin at the left edge.
  format: () => '',
  ...given,
})

describe('lines', () => {
  test('break where a value is missing', () => {
    const [line] = prepare(
      input({
        series: [
          series('a', [
            [0, 10],
            [10, 10],
            [20, null],
            [30, 10],
            [40, 10],
          ]),
        ],
      }),
    ).lines
    expect(line?.path.match(/M/g)?.length).toBe(2)
    expect(line?.path).toBe('M0 16L10 16M30 16L40 16')
  })
  test('break where a whole bucket is missing', () => {
    const [line] = prepare(
      input({
        series: [
          series('a', [
            [0, 10],
            [10, 10],
            [40, 10],
            [50, 10],
          ]),
        ],
      }),
    ).lines
    expect(line?.path).toBe('M0 16L10 16M40 16L50 16')
  })
  test('are dotted into a bucket that is not over', () => {
    const [line] = prepare(
      input({
        now: 25,
        series: [
          series('a', [
            [0, 10],
            [10, 10],
            [20, 5],
          ]),
        ],
      }),
    ).lines
    expect(line).toMatchObject({ path: 'M0 16L10 16', dotted: 'M10 16L20 66' })
  })
  test('show a lone value as a dot', () => {
    expect(prepare(input({ series: [series('a', [[50, 10]])] })).lines[0]).toMatchObject({ path: '', dots: 'M50 16h0' })
  })
})

describe('bars', () => {
  test('that are stacked stand on each other and reach the total', () => {
    const { bars, yTicks } = prepare(
      input({ form: 'bar', stacked: true, series: [series('a', [[0, 60]]), series('b', [[0, 40]])] }),
    )
    const [a, b] = bars
    expect(a!.y + a!.height).toBe(116)
    expect(b!.y + b!.height).toBeCloseTo(a!.y)
    expect(b!.y).toBe(yTicks.at(-1)!.y)
  })
  test('are two pixels apart', () => {
    const { bars } = prepare(
      input({
        form: 'bar',
        series: [
          series('a', [
            [0, 1],
            [10, 1],
          ]),
        ],
      }),
    )
    expect(bars[1]!.x - (bars[0]!.x + bars[0]!.width)).toBeCloseTo(2)
  })
  test('of zero are not drawn, and those of nearly nothing can be seen', () => {
    const { bars } = prepare(
      input({
        form: 'bar',
        series: [
          series('a', [
            [0, 0],
            [10, 0.0001],
            [20, 100],
          ]),
        ],
      }),
    )
    expect(bars.length).toBe(2)
    expect(bars[0]!.height).toBeGreaterThanOrEqual(0.75)
  })
  test('widen the axis to whole buckets', () => {
    const { from, to } = prepare(input({ form: 'bar', from: 5, to: 12, series: [series('a', [[0, 1]])] }))
    expect([from, to]).toEqual([0, 12])
  })
})

describe('stacked areas', () => {
  test('keep a gap only where nobody has a value', () => {
    const { lines } = prepare(
      input({
        form: 'area',
        stacked: true,
        series: [
          series('a', [
            [0, 1],
            [10, null],
            [20, null],
            [30, 1],
          ]),
          series('b', [
            [0, 1],
            [10, 1],
            [20, null],
            [30, 1],
          ]),
        ],
      }),
    )
    expect(lines[1]?.area.match(/Z/g)?.length).toBe(1)
    expect(lines[0]?.path).not.toContain('L20')
  })
})

describe('bounding', () => {
  test('keeps the six largest, adds the others up, and says how many there were', () => {
    const many = Array.from({ length: 41 }, (_, index) => series(`s${index}`, [[0, index]]))
    const { shown, total, rest } = boundSeries(many)
    expect(shown.map(({ key }) => key)).toEqual(['s40', 's39', 's38', 's37', 's36', 's35', ' rest'])
    expect(shown.at(-1)?.points).toEqual([[0, 595]])
    expect([total, rest]).toEqual([41, 35])
  })
  test('leaves a few series alone', () => {
    expect(boundSeries([series('a', [[0, 1]]), series('b', [[0, 2]])]).shown.map(({ key }) => key)).toEqual(['b', 'a'])
  })
})

describe('the crosshair', () => {
  const prepared = prepare(
    input({
      series: [
        series('a', [
          [0, 1],
          [10, null],
          [20, 3],
        ]),
        series('b', [
          [0, 2],
          [10, 7],
          [20, 1],
        ]),
      ],
    }),
  )
  test('finds the nearest bucket', () => {
    expect([bucketAt(prepared, -5), bucketAt(prepared, 4), bucketAt(prepared, 6), bucketAt(prepared, 999)]).toEqual([
      0, 0, 1, 2,
    ])
  })
  test('lists what has a value there, largest first', () => {
    expect(valuesAt(prepared, 2).map(({ key, value }) => [key, value])).toEqual([
      ['a', 3],
      ['b', 1],
    ])
    expect(valuesAt(prepared, 1).map(({ key }) => key)).toEqual(['b'])
  })
})

test('marks begin beside the labels of the lines, and a place on the axis is an instant', () => {
  const prepared = prepare(
    input({
      format: () => '$10',
      series: [
        series('a', [
          [0, 10],
          [100, 10],
        ]),
      ],
    }),
  )
  expect(prepared.plot.left).toBeGreaterThan(20)
  expect(prepared.buckets[0]?.x).toBe(prepared.plot.left)
  expect([timeAt(prepared, prepared.plot.left), timeAt(prepared, 100), timeAt(prepared, 0)]).toEqual([0, 100, 0])
})

test('the lines of an axis are written as short as all of them can be', () => {
  const labels = (most: number, format: (value: number) => string) =>
    prepare(input({ format, height: 250, series: [series('a', [[0, most]])] })).yTicks.map(({ label }) => label)
  expect(labels(20, cost)).toEqual(['', '$5', '$10', '$15', '$20'])
  expect(labels(20e6, count)).toEqual(['', '5M', '10M', '15M', '20M'])
  expect(labels(2, cost)).toEqual(['', '$0.50', '$1.00', '$1.50', '$2.00'])
})

test('nothing at all is empty and does not throw', () => {
  expect(prepare(input({})).empty).toBe(true)
})

test('a reference is a dotted line through the middles of the bars, stands on nothing and raises the scale', () => {
  const before: ChartSeries = {
    ...series('before', [
      [0, 40],
      [10, 20],
    ]),
    reference: true,
  }
  const bars = [
    series('a', [
      [0, 10],
      [10, 10],
    ]),
    series('b', [
      [0, 10],
      [10, 10],
    ]),
  ]
  const drawn = prepare(input({ series: [...bars, before], form: 'bar', stacked: true, to: 20 }))
  expect(drawn.bars).toHaveLength(4)
  expect(drawn.lines).toEqual([{ key: 'before', color: 'red', path: '', dotted: 'M25 16L75 66', dots: '', area: '' }])
  expect(valuesAt(drawn, 0).map(({ key, value }) => [key, value])).toEqual([
    ['before', 40],
    ['a', 10],
    ['b', 10],
  ])
})
