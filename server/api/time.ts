// time.ts: RFC 3339 with nanoseconds, both ways.

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?(Z|z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Nanoseconds since 1970 of an RFC 3339 time; a date alone is its midnight in UTC, and a time without an offset is UTC.
 * `undefined` when the text is no time that exists.
 */
export function parseTime(text: string): bigint | undefined {
  const match = pattern.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = match
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(milliseconds)) return undefined
  // Date.parse lets 31 February through as 3 March.
  if (new Date(milliseconds).getUTCDate() !== Number(day)) return undefined
  const nanoseconds = BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return nanoseconds - offsetNanoseconds(offset)
}

function offsetNanoseconds(offset: string): bigint {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(offset)
  if (!match) return 0n
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return BigInt(match[1] === '-' ? -minutes : minutes) * 60_000_000_000n
}

/** RFC 3339 in UTC with as many of three, six or nine fraction digits as the value needs, at least three. */
export function formatTime(nanoseconds: bigint): string {
  const billion = 1_000_000_000n
  let seconds = nanoseconds / billion
  let rest = nanoseconds % billion
  if (rest < 0n) {
    rest += billion
    seconds -= 1n
  }
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, -5)
  const digits = String(rest).padStart(9, '0')
  const kept = digits.endsWith('000000') ? digits.slice(0, 3) : digits.endsWith('000') ? digits.slice(0, 6) : digits
  return `${date}.${kept}Z`
}
