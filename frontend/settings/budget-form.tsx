// budget-form.tsx: one budget, made or changed.
import { type FormEvent, useState } from 'react'
import { agents, type BudgetGiven, usage } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import type { Budget } from '../lib/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/input.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'

type BudgetFormProps = {
  budget: Budget | undefined
  /** Saves it; throws what the server says. */
  onSave(budget: BudgetGiven): Promise<void>
  onCancel(): void
}

const everything = { from: undefined, to: undefined }

export function BudgetForm({ budget, onSave, onCancel }: BudgetFormProps) {
  const [name, setName] = useState(budget?.name ?? '')
  const [period, setPeriod] = useState<Budget['period']>(budget?.period ?? 'day')
  const [tool, setTool] = useState(budget?.tool ?? '')
  const [project, setProject] = useState(budget?.project ?? '')
  const [limit, setLimit] = useState(budget ? String(budget.limitUsd) : '')
  const [warn, setWarn] = useState(String(budget?.warnPercent ?? 80))
  const [failure, setFailure] = useState<string>()
  const [saving, setSaving] = useState(false)
  const known = useAnswer(agents())
  const projects = useAnswer(usage(everything, ['project']))
  const limitUsd = Number(limit)
  const warnPercent = Number(warn)
  const wrong =
    limit.trim() === '' || !(limitUsd > 0)
      ? 'Give a limit above $0'
      : !(warnPercent >= 1 && warnPercent <= 100)
        ? 'Warn from 1 to 100 percent on'
        : undefined

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (wrong) return
    setSaving(true)
    setFailure(undefined)
    try {
      await onSave({
        ...(budget ? { id: budget.id } : {}),
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(tool ? { tool } : {}),
        ...(project.trim() ? { project: project.trim() } : {}),
        period,
        limitUsd,
        warnPercent,
        // The day ends where the reader lives.
        tz: budget?.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      })
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown))
      setSaving(false)
    }
  }

  return (
    <form onSubmit={submit} data-testid="budget-form" className="grid gap-3 sm:grid-cols-2">
      <Field label="Limit in US dollars" id="budget-limit">
        <Input
          id="budget-limit"
          data-testid="budget-limit"
          data-focus-first
          inputMode="decimal"
          placeholder="20"
          value={limit}
          onChange={(event) => setLimit(event.target.value.replace(',', '.'))}
        />
      </Field>
      <Field label="In each" id="budget-period">
        <Segmented<Budget['period']>
          label="Period"
          value={period}
          onChange={setPeriod}
          options={[
            { value: 'day', label: 'Day' },
            { value: 'week', label: 'Week' },
            { value: 'month', label: 'Month' },
          ]}
          className="self-start"
        />
      </Field>
      <Field label="Agent" id="budget-tool">
        <Select
          id="budget-tool"
          label="Agent"
          data-testid="budget-tool"
          value={tool}
          onChange={setTool}
          options={[
            { value: '', label: 'All agents' },
            ...(known.data?.agents.map(({ id, name: text }) => ({ value: id, label: text })) ?? []),
            ...(tool && !known.data?.agents.some(({ id }) => id === tool) ? [{ value: tool, label: tool }] : []),
          ]}
        />
      </Field>
      <Field label="Project" id="budget-project">
        <Input
          id="budget-project"
          data-testid="budget-project"
          list="budget-projects"
          placeholder="All projects"
          value={project}
          onChange={(event) => setProject(event.target.value)}
        />
        <datalist id="budget-projects">
          {projects.data?.rows.map((row) => row.project && <option key={row.project} value={row.project} />)}
        </datalist>
      </Field>
      <Field label="Warn from percent on" id="budget-warn">
        <Input
          id="budget-warn"
          data-testid="budget-warn"
          inputMode="numeric"
          value={warn}
          onChange={(event) => setWarn(event.target.value)}
        />
      </Field>
      <Field label="Name (may be left out)" id="budget-name">
        <Input
          id="budget-name"
          data-testid="budget-name"
          maxLength={255}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <div className="flex items-center gap-2 sm:col-span-2">
        <span className="min-w-0 flex-1 text-12 text-error" role={failure ? 'alert' : undefined}>
          {failure ?? (limit !== '' ? wrong : undefined)}
        </span>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="solid" disabled={wrong !== undefined || saving} data-testid="budget-save">
          {budget ? 'Save' : 'Add the budget'}
        </Button>
      </div>
    </form>
  )
}

function Field({ label, id, children }: { label: string; id: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-12 text-muted">
        {label}
      </label>
      {children}
    </div>
  )
}
