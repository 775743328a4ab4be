// headline.ts: the six numbers at the top: what they are now, were before, and how they went.
import { cost, count, exact, exactCost, ratio } from '../lib/format.ts'
import type { UsageNumbers, UsageRow } from '../lib/shapes.ts'
import type { Zone } from '../lib/time.ts'
import { cacheHitRate, errorRate, totalsByBucket } from '../lib/usage.ts'
import type { UsageInterval } from '../lib/usage-interval.ts'

export type HeadlineCell = {
  id: 'cost' | 'tokens' | 'requests' | 'sessions' | 'errors' | 'cache'
  label: string
  text: string
  title: string
  now: number | null | undefined
  before: number | null | undefined
  good: 'up' | 'down' | 'none'
  spark: number[]
  path: string
}

export type HeadlineInput = {
  totals: UsageNumbers
  before: UsageNumbers | undefined
  sessions: number | undefined
  sessionsBefore: number | undefined
  rows: readonly UsageRow[]
  interval: UsageInterval
  from: number
  to: number
  zone: Zone
}

/** Finished values for the strip. */
export function headline(input: HeadlineInput): HeadlineCell[] {
  const { totals, before, rows, interval, from, to, zone } = input
  const spark = (pick: (row: UsageRow) => number | null) => totalsByBucket(rows, pick, interval, from, to, zone)
  const divided = (above: number[], below: number[]) =>
    above.map((value, index) => (below[index] ? value / below[index] : 0))
  const requests = spark((row) => row.requests)
  const errors = spark((row) => row.errors)
  const cacheRead = spark((row) => row.cacheReadTokens)
  const input_ = spark((row) => row.inputTokens + row.cacheReadTokens + row.cacheWriteTokens)
  const unpriced = totals.unpricedTokens > 0 ? `; ${exact(totals.unpricedTokens)} tokens have no known price` : ''
  return [
    {
      id: 'cost',
      label: 'Cost',
      text: cost(totals.costUsd),
      title: `${exactCost(totals.costUsd)}${unpriced}`,
      now: totals.costUsd,
      before: before?.costUsd,
      good: 'down',
      spark: spark((row) => row.costUsd),
      path: '/costs',
    },
    {
      id: 'tokens',
      label: 'Tokens',
      text: count(totals.totalTokens),
      title: exact(totals.totalTokens),
      now: totals.totalTokens,
      before: before?.totalTokens,
      good: 'none',
      spark: spark((row) => row.totalTokens),
      path: '/costs',
    },
    {
      id: 'requests',
      label: 'Requests',
      text: count(totals.requests),
      title: `${exact(totals.requests)} answered, ${exact(totals.errors)} failed`,
      now: totals.requests,
      before: before?.requests,
      good: 'none',
      spark: requests,
      path: '/costs',
    },
    {
      id: 'sessions',
      label: 'Sessions',
      text: count(input.sessions),
      title: exact(input.sessions),
      now: input.sessions,
      before: input.sessionsBefore,
      good: 'none',
      spark: [],
      path: '/sessions',
    },
    {
      id: 'errors',
      label: 'Failed requests',
      text: ratio(errorRate(totals)),
      title: `${exact(totals.errors)} of ${exact(totals.requests + totals.errors)} requests`,
      now: errorRate(totals),
      before: before && errorRate(before),
      good: 'down',
      spark: divided(
        errors,
        requests.map((value, index) => value + (errors[index] ?? 0)),
      ),
      path: '/errors',
    },
    {
      id: 'cache',
      label: 'Input from cache',
      text: ratio(cacheHitRate(totals)),
      title: `${exact(totals.cacheReadTokens)} of ${exact(totals.inputTokens + totals.cacheReadTokens + totals.cacheWriteTokens)} input tokens`,
      now: cacheHitRate(totals),
      before: before && cacheHitRate(before),
      good: 'up',
      spark: divided(cacheRead, input_),
      path: '/costs',
    },
  ]
}
