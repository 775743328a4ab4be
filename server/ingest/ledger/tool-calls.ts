// tool-calls.ts: the tool calls of a group, merged with what other doors and earlier groups said of them.
import { Recent } from '#proto/recent.ts'
import { each } from '#proto/steps.ts'
import type { Source, ToolCallObservation } from '#proto/telemetry.ts'
import { json, list, query, type Row, real, text, time } from '../../store/query.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import { chunks } from './chunks.ts'
import { deleteNumbered, deleteToolCalls } from './deletes.ts'
import { HashIndex } from './hash-index.ts'
import { inheritedBits } from './model-call.ts'
import type { SessionGroup } from './sessions.ts'
import {
  mergedFacts,
  resolvedToolCall,
  type ToolFacts,
  toolCallHash,
  toolDetail,
  toolFacts,
  toolFactsHash,
  toolFingerprint,
} from './tool-call.ts'
import factsSql from './tool-facts.sql' with { type: 'text' }
import { type ToolCallRow, type ToolFactsRow, toolCallWriter, toolFactsWriter } from './writers.ts'

/** Characters of details kept in memory, for the results that follow their calls in a moment. */
const detailCharsMax = 4_000_000

export const factsShape = {
  tool: text,
  source: text,
  session_id: text,
  call_id: text,
  time: time,
  detail: json,
  call_hash: real,
}
const factsOf = query(factsSql, { hashes: list(real) }, factsShape)
const byFacts = { column: 'facts_hash', type: 'double' } as const

/** What the ledger remembers of tool calls between groups. */
export class ToolCalls {
  /** Hash of a call → 1; of what one door says of it → its fingerprint as the mark. */
  index = new HashIndex()
  readonly cache = new Recent<number, ToolFactsRow[]>(detailCharsMax)

  async load(reader: Reader): Promise<void> {
    this.cache.clear()
    const rows = await reader.read('select call_hash, facts_hash, fingerprint::double from tool_call_observations')
    const [calls = [], facts = [], fingerprints = []] = rows.getColumnsJS() as number[][]
    const index = new HashIndex(calls.length * 2)
    calls.forEach((call, row) => {
      index.set(call, 1, 0)
      index.set(facts[row] as number, 1, fingerprints[row] as number)
    })
    this.index = index
  }
}

/** The tool calls of one group. */
export class ToolCallGroup {
  readonly #tools: ToolCalls
  readonly #sessions: SessionGroup
  readonly #factsWritten: ToolFactsRow[] = []
  readonly #factsReplaced: number[] = []
  readonly #callsReplaced: ToolFacts[] = []
  readonly #after = new Map<number, ToolFactsRow[]>()
  #rows: ToolCallRow[] = []

  constructor(tools: ToolCalls, sessions: SessionGroup) {
    this.#tools = tools
    this.#sessions = sessions
  }

