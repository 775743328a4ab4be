// raw-times.ts: stored JSON whose times are digits, passed on with times as RFC 3339 and everything else untouched.
import { Raw, writeJson } from './json.ts'
import { formatTime } from './time.ts'

const key = '"timeUnixNano":'
const [quote, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x7b, 0x7d, 0x5b, 0x5d]

/**
 * Stored events or exemplars with their times as RFC 3339. Only the key and its number are rewritten, in the text: reading
 * the JSON and writing it again would lose int64s. Our writer puts the time first in each object of the outermost array; a
 * walk over the text that skips strings finds exactly those, whatever the attributes hold.
 */
export function withTimes<T>(stored: string | null): Raw<T[]> {
  if (stored === null) return new Raw('[]')
  let out = ''
  let copied = 0
  let depth = 0
  for (let at = 0; at < stored.length; at++) {
    const character = stored.charCodeAt(at)
    if (character === quote) at = endOfString(stored, at)
    else if (character === closeBrace || character === closeBracket) depth--
    else if (character === openBrace || character === openBracket) {
      depth++
      if (depth !== 2 || !stored.startsWith(key, at + 1)) continue
      const digits = at + 1 + key.length
      const end = stored.indexOf(',', digits)
      out += `${stored.slice(copied, at + 1)}"timestamp":${writeJson(formatTime(BigInt(stored.slice(digits, end))))}`
      copied = end
    }
  }
  return new Raw(out + stored.slice(copied))
}

/** The index of the quote that closes the string opened at `at`. */
function endOfString(text: string, at: number): number {
  for (let close = text.indexOf('"', at + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let backslashes = 0
    while (text[close - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return close
  }
  return text.length
}
