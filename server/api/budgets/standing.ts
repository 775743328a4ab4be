// standing.ts: how budgets stand against what was used, and which limits that reached.
import type { Runner } from '../../store/query.ts'
import type { TimeRange } from '../params.ts'
import { formatTime, parseTime } from '../time.ts'
import { readUsage } from '../usage/read-usage.ts'
import { costOf, type UsageRow, usd } from '../usage/shape.ts'
import { type Budget, readBudgets } from './keep.ts'
import { periodAt, type Span } from './period.ts'

export const levels = ['ok', 'warning', 'exceeded'] as const
export type Level = (typeof levels)[number]

/** How a budget stands in the periods that share a moment with the range, the latest first; those without usage are left out. */
export async function standings(runner: Runner, budget: Budget, range: TimeRange) {
  const { period, tz, tool, project } = budget
  const whole = { from: periodAt(range.from, period, tz).start, to: periodAt(range.to, period, tz).end - 1n }
  const asked = { groupBy: [], interval: period, tz, ...whole, filters: { tool, project } }
  const { groups } = await readUsage(runner, asked)
  return groups.map(({ bucket, usage }) => standing(budget, periodAt(parseTime(bucket!)!, period, tz), usage)).reverse()
}

/** How a budget stands after what was used in one period. */
export function standing({ limitNanoUsd, warnPercent }: Budget, { start, end }: Span, usage: UsageRow) {
  const cost = costOf(usage) ?? 0n
  const percent = Number((cost * 10_000n) / limitNanoUsd) / 100
  const state: Level = cost >= limitNanoUsd ? 'exceeded' : percent >= warnPercent ? 'warning' : 'ok'
  return {
    state,
    spent: {
      periodStart: formatTime(start),
      periodEnd: formatTime(end),
      costUsd: usd(cost)!,
      unpricedTokens: usage.unpriced_tokens,
      percent,
    },
  }
}

/** A budget as it is shown: in dollars. */
export const shown = ({ limitNanoUsd, ...rest }: Budget) => ({ ...rest, limitUsd: usd(limitNanoUsd)! })

/** The limits that were reached, or nearly, in the periods that a range touches. */
export async function fired(runner: Runner, range: TimeRange) {
  const alerts = []
  for (const budget of await readBudgets(runner)) {
    for (const { state, spent } of await standings(runner, budget, range)) {
      if (state === 'ok') continue
      const { id, ...rest } = shown(budget)
      alerts.push({ budgetId: id, level: state, ...rest, ...spent })
    }
  }
  return alerts
}
export type Fired = Awaited<ReturnType<typeof fired>>[number]
