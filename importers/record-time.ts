// record-time.ts: the times that records of transcripts carry, and what stands in for one that cannot be true.
import { textOf } from './json-values.ts'

/**
 * Nanoseconds since 1970 of an ISO 8601 text (a fraction of up to nine digits is kept), of a number of seconds,
 * milliseconds, microseconds or nanoseconds (told apart by size); `undefined` when it is none of these.
 */
export function nanosOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return ofNumber(value)
  const text = textOf(value)
  if (text === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return ofNumber(Number(text))
  const milliseconds = Date.parse(text)
  if (Number.isNaN(milliseconds)) return undefined
  const finer = /\.\d{3}(\d{1,6})/.exec(text)?.[1]
  return BigInt(milliseconds) * 1_000_000n + (finer ? BigInt(finer.padEnd(6, '0')) : 0n)
}

function ofNumber(value: number): bigint | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined
  if (value < 1e11) return BigInt(Math.round(value * 1000)) * 1_000_000n
  if (value < 1e14) return BigInt(Math.round(value * 1000)) * 1_000n
  if (value < 1e17) return BigInt(Math.round(value)) * 1_000n
  return BigInt(Math.round(value))
}

/** 2015: no agent is older. */
const earliest = 1_420_070_400_000_000_000n
const day = 86_400_000_000_000n

/**
 * The times of one file's records in order. A record without a time, or with one that cannot be (before there were agents,
 * or more than a day after the file was last changed), takes the time of the record before it, else that of the file.
 */
export class RecordTimes {
  #last: bigint | undefined
  readonly #modified: bigint

  constructor(modifiedUnixNano: bigint, last?: bigint) {
    this.#modified = modifiedUnixNano
    this.#last = last
  }

  /** The record's time, and why it is not its own when it is not. */
  of(value: unknown): { time: bigint; replaced?: string } {
    const own = nanosOf(value)
    if (own !== undefined && own >= earliest && own <= this.#modified + day) {
      this.#last = own
      return { time: own }
    }
    const time = this.#last ?? this.#modified
    if (value === undefined || value === null) return { time }
    return { time, replaced: `its time ${JSON.stringify(value)} cannot be; kept with that of the record before it` }
  }

  get last(): bigint | undefined {
    return this.#last
  }
}

/** A hundred years; what claims to have taken longer, or less than nothing, did not say how long it took. */
const durationMsMax = 3.2e12

/** When something began that ended then and took so long. */
export function startedAt(endUnixNano: bigint, durationMs: number | undefined): bigint {
  if (durationMs === undefined || !(durationMs > 0 && durationMs < durationMsMax)) return endUnixNano
  return endUnixNano - BigInt(Math.round(durationMs * 1e6))
}
