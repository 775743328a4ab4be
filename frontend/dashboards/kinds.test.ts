// kinds.test.ts: the kinds of widgets are whole: all of the eight that others have, each with a title and a place it fits in.
import { expect, test } from 'bun:test'
import { kindOf, kinds, titleFor } from './kinds.ts'
import { columns } from './layout.ts'

test('the eight kinds of ai-observer are there under its names, and more', () => {
  const ids = kinds.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(
    expect.arrayContaining([
      ...['stats_traces', 'stats_metrics', 'stats_logs', 'stats_error_rate'],
      ...['active_services', 'recent_activity', 'metric_value', 'metric_chart'],
      ...['table', 'heat_map', 'top_list', 'markdown', 'usage_value', 'usage_chart', 'sql'],
    ]),
  )
})

test('each has a title without settings, fits on the grid, and no setting twice', () => {
  for (const { id, title, size, fields } of kinds) {
    expect([id, title({}).length > 2]).toEqual([id, true])
    expect(size.colSpan).toBeLessThanOrEqual(columns)
    expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length)
  }
})

test('titles follow the settings, and an unknown kind is called what it is', () => {
  expect(titleFor('usage_chart', { value: 'totalTokens', groupBy: 'model' })).toBe('Tokens by model')
  expect(titleFor('usage_chart', { groupBy: 'kind' })).toBe('Tokens by kind')
  expect(titleFor('top_list', { groupBy: 'project' })).toBe('Top projects')
  expect(titleFor('metric_value', { metricName: 'shop.sold' })).toBe('shop.sold')
  expect(titleFor('pie_chart', {})).toBe('pie_chart')
  expect(kindOf('pie_chart')).toBeUndefined()
})
