// legend.tsx: the series of a chart with their totals; pointing at one points it out in the chart.

import { oneLine } from '../lib/safe-text.ts'
import { cx } from '../ui/cx.ts'

export type LegendItem = { key: string; label: string; color: string; text?: string; title?: string | undefined }

type LegendProps = {
  items: readonly LegendItem[]
  emphasis?: string | undefined
  onEmphasis(key: string | undefined): void
  /** How many series there are in all, when not all are shown. */
  total?: number
  /** In one row that scrolls sideways where its place has no room for more; its end fades, so that the rest is guessed. */
  oneRow?: boolean
  className?: string
}

export function Legend({ items, emphasis, onEmphasis, total, oneRow, className }: LegendProps) {
  const shown = items.filter(({ key }) => key !== ' rest').length
  return (
    <ul
      data-slot="legend"
      className={cx(
        'flex gap-x-4 gap-y-1 text-12',
        oneRow
          ? 'overflow-x-auto pr-6 [mask-image:linear-gradient(to_right,black_calc(100%-24px),transparent)] [scrollbar-width:none] *:shrink-0'
          : 'flex-wrap',
        className,
      )}
    >
      {items.map((item) => (
        <li key={item.key} className="min-w-0">
          <button
            type="button"
            data-testid="legend-item"
            title={item.title}
            aria-pressed={emphasis === item.key}
            onPointerEnter={() => onEmphasis(item.key)}
            onPointerLeave={() => onEmphasis(undefined)}
            onFocus={() => onEmphasis(item.key)}
            onBlur={() => onEmphasis(undefined)}
            className={cx(
              'flex max-w-72 items-center gap-1.5 rounded-[3px] focus-ring',
              emphasis !== undefined && emphasis !== item.key && 'opacity-50',
            )}
          >
            <span className="size-2 shrink-0 rounded-full" style={{ background: item.color }} />
            <span className="truncate text-muted">
              <bdi>{oneLine(item.label, 200)}</bdi>
            </span>
            {item.text && <span className="font-semibold">{item.text}</span>}
          </button>
        </li>
      ))}
      {total !== undefined && total > shown && (
        <li className="text-muted">
          {shown} of {total}
        </li>
      )}
    </ul>
  )
}
