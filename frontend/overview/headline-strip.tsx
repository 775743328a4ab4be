// headline-strip.tsx: six numbers, each with its change and its course.
import { Link } from 'wouter'
import { Sparkline } from '../charts/sparkline.tsx'
import { Delta } from '../components/delta.tsx'
import { useUrl } from '../lib/url-state.ts'
import { cx } from '../ui/cx.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import type { HeadlineCell } from './headline.ts'

export function HeadlineStrip({ cells, pending }: { cells: readonly HeadlineCell[] | undefined; pending: boolean }) {
  const { link } = useUrl()
  return (
    <section
      aria-label="Headline numbers"
      data-testid="headline"
      className={cx(
        'grid grid-cols-2 overflow-hidden rounded-panel transition-opacity duration-100 hairline sm:grid-cols-3 xl:grid-cols-6',
        pending && cells && 'opacity-60',
      )}
    >
      {(cells ?? Array.from({ length: 6 }, () => undefined)).map((cell, index) => (
        <div key={cell?.id ?? index} className="-mt-px -ml-px min-w-0 border-t border-l border-border">
          {cell ? (
            <Link
              href={link(cell.path)}
              title={cell.title}
              data-testid={`headline-${cell.id}`}
              className="flex h-full flex-col px-3 py-2 focus-ring-inset hover:bg-hover"
            >
              <span className="text-12 text-muted">{cell.label}</span>
              <span className="truncate pt-0.5 text-28 font-semibold" data-testid={`value-${cell.id}`}>
                {cell.text}
              </span>
              <span className="flex h-6 items-end gap-3 pt-1">
                <Delta now={cell.now} before={cell.before} good={cell.good} title="Against the period before" />
                {cell.spark.length > 2 && <Sparkline values={cell.spark} partial className="h-5 min-w-0 flex-1" />}
              </span>
            </Link>
          ) : (
            <div className="flex flex-col gap-2 px-3 py-3">
              <Skeleton className="h-3 w-16" />
              <Skeleton className="h-7 w-24" />
              <Skeleton className="h-3 w-full" />
            </div>
          )}
        </div>
      ))}
    </section>
  )
}
