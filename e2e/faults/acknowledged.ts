// acknowledged.ts: compares what clients sent and were promised with what a server's files hold.
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '#server/store/store.ts'
import type { Sent } from './clients.ts'
import storedSql from './stored.sql' with { type: 'text' }

/** What is wrong; each list is empty when all is well. */
export type Found = {
  /** Acknowledged, and not there. */
  lost: string[]
  /** A request is stored whole or not at all. */
  partial: string[]
  twice: string[]
  /** Nobody sent it. */
  unknown: string[]
  /** Counters whose increases do not add up to their newest value. */
  wrongDeltas: unknown[]
}

export const nothingWrong: Found = { lost: [], partial: [], twice: [], unknown: [], wrongDeltas: [] }

/** Looks into a copy of a dead server's files, so that its next start has to recover by itself. */
export async function inCopy<T>(home: string, look: (store: Store) => Promise<T>): Promise<T> {
  const from = join(home, '.telltale')
  const folder = mkdtempSync(join(tmpdir(), 'telltale-copy-'))
  try {
    for (const name of readdirSync(from)) {
      const isData = name.startsWith('telltale.duckdb') && !name.endsWith('.lock')
      if (isData && statSync(join(from, name)).isFile()) copyFileSync(join(from, name), join(folder, name))
    }
    const store = await openStore({ path: join(folder, 'telltale.duckdb') })
    try {
      return await look(store)
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Compares what is stored with what was sent and acknowledged. */
export async function compare(store: Pick<Store, 'all'>, sent: readonly Sent[]): Promise<Found> {
  const known = new Map(sent.map((one) => [one.id, one]))
  const rows = (await store.all(storedSql)).map((row) => ({
    id: row.id as string,
    stored: row.stored as number,
    different: row.different as number,
  }))
  const stored = new Set(rows.map((row) => row.id))
  return {
    lost: sent.filter((one) => one.acknowledged && !stored.has(one.id)).map((one) => one.id),
    partial: rows.filter((row) => row.different !== (known.get(row.id)?.records ?? row.different)).map((row) => row.id),
    twice: rows.filter((row) => row.stored !== row.different).map((row) => row.id),
    unknown: rows.filter((row) => !known.has(row.id)).map((row) => row.id),
    wrongDeltas: await store.all(`
      select attributes, max(value_int) filter (not is_derived) as newest,
        sum(value_int) filter (is_derived) as increases
      from raw_metric_points group by attributes having newest is distinct from increases`),
  }
}
