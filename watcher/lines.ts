// lines.ts: bytes → whole lines, with bounded memory whatever the bytes are.
import { isUtf8 } from 'node:buffer'
import type { Skipped, TranscriptLine } from '#proto/agent.ts'

/** A line longer than this is passed over: no agent writes one, and it would have to be held whole. */
export const lineBytesMax = 32 * 1024 * 1024

const newline = 10

/** Splits a stream of bytes. Counts lines from `line` + 1; `consumed` is where the next unfinished line begins. */
export class LineSplitter {
  #line: number
  readonly #max: number
  /** The parts of a line whose end has not come yet. */
  #pending: Buffer[] = []
  #pendingBytes = 0
  #overlong = false

  constructor(line: number, max = lineBytesMax) {
    this.#line = line
    this.#max = max
  }

  /** The number of the last whole line. */
  get line(): number {
    return this.#line
  }

  /** Bytes of the line whose end has not come yet. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** Takes bytes (kept until the line they belong to has ended) and gives the lines that are now whole. */
  push(bytes: Buffer, skipped: Skipped[]): TranscriptLine[] {
    const lines: TranscriptLine[] = []
    let from = 0
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      this.#line++
      const own = bytes.subarray(from, at)
      from = at + 1
      if (this.#overlong || this.#pendingBytes + own.length > this.#max) {
        const megabytes = Math.round((this.#pendingBytes + own.length) / 1024 / 1024)
        skipped.push({ line: this.#line, reason: `a line of ${megabytes} MB is longer than a record can be` })
      } else {
        const whole = this.#pending.length > 0 ? Buffer.concat([...this.#pending, own]) : own
        const text = decoded(whole, this.#line, skipped)
        if (text !== '') lines.push({ text, line: this.#line })
      }
      this.#pending = []
      this.#pendingBytes = 0
      this.#overlong = false
    }
    this.#keep(bytes.subarray(from))
    return lines
  }

  /** The unfinished line at the end of the file, if it can be told already. */
  rest(skipped: Skipped[]): TranscriptLine[] {
    if (this.#overlong || this.#pendingBytes === 0) return []
    const text = decoded(Buffer.concat(this.#pending), this.#line + 1, skipped)
    return text === '' ? [] : [{ text, line: this.#line + 1 }]
  }

  #keep(tail: Buffer): void {
    if (tail.length === 0) return
    this.#pendingBytes += tail.length
    if (this.#overlong) return
    if (this.#pendingBytes > this.#max) {
      this.#overlong = true
      this.#pending = []
      return
    }
    // A copy: the caller's buffer is used again.
    this.#pending.push(Buffer.from(tail))
  }
}

/** The line's text without a byte order mark, a carriage return, blanks and NULs around it. */
function decoded(bytes: Buffer, line: number, skipped: Skipped[]): string {
  if (!isUtf8(bytes)) skipped.push({ line, reason: 'not valid UTF-8: read with replacement characters' })
  const text = bytes.toString('utf8')
  let from = 0
  let to = text.length
  while (from < to && isPadding(text.charCodeAt(from))) from++
  while (to > from && isPadding(text.charCodeAt(to - 1))) to--
  return from === 0 && to === text.length ? text : text.slice(from, to)
}

/** NUL runs are what an interrupted write leaves; the others may stand around any JSON. */
function isPadding(unit: number): boolean {
  return unit === 0 || unit === 32 || unit === 9 || unit === 13 || unit === 0xfeff
}
