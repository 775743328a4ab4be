// rebuild.ts: the whole ledger computed anew from its observations, and what that moves.
import { int, list, query, real } from '../../store/query.ts'
import type { Store, Tx } from '../../store/store.ts'
import { BucketGroup } from './buckets.ts'
import { chunks } from './chunks.ts'
import { rebuiltCommits } from './commits.ts'
import { HashIndex } from './hash-index.ts'
import { Buckets } from './known-buckets.ts'
import type { Ledger } from './ledger.ts'
import { type ModelCall, modelCall, type Pricing } from './model-call.ts'
import { identified, type Kept, mergedVersions, type StoredObservation } from './observation.ts'
import { type Moved, replaced } from './replaced.ts'
import { resolve } from './resolve.ts'
import { rebuiltSessions, SessionGroup, Sessions, sessionKey } from './sessions.ts'
import { componentsBetween } from './stored-observations.ts'
import { factsShape, storedFacts, toolCallRow } from './tool-calls.ts'
import uniteSql from './unite-components.sql' with { type: 'text' }
import { commitWriter, modelCallWriter, sessionWriter, type ToolCallRow, toolCallWriter } from './writers.ts'

export type RebuildReport = {
  dryRun: boolean
  calls: Moved
  tokens: { before: number; after: number }
  costNanoUsd: { before: number; after: number }
  toolCalls: Moved
  sessions: Moved
  commits: Moved
  durationMs: number
}

/** Observations taken into memory at once. */
const pageObservations = 20_000
/** Buckets of counters taken into memory at once. */
const pageBuckets = 500
/** One more than the largest hash (hash-index.ts). */
const hashEnd = 2 ** 53

const toolFactsBetween = query(
  `select tool, source, session_id, call_id, epoch_ns(time) as time, detail, call_hash
  from tool_call_observations where call_hash >= $from and call_hash < $to`,
  { from: real, to: real },
  factsShape,
)
const uniteObservations = query(uniteSql, { from: list(int), into: list(int) }, {})
const uniteCalls = query(
  uniteSql.replace('update call_observations', 'update model_calls'),
  { from: list(int), into: list(int) },
  {},
)
const sums = query(
  `select coalesce(sum(total_tokens), 0)::bigint as tokens, coalesce(sum(cost_nano_usd), 0)::bigint as cost
  from model_calls`,
  {},
  { tokens: int, cost: int },
)

/** Thrown to leave the transaction of a dry run. */
class DryRun extends Error {}

/**
 * Rebuilds `model_calls`, `tool_calls`, `sessions` and `commits` from the observations, in one transaction, and tells the
 * ledger that runs on them (if any) to read them again. A healthy ledger does not move; a new price table, or a program
 * that reads observations better, moves it.
 */
export async function rebuild(
  store: Store,
  pricing: Pricing,
  { dryRun = false, ledger }: { dryRun?: boolean; ledger?: Ledger } = {},
): Promise<RebuildReport> {
  const started = performance.now()
  let tables: Tables | undefined
  try {
    await store.transaction(async (tx) => {
      tables = await rebuildIn(tx, pricing)
      if (dryRun) throw new DryRun()
      ledger?.invalidate()
    })
  } catch (error) {
    if (!(error instanceof DryRun)) throw error
  }
  return { dryRun, ...(tables as Tables), durationMs: Math.round(performance.now() - started) }
}

type Tables = Omit<RebuildReport, 'dryRun' | 'durationMs'>

async function rebuildIn(tx: Tx, pricing: Pricing): Promise<Tables> {
  await uniteComponents(tx)
  const sessions = await replaced(tx, 'sessions', ['tool', 'session_id'], async (into) =>
    tx.append({ ...sessionWriter, ...into }, await rebuiltSessions(tx)),
  )
  const known = new Sessions()
  await known.load(tx)
  const group = new SessionGroup(known)
  const [before] = await sums(tx, {})
  const calls = await replaced(tx, 'model_calls', ['call_id'], async (into) => {
    const append = (rows: ModelCall[]) => tx.append({ ...modelCallWriter, ...into }, rows)
    await rebuildCalls(tx, pricing, group, append)
    await rebuildAggregates(tx, pricing, group, into.table, append)
  })
  const [after] = await sums(tx, {})
  const toolCalls = await replaced(tx, 'tool_calls', ['tool', 'session_id', 'call_id'], (into) =>
    rebuildToolCalls(tx, group, (rows) => tx.append({ ...toolCallWriter, ...into }, rows)),
  )
  const commits = await replaced(tx, 'commits', ['kind', 'hash'], async (into) =>
    tx.append({ ...commitWriter, ...into }, await rebuiltCommits(tx)),
  )
  return {
    calls,
    tokens: { before: before?.tokens ?? 0, after: after?.tokens ?? 0 },
    costNanoUsd: { before: before?.cost ?? 0, after: after?.cost ?? 0 },
    toolCalls,
    sessions,
    commits,
  }
}

