// format.ts: every number on screen goes through here.

/** What stands where a value is absent. Zero is shown only when it was measured. */
export const absent = '—'

type Maybe = number | null | undefined

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

function missing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || !Number.isFinite(value)
}

/** Digits after the point so that `value` shows `significant` digits. */
function decimalsFor(value: number, significant: number): number {
  if (value === 0) return 0
  return Math.min(20, Math.max(0, significant - 1 - Math.floor(Math.log10(Math.abs(value)))))
}

/** A number with that many significant digits, trailing zeros kept. Rounding up may need one digit less (9.996 → 10.0). */
function toSignificant(value: number, significant: number): string {
  const text = value.toFixed(decimalsFor(value, significant))
  return Number(text) === value ? text : value.toFixed(decimalsFor(Number(text), significant))
}

function signed(value: number, positive: (value: number) => string): string {
  return value < 0 ? `−${positive(-value)}` : positive(value)
}

/** A count, exact and grouped: for titles, tooltips and what is copied. */
export function exact(value: Maybe): string {
  return missing(value) ? absent : signed(value, (v) => (Number.isInteger(v) ? grouped.format(v) : String(v)))
}

/** Tokens and other counts: exact below 10,000, then three significant digits with k, M, B: `942` `9,840` `34.5k` `1.23M`. */
export function count(value: Maybe): string {
  if (missing(value)) return absent
  return signed(value, (v) => {
    if (v < 9_999.5) return Number.isInteger(v) || v >= 1_000 ? grouped.format(v) : trimmed(toSignificant(v, 3))
    const units = ['k', 'M', 'B', 'T']
    let scaled = v / 1_000
    let unit = 0
    // 999.5k would read 1,000k: the next unit takes over where three digits no longer hold the number.
    while (scaled >= 999.5 && unit < units.length - 1) {
      scaled /= 1_000
      unit++
    }
    return `${scaled >= 999.5 ? grouped.format(scaled) : toSignificant(scaled, 3)}${units[unit]}`
  })
}

/** US dollars: two decimals from $1, two significant digits below, grouped without decimals from $1,000; unpriced is `—`. */
export function cost(value: Maybe): string {
  if (missing(value)) return absent
  return signed(value, (v) => {
    if (v === 0) return '$0.00'
    if (v >= 999.995) return `$${grouped.format(v)}`
    if (v >= 0.995) return `$${v.toFixed(2)}`
    return `$${toSignificant(v, 2)}`
  })
}

/** The tooltip of a cost: every digit, or for which models no price is known. */
export function costTitle(value: Maybe, models: string | null | undefined): string {
  if (!missing(value)) return exactCost(value)
  return models ? `no price is known for ${models}` : 'no cost is known'
}

/** US dollars with every digit that is known (nano-dollars at most), for tooltips and copies. */
export function exactCost(value: Maybe): string {
  if (missing(value)) return absent
  return signed(value, (v) => {
    const [whole, fraction = ''] = v.toFixed(9).split('.')
    return `$${grouped.format(Number(whole))}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`
  })
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A time span given in nanoseconds: one unit below a minute, two above: `85 µs` `340 ms` `1.24 s` `3m 12s` `1h 04m`. */
export function duration(ns: Maybe): string {
  if (missing(ns)) return absent
  return signed(ns, (v) => {
    if (v === 0) return '0 ms'
    if (v < 59.95e9) {
      const units = [
        ['ns', 1],
        ['µs', 1e3],
        ['ms', 1e6],
        ['s', 1e9],
      ] as const
      const at = units.findLastIndex(([, size]) => v >= size * 0.9995)
      const [unit, size] = units[Math.max(0, at)] ?? units[0]
      return `${trimmed(toSignificant(v / size, 3))} ${unit}`
    }
    const seconds = Math.round(v / 1e9)
    if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
    const minutes = Math.round(v / 60e9)
    if (minutes < 1_440) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
    const hours = Math.round(v / 3_600e9)
    return `${grouped.format(Math.floor(hours / 24))}d ${two(hours % 24)}h`
  })
}

/** The same of milliseconds, which the ledger's numbers are in. */
export function durationMs(ms: Maybe): string {
  return duration(missing(ms) ? undefined : ms * 1e6)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** A part of one: no decimals from 10 %, one below: `87%` `4.2%`. */
export function ratio(value: Maybe): string {
  if (missing(value)) return absent
  return signed(value, (v) => {
    if (v === 0) return '0%'
    const percent = v * 100
    return percent >= 9.95 ? `${grouped.format(percent)}%` : `${percent.toFixed(1)}%`
  })
}

/** How a value changed against an earlier one, as a part of the earlier; `undefined` when there is nothing to compare with. */
export function change(now: Maybe, before: Maybe): number | undefined {
  return missing(now) || missing(before) || before === 0 ? undefined : (now - before) / Math.abs(before)
}

/** A change with its sign: `+12%` `−4.2%`; over ten-fold as a factor, which is easier to grasp: `×14`. */
export function signedRatio(value: Maybe): string {
  if (missing(value)) return absent
  if (value >= 9) return `×${toSignificant(value + 1, 2)}`
  return `${value > 0 ? '+' : ''}${ratio(value)}`
}

/** Bytes in powers of 1,000, three significant digits: `840 B` `1.24 MB`. */
export function bytes(value: Maybe): string {
  if (missing(value)) return absent
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let scaled = value
  let unit = 0
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1_000
    unit++
  }
  return `${unit === 0 ? scaled : trimmed(toSignificant(scaled, 3))} ${units[unit]}`
}

/** Something a second: `0/s` `12.3/s` `1.24k/s`. */
export function rate(value: Maybe): string {
  return missing(value) ? absent : `${value > 0 && value < 0.1 ? '<0.1' : count(Number(toSignificant(value, 3)))}/s`
}

/** A value of a metric in its own unit: `34.5k` tokens, `$0.42`, `1.24 s`. */
export function inUnit(value: Maybe, unit: string | undefined): string {
  if (missing(value)) return absent
  switch (unit?.toLowerCase()) {
    case 'usd':
    case '$':
      return cost(value)
    case 'ns':
      return duration(value)
    case 'us':
    case 'µs':
      return duration(value * 1e3)
    case 'ms':
      return duration(value * 1e6)
    case 's':
      return duration(value * 1e9)
    case 'by':
    case 'bytes':
      return bytes(value)
    case '%':
    case 'percent':
      return ratio(value / 100)
    default:
      return count(value)
  }
}
