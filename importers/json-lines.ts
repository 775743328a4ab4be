// json-lines.ts: the records on one line of a transcript, also when a crash or two writers broke the line.
import { isObject, type JsonObject, parseJson } from './json-values.ts'

/** The records of a line in order, and how many pieces of it were no record. */
export type Records = { records: JsonObject[]; lost: number }

/**
 * One line is one JSON object. When it is not, every complete object on it is still found: after a run of NULs, after
 * another object (`}{`), after one that was cut off in the middle. What is left over is counted, once a piece.
 */
export function recordsOf(text: string): Records {
  const whole = parseJson(text)
  if (isObject(whole)) return { records: [whole], lost: 0 }
  if (whole !== undefined) return { records: [], lost: 1 }
  const found: Records = { records: [], lost: 0 }
  for (const piece of text.split(/\0+/)) if (piece.trim() !== '') scan(piece, found)
  return found
}

/** Beginnings that are tried on one piece: real lines hold a few records, a bomb of braces holds a million. */
const beginningsMax = 200

function scan(text: string, found: Records): void {
  let at = 0
  let losing = false
  for (let beginnings = 0; at < text.length; beginnings++) {
    if (beginnings === beginningsMax) {
      losing = true
      break
    }
    const start = text.indexOf('{', at)
    if (start < 0 || text.slice(at, start).trim() !== '') losing = true
    if (start < 0) break
    const end = objectEnd(text, start)
    const record = end > 0 && standsAlone(text, end) ? parseJson(text.slice(start, end)) : undefined
    if (isObject(record)) {
      if (losing) found.lost++
      losing = false
      found.records.push(record)
      at = end
    } else {
      losing = true
      // The object was cut off; another may begin anywhere behind, always with a key.
      const next = text.indexOf('{"', start + 1)
      if (next < 0) break
      at = next
    }
  }
  if (losing) found.lost++
}

/** Whether an object that ends here is a record and not a part of one: only another object or nothing may follow. */
function standsAlone(text: string, end: number): boolean {
  for (let at = end; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x7b) return true
    if (unit > 0x20) return false
  }
  return true
}

/** Where the object that begins at `start` ends (behind its brace); -1 when it does not. */
function objectEnd(text: string, start: number): number {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (inString) {
      if (unit === 0x5c) at++
      else if (unit === 0x22) inString = false
    } else if (unit === 0x22) inString = true
    else if (unit === 0x7b) depth++
    else if (unit === 0x7d && --depth === 0) return at + 1
  }
  return -1
}

/** Calls `accept` for every record of a line; what it throws, and what was lost, is told, and the next record goes on. */
export function eachRecord(text: string, accept: (record: JsonObject) => void, lost: (reason: string) => void): void {
  const { records, lost: pieces } = recordsOf(text)
  for (const record of records) {
    try {
      accept(record)
    } catch (error) {
      lost(`could not be read: ${(error as Error).message}`)
    }
  }
  for (let piece = 0; piece < pieces; piece++) lost('a record that was cut off or is not JSON')
}
