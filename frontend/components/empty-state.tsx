// empty-state.tsx: why there is nothing, and what next.
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { stats } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import { type Filter, formatFilter, formatTerm } from '../lib/filter.ts'
import { visible } from '../lib/safe-text.ts'
import type { Stats } from '../lib/shapes.ts'
import { rangeLabel } from '../lib/time-range.ts'
import { useView } from '../lib/use-window.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'

type EmptyStateProps = { title: string; children?: ReactNode; actions?: ReactNode; className?: string }

export function EmptyState({ title, children, actions, className }: EmptyStateProps) {
  return (
    <div
      data-testid="empty-state"
      className={cx('mx-auto flex max-w-xl flex-col items-start gap-2 px-4 py-12', className)}
    >
      <p className="text-15 font-semibold">{title}</p>
      {children && <div className="text-muted">{children}</div>}
      {actions && <div className="flex flex-wrap gap-2 pt-2">{actions}</div>}
    </div>
  )
}

/** Whether there is nothing at all on this server. */
export function isNothing({ spanCount, logCount, metricCount, callCount, sessionCount }: Stats): boolean {
  return spanCount + logCount + metricCount + callCount + sessionCount === 0
}

/** Before the first record a range or a filter is not what is in the way. */
export function NothingYet({ title = 'Nothing has arrived yet' }: { title?: string }) {
  return (
    <EmptyState
      title={title}
      actions={
        <Link
          href="/"
          data-testid="begin"
          className="inline-flex h-7 items-center rounded-control border border-line px-3 text-12 font-semibold focus-ring hover:bg-hover coarse:h-9"
        >
          Set an agent up, or read its history
        </Link>
      }
    >
      <p>This screen fills by itself with the first record that comes.</p>
    </EmptyState>
  )
}

type NothingFoundProps = {
  things: string
  /** The filter of the view, where it has one: each part of it can be let go. */
  filter?: { filter: Filter; text: string; set(text: string): void }
}

/** A list with nothing in the range or under the filter. */
export function NothingFound({ things, filter }: NothingFoundProps) {
  const { range, zone, setRange } = useView()
  const all = 'preset' in range && range.preset === 'all'
  const filtered = filter !== undefined && filter.text !== ''
  const known = useAnswer(stats()).data
  if (known && isNothing(known)) return <NothingYet />
  return (
    <EmptyState
      title={`No ${things} ${filtered ? 'match' : all ? 'yet' : 'in this time'}`}
      actions={
        <>
          {filtered && (
            <Button onClick={() => filter.set('')} data-testid="clear-filter">
              Clear the filter
            </Button>
          )}
          {!all && (
            <Button onClick={() => setRange({ preset: 'all' })} data-testid="show-all-time">
              Show all time
            </Button>
          )}
        </>
      }
    >
      <p>Looked at {rangeLabel(range, zone).toLowerCase()}.</p>
      {filtered && <FilterChips {...filter} />}
    </EmptyState>
  )
}

function FilterChips({ filter, set }: Pick<NonNullable<NothingFoundProps['filter']>, 'filter' | 'set'>) {
  const chips = [
    ...filter.terms.map((term) => ({
      text: formatTerm(term),
      rest: { ...filter, terms: filter.terms.filter((other) => other !== term) },
    })),
    ...(filter.text === '' ? [] : [{ text: filter.text, rest: { ...filter, text: '' } }]),
  ]
  return (
    <ul aria-label="Filter" className="flex flex-wrap gap-1 pt-2">
      {chips.map(({ text, rest }) => (
        <li key={text}>
          <button
            type="button"
            aria-label={`Remove ${text}`}
            data-testid="filter-chip"
            onClick={() => set(formatFilter(rest))}
            className="flex h-6 max-w-80 items-center gap-1 rounded-control bg-selected px-2 text-12 text-foreground focus-ring hover:bg-hover coarse:h-9"
          >
            <code className="truncate">{visible(text)}</code>
            <X aria-hidden className="size-3 shrink-0" />
          </button>
        </li>
      ))}
    </ul>
  )
}
