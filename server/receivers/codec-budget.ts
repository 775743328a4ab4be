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

/** Counts what a request becomes, while it is read. */
export class Budget {
  private left = unitsMax

  /** @throws TooManyError when it is used up. */
  spend(units: number): void {
    this.left -= units
    if (this.left < 0) {
      throw new TooManyError('the request has too many records, attributes or list entries; send smaller batches')
    }
  }
}
