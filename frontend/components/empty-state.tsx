// empty-state.tsx: why there is nothing, and what next.
import type { ReactNode } from 'react'
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

/** A list with nothing in the range or under the filter; each of the two can be let go. */
export function NothingFound({
  things,
  filter,
  onClear,
}: {
  things: string
  filter?: string | undefined
  onClear?: (() => void) | undefined
}) {
  const { range, zone, setRange } = useView()
  const all = 'preset' in range && range.preset === 'all'
  return (
    <EmptyState
      title={`No ${things} ${filter ? 'match' : all ? 'yet' : 'in this time'}`}
      actions={
        <>
          {filter && onClear && (
            <Button onClick={onClear} data-testid="clear-filter">
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
      <p>
        Looked at {rangeLabel(range, zone).toLowerCase()}
        {filter ? (
          <>
            {' for '}
            <code className="break-all text-foreground">{filter}</code>
          </>
        ) : null}
        .
      </p>
    </EmptyState>
  )
}
