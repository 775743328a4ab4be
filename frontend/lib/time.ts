// time.ts: RFC 3339 times with nanoseconds, read and written for people, in local time or UTC.

/** Where times are shown: the browser's own zone, or UTC. */
export type Zone = 'local' | 'utc'

/** The IANA name of a zone, as the API's `tz` wants it. */
export function zoneName(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Milliseconds since 1970 of a time with up to nine digits of a second; NaN when it is not a time. */
export function toMs(time: string): number {
  return Date.parse(time.replace(/(\.\d{3})\d+/, '$1'))
}

/** Nanoseconds since 1970, exact. */
export function toNano(time: string): bigint {
  const digits = /\.(\d+)/.exec(time)?.[1] ?? ''
  const whole = Date.parse(time.replace(/\.\d+/, ''))
  return Number.isNaN(whole) ? 0n : BigInt(whole) * 1_000_000n + BigInt(digits.slice(0, 9).padEnd(9, '0'))
}

/** The nanoseconds of an RFC 3339 time that its milliseconds do not hold. */
export function nanosWithin(time: string): number {
  // As the server writes it: `2026-11-22T04:00:00.123456789Z`, the digits at their places.
  if (time[19] !== '.') return 0
  let nanos = 0
  for (let at = 23; at < 29; at++) {
    const digit = time.charCodeAt(at) - 48
    nanos = nanos * 10 + (digit >= 0 && digit <= 9 ? digit : 0)
  }
  return nanos
}

/** The RFC 3339 text (UTC, nine digits) of nanoseconds since 1970. */
export function fromNano(nano: bigint): string {
  const ms = nano / 1_000_000n
  return `${new Date(Number(ms)).toISOString().slice(0, -1)}${String(nano % 1_000_000n).padStart(6, '0')}Z`
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}${JSON.stringify(options)}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en-US', { ...options, ...(zone === 'utc' ? { timeZone: 'UTC' } : {}) })
    formatters.set(key, found)
  }
  return found
}

type Parts = Record<string, string>
const minutes = new Map<string, Parts>()
const minutesMax = 2_000
/** Since then no zone is off by seconds. */
const wholeMinutesSince = Date.UTC(1973, 0)

/** A table of records asks for the same minutes over and over, and formatting takes 30 µs: kept by the minute. */
function parts(ms: number, zone: Zone): Parts {
  if (ms < wholeMinutesSince) return formatted(ms, zone)
  const minute = Math.floor(ms / 60_000)
  const key = zone + minute
  let known = minutes.get(key)
  if (!known) {
    if (minutes.size >= minutesMax) minutes.clear()
    known = formatted(minute * 60_000, zone)
    minutes.set(key, known)
  }
  return { ...known, second: String(Math.floor(ms / 1000) % 60).padStart(2, '0') }
}

function formatted(ms: number, zone: Zone): Parts {
  const fields = formatter(zone, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).formatToParts(ms)
  const monthNumber = formatter(zone, { month: '2-digit' }).format(ms)
  return { ...Object.fromEntries(fields.map(({ type, value }) => [type, value])), monthNumber }
}

/** `Aug 22 14:03`; with the year when it is not the year of `now`. */
export function dayTime(ms: number, zone: Zone, now = Date.now()): string {
  if (!Number.isFinite(ms)) return '—'
  const at = parts(ms, zone)
  const year = at.year === parts(now, zone).year ? '' : ` ${at.year}`
  return `${at.month} ${at.day}${year} ${at.hour}:${at.minute}`
}

/** `Aug 22`; with the year when it is not the year of `now`. */
export function day(ms: number, zone: Zone, now = Date.now()): string {
  if (!Number.isFinite(ms)) return '—'
  const at = parts(ms, zone)
  return `${at.month} ${at.day}${at.year === parts(now, zone).year ? '' : ` ${at.year}`}`
}

/** `14:03` or, with seconds, `14:03:12`. */
export function clock(ms: number, zone: Zone, seconds = false): string {
  if (!Number.isFinite(ms)) return '—'
  const at = parts(ms, zone)
  return seconds ? `${at.hour}:${at.minute}:${at.second}` : `${at.hour}:${at.minute}`
}

/** `14:03:12.123`, for rows where the order within a second matters. */
export function preciseClock(ms: number, zone: Zone): string {
  return Number.isFinite(ms) ? `${clock(ms, zone, true)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}` : '—'
}

/** For lists: `3m ago` under 24 hours, else `Aug 22 14:03`. */
export function ago(ms: number, now: number, zone: Zone): string {
  if (!Number.isFinite(ms)) return '—'
  const seconds = Math.round((now - ms) / 1000)
  const size = Math.abs(seconds)
  if (size >= 86_400) return dayTime(ms, zone, now)
  const span = size < 60 ? `${size}s` : size < 3_600 ? `${Math.floor(size / 60)}m` : `${Math.floor(size / 3_600)}h`
  if (size < 3) return 'now'
  return seconds < 0 ? `in ${span}` : `${span} ago`
}

/** For details: absolute, with all digits that were sent, and with the zone: `2026-11-22 14:03:12.123456789 GMT+1`. */
export function absolute(time: string | number, zone: Zone): string {
  const ms = typeof time === 'number' ? time : toMs(time)
  if (!Number.isFinite(ms)) return typeof time === 'string' && time !== '' ? time : '—'
  const at = parts(ms, zone)
  const fraction = typeof time === 'string' ? (/\.\d+/.exec(time)?.[0] ?? '').replace(/0{3,6}$/, '') : ''
  return `${at.year}-${at.monthNumber}-${at.day?.padStart(2, '0')} ${at.hour}:${at.minute}:${at.second}${fraction} ${at.timeZoneName}`
}

/** The start of the day, of the week (Monday) or of the month that holds `ms`. */
export function startOf(unit: 'day' | 'week' | 'month', ms: number, zone: Zone): number {
  const at = new Date(ms)
  if (zone === 'utc') {
    const back = unit === 'week' ? (at.getUTCDay() + 6) % 7 : 0
    return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), unit === 'month' ? 1 : at.getUTCDate() - back)
  }
  const back = unit === 'week' ? (at.getDay() + 6) % 7 : 0
  return new Date(at.getFullYear(), at.getMonth(), unit === 'month' ? 1 : at.getDate() - back).getTime()
}
