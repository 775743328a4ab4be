// asked.tsx: a widget while its answer is on its way, when it failed, and when there is nothing.
import type { ReactNode } from 'react'
import { ErrorState } from '../../components/error-state.tsx'
import type { Answer } from '../../lib/answers.ts'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'

type AskedProps = {
  answer: Pick<Answer<unknown>, 'data' | 'error' | 'pending' | 'retry'>
  empty?: boolean
  /** What is said of nothing. */
  nothing?: string
  children: ReactNode
}

export function Asked({ answer, empty, nothing = 'Nothing in this time', children }: AskedProps) {
  if (answer.error && !answer.data)
    return <ErrorState what="This could not be read." error={answer.error} retry={answer.retry} />
  if (answer.data === undefined) return <Skeleton className="mx-3 mb-3 h-[calc(100%-12px)]" />
  if (empty) return <p className="px-3 py-2 text-muted">{nothing}</p>
  return <div className={cx('h-full transition-opacity duration-100', answer.pending && 'opacity-60')}>{children}</div>
}

const legendPx = 36
const leastPx = 72

/** What a chart may take of a widget's room, its legend left over. */
export function chartHeight(height: number): number {
  return Math.max(leastPx, height - legendPx)
}
