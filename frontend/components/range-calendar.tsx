// range-calendar.tsx: a month to choose days of: one click is a day, a second one the other end.
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { DayPicker } from 'react-day-picker'
import { startOf, type Zone } from '../lib/time.ts'

type RangeCalendarProps = {
  from: number
  /** The end, not in the range itself. */
  to: number
  zone: Zone
  /** Whole days: from midnight to midnight. */
  onChoose(from: number, to: number): void
}

function Chevron({ orientation }: { orientation?: 'up' | 'down' | 'left' | 'right' | undefined }) {
  const Icon = orientation === 'left' ? ChevronLeft : ChevronRight
  return <Icon aria-hidden className="size-4" />
}

/** Half a day into the next one, also where a day has 23 or 25 hours. */
const nextDayMs = 36 * 3_600_000

export function RangeCalendar({ from, to, zone, onChoose }: RangeCalendarProps) {
  const [begun, setBegun] = useState<number>()
  function choose(day: Date) {
    const start = startOf('day', day.getTime(), zone)
    const [first, last] = begun === undefined ? [start, start] : [Math.min(begun, start), Math.max(begun, start)]
    setBegun(begun === undefined ? start : undefined)
    onChoose(first, startOf('day', last + nextDayMs, zone))
  }
  return (
    <div data-testid="calendar">
      <DayPicker
        mode="range"
        selected={{ from: new Date(from), to: new Date(Math.max(from, to - 1)) }}
        onDayClick={choose}
        onSelect={() => {}}
        defaultMonth={new Date(Math.max(from, to - 1))}
        weekStartsOn={1}
        showOutsideDays
        {...(zone === 'utc' ? { timeZone: 'UTC' } : {})}
        labels={{
          labelPrevious: () => 'Month before',
          labelNext: () => 'Next month',
          // Holds what is seen (`24`), so that it can be asked for by voice.
          labelDayButton: (date) =>
            date.toLocaleDateString('en-GB', {
              day: 'numeric',
              month: 'long',
              year: 'numeric',
              weekday: 'long',
              ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
            }),
        }}
        components={{ Chevron }}
        classNames={{
          months: 'relative',
          month_caption: 'flex h-7 items-center px-2 text-12 font-semibold',
          nav: 'absolute top-0 right-0 z-10 flex gap-1',
          button_previous:
            'flex size-7 items-center justify-center rounded-control text-muted focus-ring hover:bg-hover coarse:size-9',
          button_next:
            'flex size-7 items-center justify-center rounded-control text-muted focus-ring hover:bg-hover coarse:size-9',
          month_grid: 'border-collapse',
          weekday: 'h-6 w-8 text-11 font-normal text-muted',
          day: 'p-0 text-center text-12 first:rounded-l-control last:rounded-r-control',
          day_button: 'size-8 rounded-control tabular-nums focus-ring-inset hover:bg-hover coarse:size-10',
          outside: 'text-muted',
          today: 'font-semibold text-accent',
          range_start: 'rounded-l-control bg-selected font-semibold',
          range_middle: 'bg-selected',
          range_end: 'rounded-r-control bg-selected font-semibold',
        }}
      />
    </div>
  )
}
