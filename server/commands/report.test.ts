import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { UsageReport } from '../api/usage/routes.ts'
import { usageRoutes } from '../api/usage/routes.ts'
import { at, type Bench, insertCalls, modelCall, openBench } from '../api/usage/testing.ts'
import { UsageError } from '../usage-error.ts'
import { priceBody, priceText, repricedText } from './prices.ts'
import { type ReportKind, type ReportOptions, reportDocument, reportKinds, reportPath, reportTable } from './report.ts'
import { tableOf } from './table.ts'
import { dollars } from './words.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(usageRoutes as never)
  await insertCalls(bench.store, [
    modelCall({ timeUnixNano: at('2026-11-21T23:30:00Z'), project: 'web', inputTokens: 1_234_567, costNanoUsd: 1e9 }),
    modelCall({
      timeUnixNano: at('2026-11-22T04:00:00Z'),
      project: 'api',
      model: 'o3',
      tool: 'codex',
      sessionId: 's2',
    }),
    modelCall({
      timeUnixNano: at('2026-11-22T05:00:00Z'),
      model: 'house-model-7',
      costNanoUsd: null,
      computedCostNanoUsd: null,
      costBasis: 'unpriced',
    }),
  ])
})
afterAll(() => bench.close())

const usage = async (kind: string, options: ReportOptions = {}): Promise<UsageReport> => {
  const { status, body } = await bench.get(reportPath(kind, { tz: 'UTC', ...options }))
  expect([status, body.message]).toEqual([200, undefined])
  return body
}
const lines = async (kind: ReportKind, options: ReportOptions = {}, width = Number.POSITIVE_INFINITY) =>
  reportTable(kind, await usage(kind, options), width).split('\n')

describe('a report', () => {
  test('has the rows and totals of /api/usage, the group’s own name or the bucket first', async () => {
    for (const kind of reportKinds) {
      const { rows, totals } = reportDocument(await usage(kind))
      const first = Object.keys(rows[0] as object)[0]
      expect([kind, first]).toEqual([kind, kind.endsWith('ly') ? 'bucket' : kind])
      expect(totals).toMatchObject({ requests: 3, totalTokens: 1_236_867, costUsd: 1.01, unpricedTokens: 1100 })
    }
  })

  test('counts the days of the zone asked for', async () => {
    const days = async (tz: string) => (await usage('daily', { tz })).rows.map((row) => row.bucket?.slice(0, 10))
    expect(await days('UTC')).toEqual(['2026-11-21', '2026-11-22'])
    expect(await days('Europe/Berlin')).toEqual(['2026-11-22'])
  })

  test('is filtered and broken down by model', async () => {
    expect((await usage('daily', { tool: 'codex' })).totals.requests).toBe(1)
    expect((await usage('model', { project: 'web' })).rows).toHaveLength(1)
    expect((await usage('daily', { from: '2026-11-22', to: '2026-11-22' })).rows).toHaveLength(1)
    expect((await usage('tool', { tool: 'all' })).rows).toHaveLength(2)
    const broken = await usage('daily', { breakdown: true })
    expect(broken.rows.map((row) => `${row.bucket?.slice(0, 10)} ${row.model}`)).toEqual([
      '2026-11-21 claude-sonnet-4-5',
      '2026-11-22 o3',
      '2026-11-22 house-model-7',
    ])
    expect((await lines('daily', { breakdown: true }))[3]).toMatch(/^2026-11-22 +o3 +1 /)
  })

  test('as a table has a line for each row, the total, and says what has no price', async () => {
    const [head, rule, first, second, , total, blank, note] = await lines('daily')
    expect(head).toMatch(/^Day +Requests +Input +Cache write +Cache read +Output +Reasoning +Errors +Total +Cost$/)
    expect(rule).toMatch(/^─+$/)
    expect(first).toMatch(/^2026-11-21 +1 +1,234,567 +0 +0 +100 +0 +0 +1,234,667 +\$1\.00$/)
    expect(second).toMatch(/\$0\.01\+$/)
    expect(total).toMatch(/^Total +3 .* \$1\.01\+$/)
    expect(blank).toBe('')
    expect(note).toContain('1,100 tokens are of models without a price')
    expect((await lines('model')).find((line) => line.startsWith('house-model-7'))).toMatch(/ —$/)
  })

  test('fits the terminal by leaving columns out, never the name, the total or the cost', async () => {
    for (const width of [40, 60, 80, 120]) {
      const text = await lines('daily', {}, width)
      expect([width, Math.max(...text.slice(0, 6).map((line) => Bun.stringWidth(line))) <= width]).toEqual([
        width,
        true,
      ])
      expect(text[0]).toMatch(/^Day .*Total +Cost$/)
    }
    expect((await lines('daily', {}, 60))[0]).not.toContain('Reasoning')
  })

  test('of nothing says so', async () => {
    expect(reportTable('daily', await usage('daily', { project: 'none' }), 80)).toBe('nothing was used in this time\n')
  })

  test.each([
    ['yearly', {}, 'yearly'],
    ['daily', { tz: 'Mars' }, '--tz'],
    ['daily', { from: '2026-02-30' }, '--from'],
    ['daily', { to: 'tomorrow' }, '--to'],
  ])('%s with %j is refused, naming what is wrong', (kind, options, named) => {
    expect(() => reportPath(kind, options)).toThrow(UsageError)
    expect(() => reportPath(kind, options)).toThrow(named)
  })
})

