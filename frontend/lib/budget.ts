// budget.ts: budgets and alerts in words.
import { cost } from './format.ts'
import { oneLine } from './safe-text.ts'
import type { Alert, Budget } from './shapes.ts'

type Named = Pick<Budget, 'name' | 'tool' | 'project' | 'period'>

/** What a budget is of: its name, else what it is limited to. */
export function budgetName({ name, tool, project }: Named, agentName: (id: string) => string): string {
  if (name) return oneLine(name, 255)
  return [tool && agentName(tool), project && oneLine(project, 255)].filter(Boolean).join(' in ') || 'Everything'
}

/** `a day`, `a week`, `a month`. */
export const perPeriod = ({ period }: Pick<Budget, 'period'>) => `a ${period}`

/** `$12.34 of $10.00 a day`. */
export function spentOf(budget: Pick<Budget, 'costUsd' | 'limitUsd' | 'period'>): string {
  return `${cost(budget.costUsd)} of ${cost(budget.limitUsd)} ${perPeriod(budget)}`
}

/** One limit of one budget in one period: what is told once. A limit that was changed is another one. */
export function alertKey({ budgetId, level, periodStart, limitUsd }: Alert): string {
  return `${budgetId} ${level} ${periodStart} ${limitUsd}`
}
