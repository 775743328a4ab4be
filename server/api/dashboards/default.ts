// default.ts: the dashboard that the server makes when there is no other.
import type { NewWidget } from './shape.ts'

export const defaultName = 'Overview'
export const defaultDescription = 'What it cost, how much it was, what failed and what goes on'

const widget = (
  widgetType: string,
  title: string,
  [gridColumn, gridRow, colSpan, rowSpan]: readonly [number, number, number, number],
  config: Record<string, unknown>,
): NewWidget => ({ widgetType, title, gridColumn, gridRow, colSpan, rowSpan, config })

/** On a grid of twelve columns: what it cost, how much it was, how much failed, what it went into, and what goes on. */
export const defaultWidgets: readonly NewWidget[] = [
  widget('usage_value', 'Cost', [0, 0, 2, 1], { value: 'costUsd' }),
  widget('usage_value', 'Tokens', [2, 0, 2, 1], { value: 'totalTokens' }),
  widget('usage_value', 'Requests', [4, 0, 2, 1], { value: 'requests' }),
  widget('usage_value', 'Sessions', [6, 0, 2, 1], { value: 'sessions' }),
  widget('stats_error_rate', 'Error rate', [8, 0, 2, 1], { of: 'requests' }),
  widget('usage_value', 'Input from cache', [10, 0, 2, 1], { value: 'cacheHitRate' }),
  widget('usage_chart', 'Cost by agent', [0, 1, 6, 3], { value: 'costUsd', groupBy: 'tool', stacked: true }),
  widget('usage_chart', 'Tokens by kind', [6, 1, 6, 3], { groupBy: 'kind', stacked: true }),
  widget('top_list', 'Top models', [0, 4, 4, 3], { groupBy: 'model', value: 'costUsd', limit: 8 }),
  widget('top_list', 'Top projects', [4, 4, 4, 3], { groupBy: 'project', value: 'costUsd', limit: 8 }),
  widget('top_list', 'Tools', [8, 4, 4, 3], { groupBy: 'toolCalls', limit: 8 }),
  widget('recent_activity', 'Recent sessions', [0, 7, 6, 4], { of: 'sessions', limit: 10 }),
  widget('heat_map', 'Hours of the week', [6, 7, 6, 2], { of: 'week', value: 'totalTokens' }),
  widget('active_services', 'Active services', [6, 9, 6, 2], {}),
]
