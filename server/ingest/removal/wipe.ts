// wipe.ts: after a deletion: its blocks freed, or by a person's wish the file written anew, so that it holds no trace of it.
import { earlierCopies, NotCompacted } from '../../store/compaction.ts'
import { HeldByReader } from '../../store/errors.ts'
import type { Store } from '../../store/store.ts'

/** What became of the file: its size with the log; why it holds what was deleted still; copies beside it that may. */
export type Wiped = { bytesBefore: number; bytesAfter: number; notice?: string; copies?: string[] }

/** What was deleted stays so, whatever becomes of the file. @param bytesBefore before the deletion. */
export async function wipe(store: Store, bytesBefore: number): Promise<Wiped> {
  let notice: string | undefined
  try {
    await store.compact()
  } catch (error) {
    if (!(error instanceof NotCompacted)) throw error
    notice = error.message
  }
  const copies = earlierCopies(store.path)
  return {
    bytesBefore,
    bytesAfter: bytesOf(store),
    ...(notice === undefined ? {} : { notice }),
    ...(copies.length > 0 ? { copies } : {}),
  }
}

/** Frees the blocks of what was deleted; beside a long query that reads old rows, such as an export, they are free later. */
export async function free(store: Store): Promise<void> {
  try {
    await store.checkpoint()
  } catch (error) {
    if (!(error instanceof HeldByReader)) throw error
  }
}

/** The file with its log. */
export function bytesOf(store: Store): number {
  const { databaseBytes, walBytes } = store.size()
  return databaseBytes + walBytes
}
