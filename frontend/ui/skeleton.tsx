// skeleton.tsx: the final shape before the first data; only on a first load.
import { cx } from './cx.ts'

export function Skeleton({ className }: { className?: string }) {
  return (
    <span data-slot="skeleton" aria-hidden className={cx('block animate-pulse rounded-[4px] bg-hover', className)} />
  )
}

const widths = ['w-11/12', 'w-3/4', 'w-5/6', 'w-2/3', 'w-4/5', 'w-7/12']

/** Rows of a list that is being loaded. */
export function SkeletonRows({ rows = 8, rowClass = 'h-8' }: { rows?: number; rowClass?: string }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are their place.
        <div key={index} className={cx('flex items-center gap-4 px-4 hairline-b', rowClass)}>
          <Skeleton className="h-3 w-20 shrink-0" />
          <div className="flex-1">
            <Skeleton className={cx('h-3', widths[index % widths.length])} />
          </div>
          <Skeleton className="h-3 w-14 shrink-0" />
        </div>
      ))}
    </div>
  )
}
