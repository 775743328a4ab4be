// budgets.tsx: what may be spent, how much of it was, and who hears when it is reached.
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { type BudgetGiven, budgets, saveBudgets } from '../api.ts'
import { useAgentLook } from '../components/agents.tsx'
import { BudgetBar, BudgetState } from '../components/budget-bar.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Panel } from '../components/panel.tsx'
import { askAgain, useAnswer } from '../lib/answers.ts'
import { budgetName, spentOf } from '../lib/budget.ts'
import { count } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { Budget } from '../lib/shapes.ts'
import { ago, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { AlertChannels } from './alert-channels.tsx'
import { BudgetForm } from './budget-form.tsx'

export function Budgets() {
  const answer = useAnswer(budgets())
  const [edited, setEdited] = useState<Budget | 'new'>()
  const [failure, setFailure] = useState<Error>()
  const list = answer.data?.budgets

  async function save(next: readonly BudgetGiven[]) {
    await saveBudgets(next)
    setFailure(undefined)
    askAgain()
  }
  const given = (budget: Budget): BudgetGiven => {
    const { id, name, period, tool, project, limitUsd, warnPercent, tz } = budget
    return {
      id,
      period,
      limitUsd,
      warnPercent,
      tz,
      ...(name && { name }),
      ...(tool && { tool }),
      ...(project && { project }),
    }
  }
  async function remove(budget: Budget) {
    try {
      await save((list ?? []).filter(({ id }) => id !== budget.id).map(given))
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <Panel
        title="Budgets"
        note="what may be spent, by the cost in force"
        testId="budgets"
        actions={
          <Button look="solid" onClick={() => setEdited('new')} data-testid="budget-new">
            <Plus aria-hidden className="size-3.5" />
            New budget
          </Button>
        }
      >
        {(failure ?? (!list && answer.error)) && (
          <ErrorState
            what="The budgets could not be read or saved."
            error={failure ?? answer.error!}
            retry={answer.retry}
          />
        )}
        {!list ? (
          <SkeletonRows rows={3} rowClass="h-14" />
        ) : list.length === 0 ? (
          <EmptyState title="No budgets yet" className="py-6">
            A budget warns here, on the desktop or in a chat before a day, week or month costs more than you want. It
            never stops an agent.
          </EmptyState>
        ) : (
          <ul>
            {list.map((budget) => (
              <li key={budget.id} className="hairline-t first:border-0">
                <BudgetRow budget={budget} onEdit={() => setEdited(budget)} onRemove={() => void remove(budget)} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <AlertChannels />
      <Dialog
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        title={edited === 'new' ? 'New budget' : 'Change the budget'}
      >
        <BudgetForm
          budget={edited === 'new' ? undefined : edited}
          onCancel={() => setEdited(undefined)}
          onSave={async (budget) => {
            const others = (list ?? []).map(given)
            const place = others.findIndex(({ id }) => id === budget.id)
            await save(place < 0 ? [...others, budget] : others.with(place, budget))
            setEdited(undefined)
          }}
        />
      </Dialog>
    </div>
  )
}

function BudgetRow({ budget, onEdit, onRemove }: { budget: Budget; onEdit(): void; onRemove(): void }) {
  const agent = useAgentLook()
  const zone = useSettings((settings) => settings.zone)
  const [sure, setSure] = useState(false)
  const name = budgetName(budget, (id) => agent(id).name)
  const scope = [
    budget.tool ? agent(budget.tool).name : 'all agents',
    oneLine(budget.project ?? 'all projects', 255),
  ].join(', ')
  return (
    <div data-testid={`budget-row-${budget.id}`} className="flex items-center gap-3 px-3 py-2">
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="min-w-0 truncate font-semibold">
            <bdi>{name}</bdi> <span className="text-12 font-normal text-muted">{scope}</span>
          </span>
          <BudgetState {...budget} />
        </div>
        <BudgetBar {...budget} name={name} />
        <div className="flex flex-wrap justify-between gap-x-3 text-12 text-muted" data-slot="number">
          <span>{spentOf(budget)}</span>
          <span>
            {budget.unpricedTokens > 0 && `${count(budget.unpricedTokens)} tokens have no price · `}
            new {budget.period} {ago(toMs(budget.periodEnd), Date.now(), zone)}
          </span>
        </div>
      </div>
      {sure ? (
        <span className="flex shrink-0 gap-1">
          <Button size="small" onClick={onRemove} data-testid="budget-remove-sure">
            Delete
          </Button>
          <Button size="small" look="quiet" onClick={() => setSure(false)}>
            Keep
          </Button>
        </span>
      ) : (
        <span className="flex shrink-0">
          <IconButton label={`Change ${name}`} onClick={onEdit} data-testid="budget-edit">
            <Pencil aria-hidden className="size-3.5" />
          </IconButton>
          <IconButton label={`Delete ${name}`} onClick={() => setSure(true)} data-testid="budget-remove">
            <Trash2 aria-hidden className="size-3.5" />
          </IconButton>
        </span>
      )}
    </div>
  )
}
