// metric-list.tsx: all metrics by family, to search and choose from.
import { Search } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useKnownMetrics } from '../components/metric-names.ts'
import { count } from '../lib/format.ts'
import { groupMetrics } from '../lib/metric-names.ts'
import { oneLine } from '../lib/safe-text.ts'
import { changeSearch, useUrl } from '../lib/url-state.ts'
import { cx } from '../ui/cx.ts'
import { Input } from '../ui/input.tsx'

type MetricListProps = { names: readonly string[]; chosen: string | undefined; onChoose?(): void; className?: string }

export function MetricList({ names, chosen, onChoose, className }: MetricListProps) {
  const [search, setSearch] = useState('')
  const { path, search: query } = useUrl()
  const groups = groupMetrics(names, search, useKnownMetrics())
  return (
    <div className={cx('flex min-h-0 flex-col', className)}>
      <div className="relative shrink-0 p-2 hairline-b">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-4 size-3.5 -translate-y-1/2 text-muted"
        />
        <Input
          aria-label="Search metrics"
          data-testid="metric-search"
          placeholder={`Search ${count(names.length)} metrics`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="w-full pl-7"
        />
      </div>
      <nav aria-label="Metrics" className="min-h-0 flex-1 overflow-y-auto pb-4">
        {groups.map(({ family, metrics }) => (
          <section key={family}>
            <h2 className="sticky top-0 z-10 bg-background px-3 pt-3 pb-1 text-12 text-muted">{family}</h2>
            <ul>
              {metrics.map((metric) => (
                <li key={metric.name}>
                  <Link
                    href={
                      path +
                      changeSearch(query, {
                        name: metric.name,
                        by: undefined,
                        stat: undefined,
                        form: undefined,
                        q: undefined,
                      })
                    }
                    replace
                    aria-current={metric.name === chosen ? 'true' : undefined}
                    onClick={onChoose}
                    data-testid="metric"
                    title={metric.name}
                    className={cx(
                      'flex flex-col px-3 py-1 focus-ring-inset hover:bg-hover',
                      metric.name === chosen && 'bg-selected',
                      metric.inner && 'opacity-70',
                    )}
                  >
                    <span className={cx('truncate', metric.name === chosen && 'font-semibold')}>{metric.title}</span>
                    <code className="truncate text-11 text-muted">{oneLine(metric.name, 300)}</code>
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {groups.length === 0 && <p className="px-3 py-4 text-muted">No metric by that name</p>}
      </nav>
    </div>
  )
}
