// week-hours.tsx: the hours of the week, one hue from faint to full; the hour under the pointer is told in words.
import { useState } from 'react'

type WeekHoursProps = {
  /** 7 × 24 sums, Monday's midnight first. */
  cells: readonly number[]
  label: string
  height: number
  format(value: number): string
}

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const leftPx = 32
const topPx = 14
const wordsPx = 24
const hour = (index: number) => `${String(index % 24).padStart(2, '0')}:00`

export function WeekHours({ cells, label, height, format }: WeekHoursProps) {
  const [pointed, setPointed] = useState<number>()
  const most = Math.max(...cells, 0)
  const rowPx = Math.min(24, Math.max(10, (height - topPx - wordsPx) / 7))
  const value = pointed === undefined ? undefined : cells[pointed]
  const busiest = cells.indexOf(most)
  return (
    <div className="px-3 pb-1">
      <svg
        role="img"
        aria-label={
          most === 0
            ? `${label}: nothing`
            : `${label}: most on ${days[Math.floor(busiest / 24)]} at ${hour(busiest)}, ${format(most)}`
        }
        width="100%"
        height={topPx + rowPx * 7}
        className="block text-11"
        onPointerLeave={() => setPointed(undefined)}
      >
        {[0, 6, 12, 18].map((at) => (
          <text
            key={at}
            x={`${4 + (at / 24) * 96}%`}
            dx={at === 0 ? leftPx / 4 : 0}
            y={10}
            fill="var(--muted-foreground)"
            fontSize={9}
          >
            {hour(at)}
          </text>
        ))}
        {days.map((day, row) => (
          <text key={day} x={0} y={topPx + rowPx * row + rowPx / 2 + 3} fill="var(--muted-foreground)" fontSize={9}>
            {day.slice(0, 3)}
          </text>
        ))}
        <svg x={leftPx} y={topPx} width={`calc(100% - ${leftPx}px)`} height={rowPx * 7} aria-hidden>
          {cells.map((sum, index) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: an hour of the week is its place.
              key={index}
              x={`${((index % 24) / 24) * 100}%`}
              y={Math.floor(index / 24) * rowPx}
              width={`${100 / 24 - 0.3}%`}
              height={rowPx - 2}
              rx={2}
              fill={
                sum <= 0 || most === 0
                  ? 'var(--hover)'
                  : `color-mix(in oklch, var(--chart-1) ${Math.round(20 + 80 * Math.sqrt(sum / most))}%, var(--surface))`
              }
              stroke={index === pointed ? 'var(--foreground)' : 'none'}
              onPointerEnter={() => setPointed(index)}
            />
          ))}
        </svg>
      </svg>
      <p className="h-4 truncate pt-1 text-12 text-muted">
        {pointed === undefined || value === undefined
          ? most > 0
            ? `Most on ${days[Math.floor(busiest / 24)]} at ${hour(busiest)}`
            : ' '
          : `${days[Math.floor(pointed / 24)]} ${hour(pointed)}: ${value > 0 ? format(value) : 'nothing'}`}
      </p>
    </div>
  )
}
