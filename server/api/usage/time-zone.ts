// time-zone.ts: time zones by their IANA names, and the days of their calendars.
import { z } from 'zod'
import { parseTime } from '../time.ts'

const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])

/** A zone's name as the database knows it; `undefined` when there is none such. */
export function timeZone(name: string): string | undefined {
  if (names.has(name)) return name
  // An old name of a zone (`Asia/Calcutta`), or one in another case: what it stands for now.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** `tz`: an IANA name, UTC unless given. */
export const timeZoneParam = z
  .string()
  .transform((text, context) => {
    const zone = timeZone(text)
    if (zone !== undefined) return zone
    context.addIssue(`${JSON.stringify(text)} is no time zone; use an IANA name such as Europe/Berlin or UTC`)
    return z.NEVER
  })
  .default('UTC')
  .describe('IANA name of the zone whose days, weeks and months are counted')

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format takes 20 µs, using it two. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  })
  formats.set(zone, format)
  return format
}

/** Seconds by which a zone's clocks are ahead of UTC at a time (seconds since 1970). */
export function offsetSecondsAt(zone: string, seconds: number): number {
  const parts = formatOf(zone).formatToParts(new Date(seconds * 1000))
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  const year = parts.some((one) => one.type === 'era' && one.value.startsWith('B')) ? 1 - part('year') : part('year')
  const wall = Date.UTC(year, part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return Math.round(wall / 1000) - Math.floor(seconds)
}

const grains = new Map<string, number>()

/** 3,600 for a zone that was always whole hours from UTC since 1970, else 900: a quarter of an hour. */
export function offsetGrainSeconds(zone: string): number {
  let grain = grains.get(zone)
  if (grain === undefined) {
    grain = 3600
    for (let month = 0; month < 12 * 70 && grain === 3600; month += 3)
      if (offsetSecondsAt(zone, Date.UTC(1970, month, 1) / 1000) % 3600 !== 0) grain = 900
    grains.set(zone, grain)
  }
  return grain
}

/**
 * A time as {@link parseTime} reads it, but a date alone is a day of the zone: its first nanosecond, or at the `end` of a
 * range the last one before the next day.
 */
export function zonedTime(text: string, edge: 'start' | 'end', zone: string): bigint | undefined {
  const parsed = parseTime(text, edge)
  if (parsed === undefined || zone === 'UTC' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return parsed
  const midnight = Date.parse(`${text}T00:00:00Z`) / 1000 + (edge === 'end' ? 86_400 : 0)
  // The offset at the wanted local time: of the guess with UTC's, corrected once where a change of clocks lies between.
  const guess = midnight - offsetSecondsAt(zone, midnight)
  const instant = midnight - offsetSecondsAt(zone, guess)
  return BigInt(instant) * 1_000_000_000n - (edge === 'end' ? 1n : 0n)
}

/** RFC 3339 of whole seconds at an offset (seconds): `2026-03-29T00:00:00.000+01:00`, with `Z` for UTC itself. */
export function formatAtOffset(seconds: number, offset: number, zone: string): string {
  const wall = new Date((seconds + offset) * 1000).toISOString()
  if (zone === 'UTC') return wall
  const minutes = Math.abs(Math.round(offset / 60))
  const sign = offset < 0 ? '-' : '+'
  const two = (value: number) => String(value).padStart(2, '0')
  return `${wall.slice(0, -1)}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
