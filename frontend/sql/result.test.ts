// result.test.ts: answers of the database as charts, and the history of statements.
import { describe, expect, test } from 'bun:test'
import { readHistory, withStatement } from './history.ts'
import { isNumeric, seriesOf, usualStep } from './result.ts'

const answer = (columns: [string, string][], rows: unknown[][]) => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows,
  truncated: false,
  durationMs: 1,
})

describe('an answer', () => {
  test('with times and numbers is a course over time, told apart by its text', () => {
    const series = seriesOf(
      answer(
        [
          ['day', 'DATE'],
          ['tool', 'VARCHAR'],
          ['calls', 'BIGINT'],
        ],
        [
          ['2026-11-02', 'a', 2],
          ['2026-11-01', 'a', '9007199254740993'],
          ['2026-11-01', 'b', null],
        ],
      ),
      () => 'red',
    )
    expect(series?.map(({ label, points }) => [label, points.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
    expect(series?.[0]?.points[1]).toEqual([Date.UTC(2026, 10, 2), 2])
    expect(series?.[1]?.points[0]?.[1]).toBeNull()
    expect(usualStep(series ?? [])).toBe(86_400_000)
  })
  test('without times is a table only', () => {
    expect(
      seriesOf(
        answer(
          [
            ['tool', 'VARCHAR'],
            ['calls', 'BIGINT'],
          ],
          [
            ['a', 1],
            ['b', 2],
          ],
        ),
        () => 'red',
      ),
    ).toBeUndefined()
  })
  test('tells numbers by their type', () => {
    expect(
      ['BIGINT', 'UTINYINT', 'DECIMAL(18,3)', 'DOUBLE', 'VARCHAR', 'INTERVAL', 'TIMESTAMP_NS'].map(isNumeric),
    ).toEqual([true, true, true, true, false, false, false])
  })
})

describe('the history', () => {
  test('holds each statement once, the last on top', () => {
    expect(withStatement(['b', 'a'], 'a')).toEqual(['a', 'b'])
  })
  test('that is broken is empty', () => {
    expect([readHistory('{"x":1}'), readHistory('nonsense'), readHistory(null), readHistory('[1,"a"]')]).toEqual([
      [],
      [],
      [],
      ['a'],
    ])
  })
})
