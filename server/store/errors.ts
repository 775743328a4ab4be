// errors.ts: what can go wrong with the database, told apart by what the caller can do about it.

/** The disk or the database file gave trouble; nothing was stored and the same work may succeed later. */
export class StorageTrouble extends Error {
  override name = 'StorageTrouble'
  constructor(
    message: string,
    /** The commit itself failed halfway: what it held may be in the log all the same and be read after a restart. */
    readonly unsure = false,
  ) {
    super(message)
  }
}

/** A query that reads old rows keeps the log from moving into the file; it can when that query has ended. */
export class HeldByReader extends StorageTrouble {
  override name = 'HeldByReader'
}

/** A query ran longer than it may and was interrupted. */
export class QueryTimeout extends Error {
  override name = 'QueryTimeout'
}

/** A query took more memory than it may and was interrupted. */
export class QueryTooLarge extends Error {
  override name = 'QueryTooLarge'
}

/** The database cannot be opened; the message says why and what to do. */
export class CannotOpen extends Error {
  override name = 'CannotOpen'
}

/** The commit is on disk although it threw: only the checkpoint after it failed (reliability fact 3). */
export function isDurableFailure(error: unknown): boolean {
  return /COMMIT succeeded and is durable/i.test(messageOf(error))
}

/** The attached database was invalidated: every later statement fails until it is attached anew. */
export function isFatal(error: unknown): boolean {
  return /database has been invalidated|FATAL Error|must be restarted prior to being used/i.test(messageOf(error))
}

/**
 * A checkpoint found a commit that changed rows in place and is kept for a reader that began before it: it can be made when
 * that reader has ended (DuckDB keeps the lock of such a transaction as long as its old rows). Nothing is harmed.
 */
export function isHeldByReaders(error: unknown): boolean {
  return /Cannot CHECKPOINT: there are other write transactions active/.test(messageOf(error))
}

/** A bug of the database's: it invalidates itself, and the error of whatever comes next does not tell why. */
export function isInternal(error: unknown): boolean {
  return /INTERNAL Error/.test(messageOf(error))
}

/** The same error, with the statement at which the database found a bug of its own: nothing else tells it. */
export function withStatement(error: unknown, statement: string): unknown {
  if (!isInternal(error)) return error
  const said = statement.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim()
  return new Error(`${messageOf(error).split('\n')[0]} (in: ${said.slice(0, 300)})`, { cause: error })
}

/** Whether the error is the disk's doing (full, failing, read-only) rather than the statement's. */
export function isStorage(error: unknown): boolean {
  return (
    isFatal(error) ||
    /No space left on device|Input\/output error|Read-only file system|Disk quota|File too large|Too many open files|Could not (write|sync|truncate|fsync)|Failed to (commit|sync)|IO Error|Out of Memory/i.test(
      messageOf(error),
    )
  )
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
