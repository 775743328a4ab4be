// bounded.ts: answers that fit into what an agent can read: long texts are cut, long lists shortened, and it is said where.

/** Bytes of one answer's data; about eight thousand tokens. */
export const answerBytesMax = 32 * 1024

const bytesOf = (text: string) => Buffer.byteLength(text)

/**
 * The JSON text of a value in at most `bytesMax` bytes. First texts are cut, down to 200 characters each; then the largest
 * list is halved, again and again, a note taking the place of what is left out; a value that is still too large is cut as text.
 */
export function bounded(value: unknown, bytesMax = answerBytesMax): { text: string; isCut: boolean } {
  const whole = JSON.stringify(value)
  if (bytesOf(whole) <= bytesMax) return { text: whole, isCut: false }
  let small: unknown = value
  for (const charsMax of [4000, 1000, 200]) {
    small = withShortTexts(value, charsMax)
    const text = JSON.stringify(small)
    if (bytesOf(text) <= bytesMax) return { text, isCut: true }
  }
  // Its own copy by now: lists may be shortened in place.
  const omitted = new Map<unknown[], number>()
  for (;;) {
    const largest = largestList(small)
    if (!largest) break
    const had = omitted.get(largest) ?? 0
    const items = had > 0 ? largest.slice(0, -1) : [...largest]
    const kept = Math.floor(items.length / 2)
    const gone = had + items.length - kept
    omitted.set(largest, gone)
    largest.splice(0, largest.length, ...items.slice(0, kept), `… ${gone} more left out`)
    const text = JSON.stringify(small)
    if (bytesOf(text) <= bytesMax) return { text, isCut: true }
  }
  return { text: cutText(JSON.stringify(small), bytesMax), isCut: true }
}

function withShortTexts(value: unknown, charsMax: number): unknown {
  if (typeof value === 'string') {
    if (value.length <= charsMax) return value
    return `${value.slice(0, charsMax).toWellFormed()}… (${value.length - charsMax} more characters)`
  }
  if (Array.isArray(value)) return value.map((one) => withShortTexts(one, charsMax))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withShortTexts(one, charsMax)]))
}

/** The list that takes most of the text and still holds two items (the last may be the note); lists in lists count for both. */
function largestList(value: unknown): unknown[] | undefined {
  let largest: unknown[] | undefined
  let most = 0
  const visit = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) return
    if (Array.isArray(one) && one.length > 1) {
      const size = JSON.stringify(one).length
      if (size > most) {
        most = size
        largest = one
      }
    }
    for (const inner of Object.values(one)) visit(inner)
  }
  visit(value)
  return largest
}

/** The first bytes of a text, whole characters only. */
function cutText(text: string, bytesMax: number): string {
  const note = '… (cut)'
  const start = Buffer.from(text).subarray(0, bytesMax - bytesOf(note))
  return new TextDecoder().decode(start).replace(/\uFFFD$/, '') + note
}
