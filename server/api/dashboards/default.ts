// default.ts: the dashboard that the server makes when there is no other.
import type { NewWidget } from './shape.ts'

export const defaultName = 'Overview'

const value = (title: string, gridColumn: number, config: Record<string, unknown>): NewWidget => ({
  widgetType: 'usage_value',
  title,
  gridColumn,
  gridRow: 0,
  colSpan: 2,
  rowSpan: 1,
  config,
})

/** On a grid of twelve columns: what it cost, how much it was, how much failed, and what goes on. */
export const defaultWidgets: readonly NewWidget[] = [
  value('Cost', 0, { source: '/api/usage', value: 'costUsd', format: 'usd' }),
  value('Tokens', 2, { source: '/api/usage', value: 'totalTokens' }),
  value('Requests', 4, { source: '/api/usage', value: 'requests' }),
  value('Sessions', 6, { source: '/api/sessions', value: 'total' }),
  {
    widgetType: 'stats_error_rate',
    title: 'Error rate',
    gridColumn: 8,
    gridRow: 0,
    colSpan: 2,
    rowSpan: 1,
    config: { source: '/api/usage', numerator: 'errors', denominator: ['requests', 'errors'], format: 'percent' },
  },
  value('Cache reads', 10, { source: '/api/usage', value: 'cacheReadTokens' }),
  {
    widgetType: 'usage_chart',
    title: 'Cost by day',
    gridColumn: 0,
    gridRow: 1,
    colSpan: 6,
    rowSpan: 2,
    config: { source: '/api/usage', interval: 'day', groupBy: ['tool'], values: ['costUsd'], stacked: true },
  },
  {
    widgetType: 'usage_chart',
    title: 'Tokens by type',
    gridColumn: 6,
    gridRow: 1,
    colSpan: 6,
    rowSpan: 2,
    config: {
      source: '/api/usage',
      interval: 'day',
      values: ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'outputTokens'],
      stacked: true,
    },
  },
  {
    widgetType: 'recent_activity',
    title: 'Recent activity',
    gridColumn: 0,
    gridRow: 3,
    colSpan: 12,
    rowSpan: 2,
    config: { source: '/api/sessions', limit: 10 },
  },
]
