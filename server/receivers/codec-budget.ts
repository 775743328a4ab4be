// codec-budget.ts: how much one request may become in memory: a record of two bytes on the wire is one of 500 here.

/** A request would take too much memory, although its body is small enough: 413. */
export class TooManyError extends Error {
  override name = 'TooManyError'
}

/**
 * Units of about 100 bytes. The fullest requests of real exporters need a quarter: 64 MiB of log records with 18
 * attributes are 2 million. Without a limit, 64 MiB of empty records were 20 million records and 10 GB.
 */
const unitsMax = 8_000_000

/** What each thing weighs, in units; an attribute, an element of a list or a bucket weighs 1. */
export const weights = { record: 8, part: 4 } as const

/**
 * Attributes, entries of lists, events and links that are kept of one record, which is worked on in one piece: with a million of
 * them one record held everybody else for 1.6 s. Whoever sends that many is told, and how many were left out stands in the record
 * (OTLP's `dropped_attributes_count`). SDKs send 128 unless they are told otherwise.
 */
export const entriesMax = 50_000

/** Counts what a request becomes, while it is read. */
export class Budget {
  private left = unitsMax
  private room = entriesMax
  private unsettled = 0
  /** What was left out of all records so far. */
  leftOut = 0
  /** The record being read has more numbers (of buckets, of quantiles) than are kept; some of them would be wrong ones. */
  isTooLarge = false

  /** @throws TooManyError when it is used up. */
  spend(units: number): void {
    this.left -= units
    if (this.left < 0) {
      throw new TooManyError('the request has too many records, attributes or list entries; send smaller batches')
    }
  }

  /** Whether one more entry of the record being read is kept. */
  keeps(): boolean {
    if (this.room === 0) {
      this.unsettled++
      return false
    }
    this.room--
    this.spend(1)
    return true
  }

  /** Whether so many numbers of the record being read are kept, of which none may be missing. */
  takes(count: number): boolean {
    if (count > this.room) {
      this.isTooLarge = true
      return false
    }
    this.room -= count
    this.spend(count)
    return true
  }

  /** Ends a record, a resource or a scope: how much of it was left out. */
  settled(): number {
    const { unsettled } = this
    this.leftOut += unsettled
    this.unsettled = 0
    this.room = entriesMax
    return unsettled
  }
}