  async prepare(reader: Reader, observations: ToolCallObservation[]): Promise<void> {
    if (observations.length === 0) return
    const { index } = this.#tools
    const said = await inTurns(merged(observations))
    const unseen = [...said.values()].filter(({ factsHash, fingerprint }) => {
      const slot = index.find(factsHash)
      return slot < 0 || index.mark(slot) !== fingerprint
    })
    const before = await this.#load(
      reader,
      unseen.map(({ callHash }) => callHash),
    )
    const changed = new Set<number>()
    const take = (own: ToolFactsRow) => {
      const rows = this.#after.get(own.callHash) ?? [...(before.get(own.callHash) ?? [])]
      this.#after.set(own.callHash, rows)
      const at = rows.findIndex(({ facts }) => facts.source === own.facts.source)
      const known = rows[at]
      const row = known ? rowOf(mergedFacts(known.facts, own.facts)) : own
      if (known && known.fingerprint === row.fingerprint && known.detail === row.detail) return
      if (known) {
        rows[at] = row
        this.#factsReplaced.push(row.factsHash)
      } else rows.push(row)
      this.#factsWritten.push(row)
      changed.add(own.callHash)
    }
    await inTurns(each(unseen, take))
    await inTurns(
      each(changed, (hash) => {
        const rows = this.#after.get(hash) as ToolFactsRow[]
        if (before.has(hash)) this.#callsReplaced.push((rows[0] as ToolFactsRow).facts)
        this.#rows.push(toolCallRow(rows, this.#sessions))
      }),
    )
  }

  async write(tx: Tx, batch: bigint): Promise<void> {
    await deleteNumbered(tx, 'tool_call_observations', byFacts, this.#factsReplaced)
    await deleteToolCalls(tx, this.#callsReplaced)
    for (const row of this.#factsWritten) row.batch = batch
    await tx.append(toolFactsWriter, this.#factsWritten)
    await tx.append(toolCallWriter, this.#rows)
  }

  *commit(): Generator<void> {
    const { index, cache } = this.#tools
    yield* each(this.#factsWritten, ({ callHash, factsHash, fingerprint }) => {
      index.set(callHash, 1, 0)
      index.set(factsHash, 1, fingerprint)
    })
    yield* each(this.#after, ([hash, rows]) =>
      cache.set(
        hash,
        rows,
        rows.reduce((sum, { detail }) => sum + detail.length + 200, 0),
      ),
    )
  }

  async #load(reader: Reader, hashes: number[]): Promise<Map<number, ToolFactsRow[]>> {
    const { index, cache } = this.#tools
    const known = new Map<number, ToolFactsRow[]>()
    const missing: number[] = []
    for (const hash of new Set(hashes)) {
      const cached = cache.get(hash)
      if (cached) known.set(hash, cached)
      else if (index.find(hash) >= 0) missing.push(hash)
    }
    for (const some of chunks(missing))
      await inTurns(
        each(await factsOf(reader, { hashes: some }), (row) => {
          const rows = known.get(row.call_hash)
          if (rows) rows.push(storedFacts(row))
          else known.set(row.call_hash, [storedFacts(row)])
        }),
      )
    return known
  }
}

/** The row of one call from what each door said of it, with its session's project and branch where it has none. */
export function toolCallRow(doors: readonly ToolFactsRow[], sessions: SessionGroup): ToolCallRow {
  const call: ToolCallRow = { ...resolvedToolCall(doors.map(({ facts }) => facts)), inherited: 0 }
  const session = sessions.get(call.tool, call.sessionId)
  for (const field of ['project', 'branch'] as const) {
    if (call[field] !== undefined || session?.[field] === undefined) continue
    call[field] = session[field]
    call.inherited |= inheritedBits[field]
  }
  return call
}

/** What the group says, one entry a door and call. */
function* merged(observations: ToolCallObservation[]): Generator<void, Map<number, ToolFactsRow>> {
  const said = new Map<number, ToolFacts>()
  yield* each(observations, (observation) => {
    const facts = toolFacts(observation)
    const hash = toolFactsHash(facts)
    const before = said.get(hash)
    said.set(hash, before ? mergedFacts(before, facts) : facts)
  })
  const rows = new Map<number, ToolFactsRow>()
  yield* each(said, ([hash, facts]) => rows.set(hash, rowOf(facts, hash)))
  return rows
}

/** What one door said of a call, read back. */
export function storedFacts(row: Row<typeof factsShape>): ToolFactsRow {
  return rowOf({
    ...(JSON.parse(row.detail) as Partial<ToolFacts>),
    source: row.source as Source,
    tool: row.tool,
    sessionId: row.session_id,
    callId: row.call_id,
    timeUnixNano: row.time,
  })
}

function rowOf(facts: ToolFacts, factsHash = toolFactsHash(facts)): ToolFactsRow {
  const detail = toolDetail(facts)
  return {
    batch: 0n,
    facts,
    detail,
    callHash: toolCallHash(facts),
    factsHash,
    fingerprint: toolFingerprint(facts, detail),
  }
}
