// templates.ts: dashboards to begin with, each about one question.
import { CircleDollarSign, Database, type LucideIcon, ShieldAlert, Users } from 'lucide-react'
import type { NewWidget } from './changes.ts'

export type Template = {
  id: string
  name: string
  description: string
  icon: LucideIcon
  widgets: readonly NewWidget[]
}

/** `at` is column, row, width and height. */
function widget(
  widgetType: string,
  title: string,
  [gridColumn, gridRow, colSpan, rowSpan]: readonly [number, number, number, number],
  config: NewWidget['config'] = {},
): NewWidget {
  return { widgetType, title, gridColumn, gridRow, colSpan, rowSpan, config }
}

export const templates: readonly Template[] = [
  {
    id: 'costs',
    name: 'What it costs',
    description: 'Money by day, agent, model and project, today and this month',
    icon: CircleDollarSign,
    widgets: [
      widget('usage_value', 'Today', [0, 0, 3, 1], { value: 'costUsd', range: 'today' }),
      widget('usage_value', 'This week', [3, 0, 3, 1], { value: 'costUsd', range: 'week' }),
      widget('usage_value', 'This month', [6, 0, 3, 1], { value: 'costUsd', range: 'month' }),
      widget('usage_value', 'In the time above', [9, 0, 3, 1], { value: 'costUsd' }),
      widget('usage_chart', 'Cost by model', [0, 1, 8, 4], { value: 'costUsd', groupBy: 'model' }),
      widget('top_list', 'Dearest sessions', [8, 1, 4, 4], { groupBy: 'session', value: 'costUsd', limit: 10 }),
      widget('table', 'By project', [0, 5, 7, 3], { groupBy: 'project', limit: 20 }),
      widget('top_list', 'By branch', [7, 5, 5, 3], { groupBy: 'branch', value: 'costUsd', limit: 8 }),
      widget('heat_map', 'A year', [0, 8, 12, 2], { of: 'year', value: 'costUsd' }),
    ],
  },
  {
    id: 'tokens',
    name: 'Tokens and caches',
    description: 'What the tokens are, how much came from the cache, who uses them',
    icon: Database,
    widgets: [
      widget('usage_value', 'Tokens', [0, 0, 3, 1], { value: 'totalTokens' }),
      widget('usage_value', 'Input from cache', [3, 0, 3, 1], { value: 'cacheHitRate' }),
      widget('usage_value', 'Output', [6, 0, 3, 1], { value: 'outputTokens' }),
      widget('usage_value', 'Reasoning', [9, 0, 3, 1], { value: 'reasoningTokens' }),
      widget('usage_chart', 'Tokens by kind', [0, 1, 6, 3], { groupBy: 'kind' }),
      widget('usage_chart', 'Tokens by agent', [6, 1, 6, 3], { groupBy: 'tool', value: 'totalTokens' }),
      widget('table', 'By model', [0, 4, 7, 3], { groupBy: 'model', limit: 20 }),
      widget('top_list', 'By purpose', [7, 4, 5, 3], { groupBy: 'querySource', value: 'totalTokens', limit: 8 }),
    ],
  },
  {
    id: 'failures',
    name: 'What fails',
    description: 'Failed requests and tools, and the last traces',
    icon: ShieldAlert,
    widgets: [
      widget('stats_error_rate', 'Failed requests', [0, 0, 3, 1], { of: 'requests' }),
      widget('stats_error_rate', 'Failed tools', [3, 0, 3, 1], { of: 'tools' }),
      widget('stats_traces', 'Traces', [6, 0, 3, 1]),
      widget('stats_logs', 'Log records', [9, 0, 3, 1]),
      widget('sql', 'Errors by kind, newest first', [0, 1, 7, 4], {
        sql: "select coalesce(error_type, 'unknown') as error, tool, model, count(*) as times, max(time) as last\nfrom model_calls where status = 'error' group by all order by last desc",
        limit: 50,
      }),
      widget('top_list', 'Tools', [7, 1, 5, 4], { groupBy: 'toolCalls', limit: 10 }),
      widget('recent_activity', 'Last traces', [0, 5, 12, 4], { of: 'traces', limit: 15 }),
    ],
  },
  {
    id: 'people',
    name: 'Who works',
    description: 'Users, hosts, subagents and when the work is done',
    icon: Users,
    widgets: [
      widget('usage_value', 'Sessions', [0, 0, 4, 1], { value: 'sessions' }),
      widget('usage_value', 'Requests', [4, 0, 4, 1], { value: 'requests' }),
      widget('usage_value', 'Cost', [8, 0, 4, 1], { value: 'costUsd' }),
      widget('table', 'By user', [0, 1, 6, 3], { groupBy: 'user', limit: 20 }),
      widget('table', 'By host', [6, 1, 6, 3], { groupBy: 'host', limit: 20 }),
      widget('heat_map', 'Hours of the week', [0, 4, 8, 2], { of: 'week', value: 'requests' }),
      widget('top_list', 'Subagents', [8, 4, 4, 4], { groupBy: 'agent', value: 'totalTokens', limit: 8 }),
      widget('recent_activity', 'Last sessions', [0, 6, 8, 4], { of: 'sessions', limit: 10 }),
    ],
  },
]
