// calendar-view.tsx: draws a year of days; the day under the pointer is told in words.
import { useState } from 'react'
import { oneLine } from '../lib/safe-text.ts'
import { day as formatDay } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { Scroller } from '../ui/scroller.tsx'
import type { Calendar } from './calendar.ts'

type CalendarViewProps = {
  calendar: Calendar
  label: string
  format(value: number): string
  onDay?(start: number): void
}

const cell = 11
const gap = 2
const step = cell + gap
const top = 16
const strengths = ['0%', '28%', '52%', '76%', '100%']

export function CalendarView({ calendar, label, format, onDay }: CalendarViewProps) {
  const zone = useSettings((settings) => settings.zone)
  const [pointed, setPointed] = useState<number>()
  const width = calendar.columns * step
  const height = top + 7 * step
  const shown = calendar.days.find(({ start }) => start === pointed)
  const months = calendar.months.filter(
    ({ column }, index, all) => (all[index + 1]?.column ?? 99) - column > 2 && column < calendar.columns - 2,
  )
  return (
    <div className="px-3 pb-3">
      <Scroller label={label} plain>
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${width} ${height}`}
          className="block w-full max-w-[1100px] min-w-[640px] text-11"
          onPointerLeave={() => setPointed(undefined)}
        >
          <title>{oneLine(label)}</title>
          {months.map(({ column, start }) => (
            <text key={start} x={column * step} y={10} fill="var(--muted-foreground)" fontSize={9}>
              {formatDay(start, zone).split(' ')[0]}
            </text>
          ))}
          {calendar.days.map((each) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; the table of Costs holds the same by key.
            <rect
              key={each.start}
              x={each.column * step}
              y={top + each.row * step}
              width={cell}
              height={cell}
              rx={2}
              fill={
                each.level === 0
                  ? 'var(--hover)'
                  : `color-mix(in oklch, var(--chart-1) ${strengths[each.level]}, var(--surface))`
              }
              stroke={each.start === pointed ? 'var(--foreground)' : 'none'}
              className={onDay && each.value > 0 ? 'cursor-pointer' : undefined}
              onPointerEnter={() => setPointed(each.start)}
              onClick={() => each.value > 0 && onDay?.(each.start)}
            />
          ))}
        </svg>
      </Scroller>
      <p className="h-4 pt-1 text-12 text-muted" aria-live="off">
        {shown ? `${formatDay(shown.start, zone)}: ${shown.value > 0 ? format(shown.value) : 'nothing'}` : ' '}
      </p>
    </div>
  )
}
