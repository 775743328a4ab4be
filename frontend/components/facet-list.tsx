// facet-list.tsx: what a list can be narrowed by, each value with how many rows have it; a click takes it or lets it go.
import { Ban, Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Filter, termOf } from '../lib/filter.ts'
import { count, exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import { cx } from '../ui/cx.ts'
import { toggledTerm, turnedTerm } from './filter-bar.tsx'

export type FacetGroup = {
  /** The key of the filter's grammar. */
  key: string
  label: string
  values: readonly FacetValue[]
}

type FacetValue = { value: string; count: number; look?: ReactNode }

type FacetListProps = {
  /** Whether values can be left out as well: a second click, or one with Alt. */
  turnable?: boolean
  groups: readonly FacetGroup[]
  filter: Filter
  set(text: string): void
  pending?: boolean
  className?: string
}

export function FacetList({ groups, filter, set, pending, className, turnable = false }: FacetListProps) {
  return (
    <div
      data-testid="facets"
      className={cx('flex flex-col gap-4 transition-opacity duration-100', pending && 'opacity-60', className)}
    >
      {groups
        .filter(({ key, values }) => values.length > 0 || filter.terms.some((term) => term.key === key))
        .map(({ key, label, values }) => {
          const chosen = termOf(filter, key)
          const isOut = (value: string) =>
            filter.terms.some((term) => term.key === key && term.op === '!=' && term.value === value)
          // What is chosen or left out stays in sight, also where nothing of it is left.
          const missing = new Set(filter.terms.filter((term) => term.key === key).map(({ value }) => value))
          for (const { value } of values) missing.delete(value)
          const shown = [...[...missing].map((value): FacetValue => ({ value, count: 0 })), ...values]
          return (
            <section key={key} aria-label={label}>
              <h3 className="px-2 pb-1 text-12 text-muted">{label}</h3>
              <ul>
                {shown.map(({ value, count: rows, look }) => (
                  <li key={value}>
                    <button
                      type="button"
                      data-testid={`facet-${key}-${value}`}
                      aria-pressed={value === chosen}
                      title={`${value}: ${exact(rows)}${turnable ? '; Alt or a second click leaves it out' : ''}`}
                      onClick={(event) =>
                        set(
                          turnable && (event.altKey || value === chosen || isOut(value))
                            ? turnedTerm(filter, key, value)
                            : toggledTerm(filter, key, value),
                        )
                      }
                      className="flex h-6 w-full items-center gap-2 rounded-control px-2 text-left text-12 focus-ring-inset hover:bg-hover aria-pressed:bg-selected aria-pressed:font-semibold coarse:h-9"
                    >
                      <span className={cx('min-w-0 flex-1 truncate', isOut(value) && 'text-muted line-through')}>
                        {look ?? <bdi>{oneLine(value, 80)}</bdi>}
                      </span>
                      {isOut(value) && (
                        <>
                          <span className="sr-only">left out</span>
                          <Ban aria-hidden className="size-3.5 shrink-0 text-error" />
                        </>
                      )}
                      {value === chosen && <Check aria-hidden className="size-3.5 shrink-0 text-accent" />}
                      <span className="shrink-0 text-muted" data-slot="number">
                        {count(rows)}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
    </div>
  )
}
