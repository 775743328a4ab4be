// budget-strip.tsx: where each budget stands in its present period.
import { Link } from 'wouter'
import { budgets } from '../api.ts'
import { useAgentLook } from '../components/agents.tsx'
import { BudgetBar, BudgetState } from '../components/budget-bar.tsx'
import { useAnswer } from '../lib/answers.ts'
import { budgetName, spentOf } from '../lib/budget.ts'
import { useUrl } from '../lib/url-state.ts'

const worst = { exceeded: 0, warning: 1, ok: 2 } as const
const shownMax = 4

export function BudgetStrip() {
  const { link } = useUrl()
  const agent = useAgentLook()
  const answer = useAnswer(budgets())
  const sorted = answer.data?.budgets.toSorted((a, b) => worst[a.state] - worst[b.state] || b.percent - a.percent)
  if (!sorted || sorted.length === 0) return null
  const rest = sorted.length - shownMax
  return (
    <section aria-label="Budgets" data-testid="budget-strip">
      <Link
        href={link('/settings', { tab: 'budgets' })}
        title={rest > 0 ? `${rest} more in the settings` : undefined}
        className="grid gap-x-6 gap-y-2 rounded-panel px-3 py-2 focus-ring hairline hover:bg-hover sm:grid-cols-2 xl:grid-cols-4"
      >
        {sorted.slice(0, shownMax).map((budget) => {
          const name = budgetName(budget, (id) => agent(id).name)
          return (
            <span key={budget.id} className="flex min-w-0 flex-col gap-1" data-testid={`budget-${budget.id}`}>
              <span className="flex items-baseline justify-between gap-2">
                <span className="truncate font-semibold">
                  <bdi>{name}</bdi>
                </span>
                <BudgetState {...budget} />
              </span>
              <BudgetBar {...budget} name={name} />
              <span className="text-12 text-muted" data-slot="number">
                {spentOf(budget)}
              </span>
            </span>
          )
        })}
      </Link>
    </section>
  )
}