/** Unites components that share a key, should they have been kept apart; a component that is too large does no harm. */
async function uniteComponents(tx: Tx): Promise<void> {
  // Weak keys join only what several doors told: what one door told alone stays apart.
  const rows = await tx.read(
    `select unnest(list_append(
      case when weak_hash is null or weak_hash in (
        select weak_hash from call_observations where weak_hash is not null group by 1 having count(distinct source) > 1
      ) then key_hashes else key_hashes[:-2] end,
      id_hash)) as hash, component::double
    from call_observations`,
  )
  const [hashes = [], components = []] = rows.getColumnsJS() as number[][]
  const owners = new HashIndex(hashes.length)
  const parents = new Map<number, number>()
  const root = (component: number): number => {
    let at = component
    for (let next = parents.get(at); next !== undefined; next = parents.get(at)) at = next
    return at
  }
  hashes.forEach((hash, row) => {
    const component = components[row] as number
    const slot = owners.find(hash)
    if (slot < 0) {
      owners.set(hash, component, 0)
      return
    }
    const one = root(owners.value(slot))
    const other = root(component)
    if (one !== other) parents.set(Math.max(one, other), Math.min(one, other))
  })
  if (parents.size === 0) return
  const from = [...parents.keys()]
  const into = from.map(root)
  await uniteObservations(tx, { from, into })
  await uniteCalls(tx, { from, into })
}

async function rebuildCalls(
  tx: Tx,
  pricing: Pricing,
  sessions: SessionGroup,
  append: (rows: ModelCall[]) => Promise<void>,
): Promise<void> {
  const [size] = await tx.all('select count(*) as n, max(component) as last from call_observations')
  const last = Number(size?.last ?? 0)
  const step = Math.max(1, Math.ceil((last * pageObservations) / Math.max(1, Number(size?.n))))
  const lineage = (tool: string, sessionId: string) => sessions.depth(tool, sessionId)
  for (let from = 1; from <= last; from += step) {
    const page = await componentsBetween(tx, from, from + step - 1)
    const resolved = [...page].flatMap(([component, observations]) =>
      resolve(onceEach(observations), lineage).map((call) => ({ call, component })),
    )
    await sessions.ensure(tx, keysOf(resolved.map(({ call }) => call)))
    await append(
      resolved.map(({ call, component }) =>
        modelCall(call, component, sessions.get(call.tool, call.sessionId), pricing),
      ),
    )
  }
}

async function rebuildAggregates(
  tx: Tx,
  pricing: Pricing,
  sessions: SessionGroup,
  exactTable: string,
  append: (rows: ModelCall[]) => Promise<void>,
): Promise<void> {
  const buckets = new Buckets(exactTable)
  await buckets.load(tx)
  const keys = buckets.all()
  for (const some of chunks(keys, pageBuckets)) {
    const group = new BucketGroup(buckets, sessions, pricing)
    await append(await group.rebuilt(tx, some))
  }
}

async function rebuildToolCalls(
  tx: Tx,
  sessions: SessionGroup,
  append: (rows: ToolCallRow[]) => Promise<void>,
): Promise<void> {
  const [size] = await tx.all('select count(*) as n from tool_call_observations')
  const pages = Math.ceil(Number(size?.n ?? 0) / pageObservations)
  for (let page = 0; page < pages; page++) {
    const from = (hashEnd / pages) * page
    const rows = await toolFactsBetween(tx, { from, to: page === pages - 1 ? hashEnd : (hashEnd / pages) * (page + 1) })
    const calls = [...Map.groupBy(rows.map(storedFacts), ({ callHash }) => callHash).values()]
    await sessions.ensure(tx, keysOf(rows.map((row) => ({ tool: row.tool, sessionId: row.session_id }))))
    await append(calls.map((doors) => toolCallRow(doors, sessions)))
  }
}

/** A component's observations, each in the version that stands, should one ever have been stored twice. */
function onceEach(observations: Kept[]): Kept[] {
  if (observations.length === 1) return observations
  const once = new Map<number, StoredObservation>()
  for (const kept of observations) {
    const stored = identified(kept)
    const before = once.get(stored.idHash)
    once.set(stored.idHash, before ? mergedVersions(before, stored) : stored)
  }
  return [...once.values()].map(({ observation }) => observation)
}

function keysOf(records: { tool: string; sessionId: string }[]): Set<string> {
  const keys = new Set<string>()
  for (const { tool, sessionId } of records) if (sessionId !== '') keys.add(sessionKey(tool, sessionId))
  return keys
}
