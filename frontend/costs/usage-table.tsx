// usage-table.tsx: every number of usage, by one grouping; each row leads to the records behind it.
import { ArrowDown } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { Basis } from '../components/basis.tsx'
import { cost, costTitle, count, exact, exactCost } from '../lib/format.ts'
import type { CacheSavings, UsageKey, UsageNumbers } from '../lib/shapes.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Table, Td, Th } from '../ui/table.tsx'

export type UsageGroup = { value: string; usage: UsageNumbers }

type Field = { key: keyof UsageNumbers; label: string; title?: string; money?: boolean }

const fields: readonly Field[] = [
  { key: 'costUsd', label: 'Cost', title: 'the cost in force', money: true },
  { key: 'requests', label: 'Requests', title: 'answered requests' },
  { key: 'errors', label: 'Failed', title: 'failed requests' },
  { key: 'totalTokens', label: 'Tokens', title: 'input + cache read + cache write + output' },
  { key: 'inputTokens', label: 'Input', title: 'uncached input tokens' },
  { key: 'cacheReadTokens', label: 'Cache read' },
  { key: 'cacheWriteTokens', label: 'Cache write' },
  { key: 'outputTokens', label: 'Output', title: 'reasoning included' },
  { key: 'reasoningTokens', label: 'Reasoning', title: 'inside output' },
  { key: 'unpricedTokens', label: 'Unpriced', title: 'tokens that are in no cost' },
  { key: 'reportedCostUsd', label: 'Reported', title: 'what the agents said', money: true },
  { key: 'computedCostUsd', label: 'Computed', title: 'what the price table says', money: true },
  { key: 'cacheWrite5mTokens', label: 'Writes 5 min', title: 'cache writes kept five minutes' },
  { key: 'cacheWrite1hTokens', label: 'Writes 1 h', title: 'cache writes kept an hour' },
  { key: 'webSearches', label: 'Searches', title: 'web searches' },
]

type UsageTableProps = {
  groupBy: UsageKey
  label: string
  groups: readonly UsageGroup[]
  totals: UsageNumbers
  /** What caches saved, by the same grouping. */
  saved: CacheSavings | undefined
  look(value: string): { label: string; color: string }
  /** Where a group's records are. */
  href(value: string): string | undefined
}

const rowsAtFirst = 100

export function UsageTable({ groupBy, label, groups, totals, saved, look, href }: UsageTableProps) {
  const [sort, setSort] = useState<keyof UsageNumbers>('costUsd')
  const [most, setMost] = useState(rowsAtFirst)
  // Those of another grouping, which are still there while the new ones are asked for, fit no row.
  const savedOf = new Map(saved?.groupBy === groupBy ? saved.rows.map((row) => [row.key ?? '', row.savedUsd]) : [])
  const sorted = groups.toSorted((a, b) => Number(b.usage[sort] ?? -1) - Number(a.usage[sort] ?? -1))
  return (
    <>
      <Table label={`Usage by ${label.toLowerCase()}`} data-testid="usage-table">
        <thead>
          <tr>
            <Th className="sticky left-0 z-10 bg-background">{label}</Th>
            <Th>Basis</Th>
            <Th className="text-right" title="what caches saved: cached input priced as if there were none">
              Saved
            </Th>
            {fields.map((field) => (
              <Th
                key={field.key}
                className="text-right"
                title={field.title}
                aria-sort={sort === field.key ? 'descending' : undefined}
              >
                <button
                  type="button"
                  onClick={() => setSort(field.key)}
                  className={cx(
                    'inline-flex items-center gap-1 rounded-[3px] focus-ring hover:text-foreground',
                    sort === field.key && 'font-semibold text-foreground',
                  )}
                >
                  {sort === field.key && <ArrowDown aria-hidden className="size-3" />}
                  {field.label}
                </button>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, most).map(({ value, usage }) => {
            const { label: name, color } = look(value)
            const to = href(value)
            return (
              <tr key={value} data-testid="row" data-key={`${groupBy}:${value}`} className="group hover:bg-hover">
                <Td className="sticky left-0 z-10 max-w-72 bg-background">
                  <span className="flex items-center gap-2 text-13">
                    <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: color }} />
                    {to ? (
                      <Link href={to} className="truncate rounded-[3px] focus-ring group-hover:underline" title={value}>
                        <bdi>{name}</bdi>
                      </Link>
                    ) : (
                      <span className="truncate text-muted">{name}</span>
                    )}
                  </span>
                </Td>
                <Cells usage={usage} model={groupBy === 'model' ? value : undefined} saved={savedOf.get(value)} />
              </tr>
            )
          })}
        </tbody>
        <tfoot>
          <tr className="font-semibold">
            <Td className="sticky left-0 z-10 bg-background">All</Td>
            <Cells usage={totals} saved={saved?.totals.savedUsd} />
          </tr>
        </tfoot>
      </Table>
      {groups.length > most && (
        <div className="p-2">
          <Button look="quiet" size="small" onClick={() => setMost(most * 4)}>
            {exact(most)} of {exact(groups.length)} shown; show more
          </Button>
        </div>
      )}
    </>
  )
}

type CellsProps = { usage: UsageNumbers; model?: string | undefined; saved: number | undefined }

function Cells({ usage, model, saved }: CellsProps) {
  return (
    <>
      <Td>
        <Basis name={usage.basis} />
      </Td>
      <Td
        title={exactCost(saved)}
        className={cx('text-right', saved === undefined || saved === 0 ? 'text-muted' : saved < 0 && 'text-error')}
      >
        {cost(saved)}
      </Td>
      {fields.map(({ key, money }) => {
        const value = usage[key] as number | null
        const faint = value === null || value === 0
        return (
          <Td
            key={key}
            title={key === 'costUsd' ? costTitle(value, model) : money ? exactCost(value) : exact(value)}
            className={cx('text-right', faint && 'text-muted', key === 'costUsd' && !faint && 'font-semibold')}
          >
            {money ? cost(value) : count(value)}
          </Td>
        )
      })}
    </>
  )
}
