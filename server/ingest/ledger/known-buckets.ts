// known-buckets.ts: which buckets of counters there are, and what of them is in memory between groups.
import { Recent } from '#proto/recent.ts'
import { int, list, maybe, query, real, text, time } from '../../store/query.ts'
import type { Reader } from '../../store/store.ts'
import type { Bucket } from './aggregates.ts'
import extentsSql from './bucket-extents.sql' with { type: 'text' }
import exactSql from './exact-calls.sql' with { type: 'text' }
import { ends, type Mark, type Marks, sessionlessSlackNs, Times } from './marks.ts'

/** Counter points kept in memory; one is some 500 bytes. A bucket that fell out is read again when it is needed. */
const pointsMax = 20_000

export const exactShape = {
  tool: text,
  session_id: text,
  time: time,
  duration_ms: maybe(real),
  model: text,
  query_source: maybe(text),
  status: text,
  quality: text,
  sources: list(text),
  total_tokens: int,
}
/** Exact requests of some sessions, and of some tools. */
function exactIn(table: string) {
  const sql = exactSql.replace('from model_calls', `from ${table}`)
  return {
    ofSessions: query(sql, { names: list(text) }, exactShape),
    ofTools: query(sql.replace('session_id in', 'tool in'), { names: list(text) }, exactShape),
  }
}
const extents = query(extentsSql, {}, { tool: text, session_id: text, hour: int, from_time: time, to_time: time })

export type BucketKey = { tool: string; sessionId: string; hour: number }
/** The times (ns) between which a bucket's counters add up. */
type Extent = { from: number; to: number }
export const keyText = ({ tool, sessionId, hour }: BucketKey) => `${tool}\n${sessionId}\n${hour}`

/** What the ledger remembers of counters between groups. */
export class Buckets {
  readonly exact: ReturnType<typeof exactIn>
  readonly cache = new Recent<string, Bucket>(pointsMax)
  /** The buckets of sessions there are. */
  ofSessions = new Map<string, BucketKey>()
  /** The buckets of counters that name no session, by tool and hour. */
  ofTools = new Map<string, Map<number, Extent>>()
  tools = new Set<string>()
  /** Marks of a whole tool, for its counters that name no session; read when the first of them comes. */
  readonly marks = new Map<string, Marks>()

  /** @param callsTable where exact requests are looked up: another table than `model_calls` while that is rebuilt. */
  constructor(callsTable = 'model_calls') {
    this.exact = exactIn(callsTable)
  }

  async load(reader: Reader): Promise<void> {
    this.cache.clear()
    this.marks.clear()
    this.ofSessions = new Map()
    this.ofTools = new Map()
    this.tools = new Set()
    for (const row of await extents(reader, {})) {
      const extent = { from: Number(row.from_time), to: Number(row.to_time) }
      this.know({ tool: row.tool, sessionId: row.session_id, hour: row.hour }, extent)
    }
  }

  knows(key: BucketKey): boolean {
    if (key.sessionId !== '') return this.ofSessions.has(keyText(key))
    return this.ofTools.get(key.tool)?.has(key.hour) ?? false
  }

  know(key: BucketKey, { from, to }: Extent): void {
    this.tools.add(key.tool)
    if (key.sessionId !== '') {
      this.ofSessions.set(keyText(key), key)
      return
    }
    const hours = this.ofTools.get(key.tool) ?? new Map<number, Extent>()
    const known = hours.get(key.hour)
    hours.set(key.hour, known ? { from: Math.min(from, known.from), to: Math.max(to, known.to) } : { from, to })
    this.ofTools.set(key.tool, hours)
  }

  /** Every bucket there is. */
  all(): BucketKey[] {
    const hours = [...this.ofTools].flatMap(([tool, own]) =>
      [...own.keys()].map((hour) => ({ tool, sessionId: '', hour })),
    )
    return [...this.ofSessions.values(), ...hours]
  }

  /** The buckets whose rows some requests may cover. */
  concerned(marks: readonly Mark[]): BucketKey[] {
    const keys = new Map<string, BucketKey>()
    const times = new Map<string, number[]>()
    for (const mark of marks) {
      const key = { tool: mark.tool, sessionId: mark.sessionId, hour: 0 }
      if (mark.sessionId !== '' && this.knows(key)) keys.set(keyText(key), key)
      if (!this.ofTools.has(mark.tool)) continue
      const list = times.get(mark.tool)
      if (list) list.push(...ends(mark))
      else times.set(mark.tool, ends(mark))
    }
    for (const [tool, own] of times) {
      const sorted = new Times()
      sorted.add(own)
      for (const [hour, { from, to }] of this.ofTools.get(tool) ?? []) {
        if (!sorted.between(from - sessionlessSlackNs, to + sessionlessSlackNs)) continue
        const key = { tool, sessionId: '', hour }
        keys.set(keyText(key), key)
      }
    }
    return [...keys.values()]
  }
}
