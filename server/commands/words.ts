// words.ts: numbers as a terminal shows them.

/** `1,234,567`. */
export const count = (value: number): string => value.toLocaleString('en-US')

/** `12.3 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let scaled = value
  let unit = 0
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000
    unit++
  }
  return `${scaled < 10 && unit > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${units[unit]}`
}

/** `3m 12s`, `1h 04m`, `2d 3h`. */
export function since(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`
}

/** `$1,284.50`, `$12.34`; below a dollar two digits that say something: `$0.42`, `$0.0061`. */
export function dollars(value: number): string {
  const size = Math.abs(value)
  if (value === 0) return '$0.00'
  const decimals = size >= 1 ? 2 : Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(size))))
  return `${value < 0 ? '-' : ''}$${size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: decimals })}`
}
