// time-range.ts: the time range of a view: 18 presets or two instants, what they mean now, and how fine to cut them.
import { day, startOf, type Zone } from './time.ts'

const minute = 60_000
const hour = 60 * minute
const dayMs = 24 * hour

/** The presets, in the order of the picker. A `span` counts back from now; a `since` starts with a calendar unit. */
export const presets = [
  { id: '5m', label: 'Last 5 minutes', span: 5 * minute },
  { id: '15m', label: 'Last 15 minutes', span: 15 * minute },
  { id: '30m', label: 'Last 30 minutes', span: 30 * minute },
  { id: '1h', label: 'Last hour', span: hour },
  { id: '3h', label: 'Last 3 hours', span: 3 * hour },
  { id: '6h', label: 'Last 6 hours', span: 6 * hour },
  { id: '12h', label: 'Last 12 hours', span: 12 * hour },
  { id: '24h', label: 'Last 24 hours', span: dayMs },
  { id: '2d', label: 'Last 2 days', span: 2 * dayMs },
  { id: '7d', label: 'Last 7 days', span: 7 * dayMs },
  { id: '14d', label: 'Last 14 days', span: 14 * dayMs },
  { id: '30d', label: 'Last 30 days', span: 30 * dayMs },
  { id: '90d', label: 'Last 90 days', span: 90 * dayMs },
  { id: '1y', label: 'Last year', span: 365 * dayMs },
  { id: 'today', label: 'Today', since: 'day' },
  { id: 'week', label: 'This week', since: 'week' },
  { id: 'month', label: 'This month', since: 'month' },
  { id: 'all', label: 'All time' },
] as const satisfies readonly { id: string; label: string; span?: number; since?: 'day' | 'week' | 'month' }[]

export type PresetId = (typeof presets)[number]['id']

/** What the URL says: a preset, or two instants in ms. */
export type TimeRange = { preset: PresetId } | { from: number; to: number }

export const defaultRange: TimeRange = { preset: '7d' }

/** A range in instants: `to` is absent where the range is open towards the future, `from` where it is all time. */
export type Window = { from: number | undefined; to: number | undefined }

/** Reads `range`, or `from` and `to` (RFC 3339 or ms); anything unreadable is the default. */
export function readRange(search: string): TimeRange {
  const params = new URLSearchParams(search)
  const from = instant(params.get('from'))
  const to = instant(params.get('to'))
  if (from !== undefined && to !== undefined && from < to) return { from, to }
  const preset = presets.find(({ id }) => id === params.get('range'))
  return preset ? { preset: preset.id } : defaultRange
}

/** The parameters that stand for a range; the default range needs none. */
export function rangeParams(range: TimeRange): { range?: string; from?: string; to?: string } {
  if ('from' in range) return { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() }
  return 'preset' in defaultRange && range.preset === defaultRange.preset ? {} : { range: range.preset }
}

function instant(text: string | null): number | undefined {
  if (!text) return undefined
  const ms = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(ms) ? ms : undefined
}

/**
 * What a range means at `now`. The start of a sliding range is rounded down to a 240th of it, so that a view that is drawn
 * again a moment later asks the same question.
 */
export function windowOf(range: TimeRange, now: number, zone: Zone): Window {
  if ('from' in range) return { from: range.from, to: range.to }
  const preset = presets.find(({ id }) => id === range.preset)
  if (preset && 'since' in preset) return { from: startOf(preset.since, now, zone), to: undefined }
  if (!preset || !('span' in preset)) return { from: undefined, to: undefined }
  const grain = Math.max(1_000, preset.span / 240)
  return { from: Math.floor((now - preset.span) / grain) * grain, to: undefined }
}

/** How long a window is at `now`, in ms; all time counts as what `earliest` gives. */
export function spanOf(window: Window, now: number, earliest = now - 365 * dayMs): number {
  return Math.max(1, (window.to ?? now) - (window.from ?? earliest))
}

/**
 * The period just before, of the same length up to now; none for all time. Of a calendar unit that is not over it is the same
 * part of the one before: today until noon is compared with yesterday until noon.
 */
export function periodBefore(
  window: Window,
  now: number,
  range?: TimeRange,
  zone: Zone = 'local',
): { from: number; to: number } | undefined {
  if (window.from === undefined) return undefined
  const preset = range && 'preset' in range ? presets.find(({ id }) => id === range.preset) : undefined
  if (preset && 'since' in preset) {
    const from = startOf(preset.since, window.from - 1, zone)
    // In whole minutes, so that a view drawn again a moment later asks the same question.
    const elapsed = Math.ceil((now - window.from) / minute) * minute
    return { from, to: Math.min(window.from, from + elapsed) - 1 }
  }
  return { from: window.from - spanOf(window, now), to: window.from - 1 }
}

/** The range for a person: `Last 7 days`, `Aug 22 – Aug 24`. */
export function rangeLabel(range: TimeRange, zone: Zone, now = Date.now()): string {
  if ('preset' in range) return presets.find(({ id }) => id === range.preset)?.label ?? ''
  const sameDay = startOf('day', range.from, zone) === startOf('day', range.to, zone)
  const time = (ms: number) =>
    new Date(ms).toLocaleTimeString('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      ...(range.to - range.from < 10 * minute ? { second: '2-digit' } : {}),
      ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
    })
  if (sameDay) return `${day(range.from, zone, now)} ${time(range.from)} – ${time(range.to)}`
  if (range.to - range.from < 3 * dayMs)
    return `${day(range.from, zone, now)} ${time(range.from)} – ${day(range.to, zone, now)} ${time(range.to)}`
  return `${day(range.from, zone, now)} – ${day(range.to, zone, now)}`
}

const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
  2_592_000,
]

/** The finest interval in seconds, of those people count in, that cuts a span into at most `most` parts. */
export function stepSeconds(spanMs: number, most: number): number {
  return steps.find((step) => spanMs / (step * 1000) <= most) ?? 2_592_000
}

/** An interval in words: `5 minutes`, `12 hours`, `1 day`. */
export function stepLabel(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const
  const [size, name] = units.find(([unit]) => seconds % unit === 0) ?? units[3]
  const number = seconds / size
  return `${number} ${name}${number === 1 ? '' : 's'}`
}
