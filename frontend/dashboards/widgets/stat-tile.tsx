// stat-tile.tsx: one number, how it changed against the period before, and how it went.
import { Link } from 'wouter'
import { Sparkline } from '../../charts/sparkline.tsx'
import { Delta } from '../../components/delta.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import type { Answer } from '../../lib/answers.ts'
import { oneLine } from '../../lib/safe-text.ts'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'

type StatTileProps = {
  text: string
  /** The number with all its digits. */
  exactly?: string | undefined
  now?: number | null | undefined
  before?: number | null | undefined
  good?: 'up' | 'down' | 'none'
  spark?: readonly (number | null)[]
  note?: string | undefined
  href?: string | undefined
  height: number
  answer: Pick<Answer<unknown>, 'data' | 'error' | 'pending' | 'retry'>
}

export function StatTile({ text, exactly, now, before, good, spark, note, href, height, answer }: StatTileProps) {
  if (answer.error && !answer.data)
    return <ErrorState what="This number could not be read." error={answer.error} retry={answer.retry} />
  if (answer.data === undefined) return <Skeleton className="mx-3 h-8 w-24" />
  const inside = (
    <>
      <span className="shrink-0 truncate text-28 font-semibold" data-testid="widget-value" title={exactly}>
        {text}
      </span>
      <span className="flex min-h-4 items-end gap-3">
        <Delta now={now} before={before} {...(good ? { good } : {})} title="Against the period before" />
        {note && <span className="truncate text-12 text-muted">{oneLine(note, 200)}</span>}
        {spark && spark.length > 2 && height < 120 && (
          <Sparkline values={spark} partial className="h-4 min-w-0 flex-1" />
        )}
      </span>
      {spark && spark.length > 2 && height >= 120 && (
        <Sparkline values={spark} partial className="min-h-0 w-full flex-1" />
      )}
    </>
  )
  const look = cx(
    'flex h-full flex-col gap-1 px-3 pb-2 transition-opacity duration-100',
    answer.pending && 'opacity-60',
  )
  return href ? (
    <Link href={href} className={cx(look, 'rounded-panel focus-ring-inset hover:bg-hover')}>
      {inside}
    </Link>
  ) : (
    <div className={look}>{inside}</div>
  )
}
