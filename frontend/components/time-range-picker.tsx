// time-range-picker.tsx: 18 presets or two instants of one's own; the choice lives in the URL.
import { CalendarClock, ChevronDown } from 'lucide-react'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useKeys } from '../lib/keys.ts'
import type { Zone } from '../lib/time.ts'
import { presets, rangeLabel } from '../lib/time-range.ts'
import { useView } from '../lib/use-window.ts'
import { useSettings } from '../settings.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Input } from '../ui/input.tsx'
import { Popover } from '../ui/popover.tsx'
import { Segmented } from '../ui/segmented.tsx'

// Only who opens the picker needs a calendar.
const RangeCalendar = lazy(() => import('./range-calendar.tsx').then((module) => ({ default: module.RangeCalendar })))

/** `2026-08-22T14:03:07` in the zone, as the browser's field wants it. */
export function fieldValue(ms: number, zone: Zone): string {
  const shifted = zone === 'utc' ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000
  return new Date(shifted).toISOString().slice(0, 19)
}

/** Reads what stands in the field; `undefined` when it is no time. */
export function readField(value: string, zone: Zone): number | undefined {
  const ms = Date.parse(zone === 'utc' ? `${value}Z` : value)
  return Number.isFinite(ms) ? ms : undefined
}

export function TimeRangePicker() {
  const { range, window, now, zone, setRange } = useView()
  const [open, setOpen] = useState(false)
  useKeys([{ keys: 't', label: 'Time range', group: 'Everywhere', run: () => setOpen(true) }])
  return (
    <Popover
      label="Time range"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button
          data-testid="time-range"
          aria-label={`Time range: ${rangeLabel(range, zone, now)}`}
          className="max-w-44 sm:max-w-72"
        >
          <CalendarClock aria-hidden className="size-3.5 text-muted max-sm:hidden" />
          <span className="truncate">{rangeLabel(range, zone, now)}</span>
          <ChevronDown aria-hidden className="size-3 text-muted max-sm:hidden" />
        </Button>
      }
      className="w-[min(30rem,calc(100vw-1rem))]"
    >
      <div className="grid grid-cols-2 p-2 sm:grid-cols-3">
        {presets.map((preset) => {
          const chosen = 'preset' in range && range.preset === preset.id
          return (
            <button
              key={preset.id}
              type="button"
              data-testid={`range-${preset.id}`}
              aria-pressed={chosen}
              onClick={() => {
                setRange({ preset: preset.id })
                setOpen(false)
              }}
              className={cx(
                'h-7 rounded-[4px] px-2 text-left text-12 focus-ring-inset hover:bg-hover coarse:h-11',
                chosen && 'bg-selected font-semibold',
              )}
            >
              {preset.label}
            </button>
          )
        })}
      </div>
      <CustomRange
        key={`${window.from} ${window.to} ${zone}`}
        from={window.from ?? now - 7 * 86_400_000}
        to={window.to ?? now}
        zone={zone}
        onChoose={(from, to) => {
          setRange({ from, to })
          setOpen(false)
        }}
      />
    </Popover>
  )
}

type CustomRangeProps = { from: number; to: number; zone: Zone; onChoose(from: number, to: number): void }

function CustomRange({ from, to, zone, onChoose }: CustomRangeProps) {
  const set = useSettings((settings) => settings.set)
  const [fields, setFields] = useState({ from: fieldValue(from, zone), to: fieldValue(to, zone) })
  const start = readField(fields.from, zone)
  const end = readField(fields.to, zone)
  const wrong =
    start === undefined || end === undefined ? 'Give both times' : start >= end ? 'From must be before to' : undefined
  function submit(event: FormEvent) {
    event.preventDefault()
    if (start !== undefined && end !== undefined && start < end) onChoose(start, end)
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-start gap-3 p-3 hairline-t">
      <Suspense fallback={<span className="h-60 w-56" />}>
        <RangeCalendar
          from={start ?? from}
          to={end ?? to}
          zone={zone}
          onChoose={(first, last) => setFields({ from: fieldValue(first, zone), to: fieldValue(last, zone) })}
        />
      </Suspense>
      <div className="flex min-w-48 flex-1 flex-col gap-2">
        {(['from', 'to'] as const).map((edge) => (
          <label key={edge} htmlFor={`range-${edge}`} className="flex flex-col gap-1 text-12 text-muted">
            {edge === 'from' ? 'From' : 'To'}
            <Input
              id={`range-${edge}`}
              type="datetime-local"
              step={1}
              value={fields[edge]}
              data-testid={`range-${edge}`}
              onChange={(event) => setFields({ ...fields, [edge]: event.target.value })}
            />
          </label>
        ))}
        <span className="min-h-4 text-12 text-error">{wrong}</span>
        <Segmented
          label="Time zone"
          value={zone}
          onChange={(next) => set({ zone: next })}
          options={[
            { value: 'local', label: 'Local' },
            { value: 'utc', label: 'UTC' },
          ]}
          className="self-start"
        />
        <Button type="submit" look="solid" disabled={wrong !== undefined} data-testid="apply-range">
          Apply
        </Button>
      </div>
    </form>
  )
}