describe('prices on the command line', () => {
  test('are read from what was typed', () => {
    expect(priceBody({ input: '3', output: '.5', cacheWrite1h: '6.25', from: '2026-01-01' })).toEqual({
      input: 3,
      output: 0.5,
      cacheWrite1h: 6.25,
      from: '2026-01-01',
    })
    expect(priceBody({ included: true })).toEqual({ included: true })
  })

  test.each([
    [{ input: '3' }, '--output'],
    [{ input: '3', output: '-1' }, '--output'],
    [{ input: '1e9', output: '1' }, '--input'],
    [{ input: '3', output: '1', from: 'soon' }, '--from'],
  ])('%j is refused, naming what is wrong', (options, named) => {
    expect(() => priceBody(options)).toThrow(UsageError)
    expect(() => priceBody(options)).toThrow(named)
  })

  test('are shown with how they were found, in full', () => {
    const text = priceText({
      model: 'anthropic/m',
      as: 'm',
      source: 'genai-prices',
      rule: 'prefix',
      included: false,
      input: 6.875,
      output: 0.0028,
      cacheRead: null,
      cacheWrite5m: 1,
      cacheWrite1h: 1,
      webSearch: 0,
      tiers: [
        { tokens: 272_000, inclusive: true, input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 },
      ],
    })
    expect(text).toContain('genai-prices, found by: prefix')
    expect(text).toContain('input $6.875, output $0.0028, cache read —')
    expect(text).toContain('≥ 272,000')
  })

  test('re-priced say what moved', () => {
    const text = repricedText(
      {
        dryRun: true,
        calls: 10,
        changed: 2,
        costUsd: { before: 1, after: 2 },
        moved: [
          { tool: 'codex', model: 'm', calls: 2, costUsd: { before: 1, after: 2 }, newlyPriced: 1, newlyUnpriced: 0 },
        ],
        durationMs: 1,
      },
      80,
    )
    expect(text).toMatch(/m +codex +2 +\$1\.00 +\$2\.00 +1 +0/)
    expect(text).toEndWith('10 requests, 2 changed: $1.00 → $2.00\nnothing was changed (--dry-run)\n')
  })
})

test('money has two decimals, or below a dollar two digits that say something', () => {
  expect([0, 1284.5, 12.341, 0.42, 0.0061, 0.000000001, -3].map(dollars)).toEqual([
    '$0.00',
    '$1,284.50',
    '$12.34',
    '$0.42',
    '$0.0061',
    '$0.000000001',
    '-$3.00',
  ])
})

test('a table cuts its first column last, with wide characters measured as they are shown', () => {
  const rows = ['プロジェクト名がとても長い', 'short\nname']
  const text = tableOf(
    [
      { head: 'Name', cell: (row: string) => row },
      { head: 'N', cell: () => '1' },
    ],
    rows,
    undefined,
    18,
  )
  for (const line of text.trimEnd().split('\n')) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(18)
  expect(text).toContain('…')
  expect(text).toContain('short\\nname')
})
