// page.ts: what all lists share: where a page ends, how many rows there are, how a search term is looked for.
import { writeJson } from './json.ts'

/**
 * The most text that one page holds, in bytes. Records may be megabytes long (prompts, tool output); a page that would
 * pass this is cut after the record that does, and `hasMore` says so.
 */
export const pageBytesMax = 16 * 1024 * 1024

/** A page of rows that each carry the number of all rows. */
export async function withTotal<R extends { total: number }>(
  rows: R[],
  offset: number,
  first: () => Promise<R[]>,
): Promise<{ rows: R[]; total: number; hasMore: boolean }> {
  // A page past the end has no row to carry the total.
  const total = rows[0]?.total ?? (offset > 0 ? ((await first())[0]?.total ?? 0) : 0)
  return { rows, total, hasMore: offset + rows.length < total }
}

/**
 * A search term as the lists look for it, without regard to case: as it is in names and texts, and as JSON writes it (`"` is
 * `\"`) in attributes. `%`, `_` and `\` are characters like any other.
 */
export function searchTerms(term: string | undefined): { search: string | null; search_json: string | null } {
  if (term === undefined) return { search: null, search_json: null }
  return { search: term, search_json: writeJson(term).slice(1, -1) }
}
