// time.ts: RFC 3339 with nanoseconds, both ways.

const pattern = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|z|[+\- ]\d{2}:\d{2}))?$/

const billion = 1_000_000_000n
const dayNano = 86_400n * billion

/**
 * Times that a TIMESTAMP_NS column can hold (1677-09-21 to 2262-04-11); ±(2^63 − 1) are DuckDB's infinities. Bounds
 * beyond them are moved there, which changes no answer: no record lies outside.
 */
export const earliest = -(2n ** 63n) + 2n
export const latest = 2n ** 63n - 2n

/**
 * Nanoseconds since 1970 of an RFC 3339 time with its offset, or of a date alone: in UTC its first nanosecond, or its last
 * when it is the `end` of a range. Digits beyond nanoseconds are cut. `undefined` when the text is no time that exists.
 *
 * A `+` that nobody escaped in a URL arrives as a space, so ` 02:00` is read as the offset `+02:00`.
 */
export function parseTime(text: string, edge: 'start' | 'end' = 'start'): bigint | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', offset = 'Z'] = match
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  // Date.parse lets 31 February through as 3 March.
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== Number(day)) return undefined
  const start = BigInt(midnight) * 1_000_000n
  if (hour === undefined) return clamp(edge === 'end' ? start + dayNano - 1n : start)
  // A leap second (:60) is the next minute's first; 24:00:00 is not RFC 3339.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
  const shift = offsetSeconds(offset)
  if (shift === undefined) return undefined
  return clamp(start + BigInt(seconds - shift) * billion + BigInt(fraction.slice(0, 9).padEnd(9, '0')))
}

function offsetSeconds(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(4, 6))
  if (hours > 23 || minutes > 59) return undefined
  return (offset[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60
}

function clamp(time: bigint): bigint {
  return time < earliest ? earliest : time > latest ? latest : time
}

/** RFC 3339 in UTC with three, six or nine fraction digits, as few as hold the value. */
export function formatTime(time: bigint): string {
  let milliseconds = time / 1_000_000n
  let rest = time % 1_000_000n
  if (rest < 0n) {
    rest += 1_000_000n
    milliseconds -= 1n
  }
  const whole = new Date(Number(milliseconds)).toISOString()
  if (rest === 0n) return whole
  const digits = String(rest).padStart(6, '0')
  return `${whole.slice(0, -1)}${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`
}

/** The same for a value that may be absent. */
export function maybeTime(time: bigint | null | undefined): string | undefined {
  return time === null || time === undefined ? undefined : formatTime(time)
}

/** Now, as ns: the last nanosecond of the current millisecond, so that what was just stored lies before it. */
export function nowNano(): bigint {
  return BigInt(Date.now()) * 1_000_000n + 999_999n
}

/** Now, as ns in whole milliseconds: when something was made. */
export function madeNano(): bigint {
  return BigInt(Date.now()) * 1_000_000n
}

/** Whole milliseconds of a time in ns. */
export function milliseconds(time: bigint): number {
  return Number(time / 1_000_000n)
}
