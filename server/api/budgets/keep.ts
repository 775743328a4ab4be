// keep.ts: budgets in the database: read whole, written whole.
import type { TableWriter } from '../../store/append.ts'
import { big, maybe, query, type Runner, real, text } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'
import budgetsSql from './budgets.sql' with { type: 'text' }
import type { Period } from './period.ts'

/** What may be spent in each period; without `tool` and `project` on everything. */
export type Budget = {
  id: string
  name: string | undefined
  period: Period
  tool: string | undefined
  project: string | undefined
  limitNanoUsd: bigint
  /** From this share of the limit on it is a warning. */
  warnPercent: number
  /** IANA name. */
  tz: string
}

const listBudgets = query(
  budgetsSql,
  {},
  {
    id: text,
    name: maybe(text),
    period: text,
    tool: maybe(text),
    project: maybe(text),
    limit_nano_usd: big,
    warn_percent: real,
    tz: text,
  },
)
const removeAll = query('delete from budgets returning id', {}, { id: text })

const budgetWriter: TableWriter<Budget & { position: number }> = {
  table: 'budgets',
  columns: [
    { name: 'position', type: 'integer', take: ({ position }) => position },
    { name: 'id', type: 'text', take: ({ id }) => id },
    { name: 'name', type: 'text', take: ({ name }) => name },
    { name: 'period', type: 'text', take: ({ period }) => period },
    { name: 'tool', type: 'text', take: ({ tool }) => tool },
    { name: 'project', type: 'text', take: ({ project }) => project },
    { name: 'limit_nano_usd', type: 'bigint', take: ({ limitNanoUsd }) => limitNanoUsd },
    { name: 'warn_percent', type: 'double', take: ({ warnPercent }) => warnPercent },
    { name: 'tz', type: 'text', take: ({ tz }) => tz },
  ],
}

/** All of them. */
export async function readBudgets(runner: Runner): Promise<Budget[]> {
  const rows = await listBudgets(runner, {})
  return rows.map(({ id, name, period, tool, project, limit_nano_usd, warn_percent, tz }) => ({
    id,
    name: name ?? undefined,
    period: period as Period,
    tool: tool ?? undefined,
    project: project ?? undefined,
    limitNanoUsd: limit_nano_usd,
    warnPercent: warn_percent,
    tz,
  }))
}

/** Puts these in place of all there were. */
export async function replaceBudgets(tx: Tx, budgets: readonly Budget[]): Promise<void> {
  await removeAll(tx, {})
  if (budgets.length > 0)
    await tx.append(
      budgetWriter,
      budgets.map((budget, position) => ({ ...budget, position })),
    )
}
