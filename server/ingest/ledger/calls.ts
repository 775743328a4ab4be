// calls.ts: the model requests of a group: observations joined to what was known, resolved, and written as rows.
import { Recent } from '#proto/recent.ts'
import { each } from '#proto/steps.ts'
import type { CallObservation, Source } from '#proto/telemetry.ts'
import { int, list, query, real, text } from '../../store/query.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import { chunks } from './chunks.ts'
import { deleteNumbered } from './deletes.ts'
import { HashIndex } from './hash-index.ts'
import { type Mark, markOf } from './marks.ts'
import { type ModelCall, modelCall, type Pricing } from './model-call.ts'
import { mergedVersions, readied, type StoredObservation, totalTokens } from './observation.ts'
import { type ResolvedCall, resolve } from './resolve.ts'
import { type SessionGroup, sessionKey } from './sessions.ts'
import { loadComponents } from './stored-observations.ts'
import { modelCallWriter, type ObservationRow, observationWriter } from './writers.ts'

/** Observations kept in memory for the doors that will tell of the same requests in a moment; one is some 2 KB. */
const observationsMax = 10_000

const componentsOfWeak = query(
  'select distinct weak_hash, component from call_observations where weak_hash in (select unnest($hashes))',
  { hashes: list(real) },
  { weak_hash: real, component: int },
)
const componentsOfSession = query(
  'select distinct component from call_observations where tool = $tool and session_id = $session',
  { tool: text, session: text },
  { component: int },
)

const byComponent = { column: 'component', type: 'bigint' } as const

/** The bit by which a door is remembered. */
const doorBits: Record<Source, number> = {
  otlp_logs: 1,
  otlp_traces: 2,
  otlp_metrics: 4,
  transcript: 8,
  hook: 16,
  push: 32,
}
const isOneDoor = (doors: number) => (doors & (doors - 1)) === 0

/** What the ledger remembers of requests between groups. */
export class Calls {
  /**
   * Hash of an observation's identity → its component and fingerprint; of a key → its component and 0; of a weak key → a
   * component that has it and the doors that told of it.
   *
   * Only what two doors told with one weak key must be resolved together, and then lies in one component. While one door
   * tells of equal requests (a thousand of the same usage) they stay apart, each as cheap as any other.
   */
  index = new HashIndex()
  readonly cache = new Recent<number, StoredObservation[]>(observationsMax)
  next = 1

  async load(reader: Reader): Promise<void> {
    this.cache.clear()
    const [size] = await reader.all(
      'select count(*) as n, sum(len(key_hashes)) as keys, max(component) as last from call_observations',
    )
    this.next = Number(size?.last ?? 0) + 1
    const index = new HashIndex(Number(size?.n ?? 0) + Number(size?.keys ?? 0))
    const ids = await reader.read('select id_hash, component::double, fingerprint::double from call_observations')
    const [idHashes = [], components = [], fingerprints = []] = ids.getColumnsJS() as number[][]
    idHashes.forEach((hash, row) => {
      index.set(hash, components[row] as number, fingerprints[row] as number)
    })
    const keys = await reader.read(
      `select unnest(case when weak_hash is null then key_hashes else key_hashes[:-2] end), component::double
      from call_observations`,
    )
    const [keyHashes = [], owners = []] = keys.getColumnsJS() as number[][]
    keyHashes.forEach((hash, row) => {
      index.set(hash, owners[row] as number, 0)
    })
    const weak = await reader.read(
      'select weak_hash, component::double, source from call_observations where weak_hash is not null',
    )
    const [weakHashes = [], holders = [], sources = []] = weak.getColumnsJS() as [number[], number[], Source[]]
    weakHashes.forEach((hash, row) => {
      const slot = index.find(hash)
      const doors = (slot < 0 ? 0 : index.mark(slot)) | doorBits[sources[row] as Source]
      index.set(hash, holders[row] as number, doors)
    })
    this.index = index
  }
}

/** Observations that belong together, and the components that already hold some of them. */
type Cluster = { added: StoredObservation[]; components: number[] }

type Resolved = { component: number; observations: StoredObservation[] }

/** A request and the component that holds its observations. */
type Owned = { call: ResolvedCall; owner: number }

/** The requests of one group. */
export class CallGroup {
  readonly #calls: Calls
  readonly #sessions: SessionGroup
  readonly #pricing: Pricing
  /** Components whose observation rows are written anew. */
  readonly #rewritten: number[] = []
  /** Components whose call rows are written anew. */
  readonly #replaced: number[] = []
  readonly #observations: ObservationRow[] = []
  readonly #resolved: Resolved[] = []
  #next: number
  readonly rows: ModelCall[] = []
  /** What changes for counters around the requests. */
  readonly marks: { removed: Mark[]; added: Mark[] } = { removed: [], added: [] }

  constructor(calls: Calls, sessions: SessionGroup, pricing: Pricing) {
    this.#calls = calls
    this.#sessions = sessions
    this.#pricing = pricing
    this.#next = calls.next
  }

  /**
   * Joins and resolves.
   *
   * @param wantsMarks whether counters of a tool wait to hear what exact requests cover.
   */
  async prepare(reader: Reader, observations: CallObservation[], wantsMarks: (tool: string) => boolean): Promise<void> {
    const unseen = await inTurns(this.#unseen(observations))
    const clusters = await this.#clustered(reader, unseen, await this.#moved(reader))
    const known = await this.#load(
      reader,
      clusters.flatMap(({ components }) => components),
    )
    const calls = await inTurns(this.#decided(clusters, known, wantsMarks))
    await this.#sessions.ensure(reader, sessionKeys(calls))
    await inTurns(
      each(calls, ({ call, owner }) => {
        const row = modelCall(call, owner, this.#sessions.get(call.tool, call.sessionId), this.#pricing)
        this.rows.push(row)
        if (wantsMarks(row.tool)) this.#mark(row, this.marks.added)
      }),
    )
  }

  /** The requests of the clusters, each with its component; notes what is written. */
  *#decided(
    clusters: Cluster[],
    known: Map<number, StoredObservation[]>,
    wantsMarks: (tool: string) => boolean,
  ): Generator<void, Owned[]> {
    const lineage = (tool: string, sessionId: string) => this.#sessions.depth(tool, sessionId)
    const lineageBefore = (tool: string, sessionId: string) => this.#sessions.depth(tool, sessionId, true)
    const calls: Owned[] = []
    yield* each(clusters, ({ added, components }) => {
      // Nearly all are new, and told by one door.
      if (components.length === 0) {
        const component = this.#next++
        this.#resolved.push({ component, observations: added })
        for (const stored of added) this.#observations.push({ batch: 0n, component, stored })
        for (const call of resolve(added.map(observationOf), lineage)) calls.push({ call, owner: component })
        return
      }
      const before = components.map((component) => known.get(component) ?? [])
      const component = Math.min(...components)
      const after = this.#joined(component, components, before.flat(), added)
      if (!after) return
      this.#resolved.push({ component, observations: after })
      for (const call of resolve(after.map(observationOf), lineage)) calls.push({ call, owner: component })
      for (const one of components) this.#replaced.push(one)
      if (!wantsMarks(after[0]?.observation.tool ?? '')) return
      for (const own of before)
        for (const call of resolve(own.map(observationOf), lineageBefore)) this.#mark(call, this.marks.removed)
    })
    return calls
  }

  async write(tx: Tx, batch: bigint): Promise<void> {
    await deleteNumbered(tx, 'call_observations', byComponent, this.#rewritten)
    await deleteNumbered(tx, 'model_calls', byComponent, this.#replaced)
    for (const row of this.#observations) row.batch = batch
    await tx.append(observationWriter, this.#observations)
    await tx.append(modelCallWriter, this.rows)
  }

  *commit(): Generator<void> {
    const { index, cache } = this.#calls
    yield* each(this.#observations, ({ component, stored }) => {
      index.set(stored.idHash, component, stored.fingerprint)
      for (const hash of stored.keyHashes) if (hash !== stored.weakHash) index.set(hash, component, 0)
      if (stored.weakHash === undefined) return
      const slot = index.find(stored.weakHash)
      const doors = (slot < 0 ? 0 : index.mark(slot)) | doorBits[stored.observation.source]
      index.set(stored.weakHash, component, doors)
    })
    for (const component of this.#rewritten) cache.delete(component)
    yield* each(this.#resolved, ({ component, observations }) =>
      cache.set(component, observations, observations.length),
    )
    this.#calls.next = this.#next
  }

  /** The group's observations, each once, without those that are stored exactly so. */
  *#unseen(observations: CallObservation[]): Generator<void, StoredObservation[]> {
    const { index } = this.#calls
    const unseen: StoredObservation[] = []
    const places = new Map<number, number>()
    yield* each(observations, (observation) => {
      const own = readied(observation)
      const slot = index.find(own.idHash)
      if (slot >= 0 && index.mark(slot) === own.fingerprint) return
      const place = places.get(own.idHash)
      if (place === undefined) {
        places.set(own.idHash, unseen.length)
        unseen.push(own)
      } else unseen[place] = mergedVersions(unseen[place] as StoredObservation, own)
    })
    return unseen
  }

  /**
   * Unites what shares a hash, in the group and with the index. Two keys of one hash unite too much, which does no harm:
   * resolve() compares the keys themselves.
   */
  async #clustered(reader: Reader, unseen: StoredObservation[], moved: number[]): Promise<Cluster[]> {
    const { index } = this.#calls
    const parents: number[] = unseen.map((_, at) => at)
    const nodes = new Map<number, number>()
    const componentNodes = new Map<number, number>()
    const root = (node: number): number => {
      let at = node
      while (parents[at] !== at) at = parents[at] as number
      parents[node] = at
      return at
    }
    const nodeOf = (component: number): number => {
      const known = componentNodes.get(component)
      if (known !== undefined) return known
      const node = parents.push(parents.length) - 1
      componentNodes.set(component, node)
      return node
    }
    const join = (a: number, b: number) => {
      parents[root(a)] = root(b)
    }
    const unite = (node: number, hash: number) => {
      const slot = index.find(hash)
      if (slot >= 0) join(nodeOf(index.value(slot)), node)
      const other = nodes.get(hash)
      if (other === undefined) nodes.set(hash, node)
      else join(other, node)
    }
    await inTurns(
      each(unseen.entries(), ([node, own]) => {
        unite(node, own.idHash)
        for (const hash of own.keyHashes) if (hash !== own.weakHash) unite(node, hash)
      }),
    )
    for (const { nodes: own, components } of await this.#weaklyJoined(reader, unseen)) {
      const first = own[0] as number
      for (const node of own) join(node, first)
      for (const component of components) join(nodeOf(component), first)
    }
    for (const component of moved) nodeOf(component)
    return await inTurns(this.#gathered(unseen, parents, root, componentNodes))
  }

  /** The clusters that the joined nodes make. */
  *#gathered(
    unseen: StoredObservation[],
    parents: number[],
    root: (node: number) => number,
    componentNodes: Map<number, number>,
  ): Generator<void, Cluster[]> {
    const clusters: Cluster[] = []
    const places = new Int32Array(parents.length).fill(-1)
    const clusterOf = (node: number): Cluster => {
      const at = root(node)
      if (places[at] === -1) places[at] = clusters.push({ added: [], components: [] }) - 1
      return clusters[places[at] as number] as Cluster
    }
    yield* each(unseen.entries(), ([node, own]) => clusterOf(node).added.push(own))
    for (const [component, node] of componentNodes) clusterOf(node).components.push(component)
    return clusters
  }

  /** What weak keys join: nothing, while one door told of them; else all that has the key, in the group and before it. */
  async #weaklyJoined(reader: Reader, unseen: StoredObservation[]) {
    const { index } = this.#calls
    const classes = new Map<number, { nodes: number[]; components: number[]; doors: number }>()
    await inTurns(
      each(unseen.entries(), ([node, { weakHash, observation }]) => {
        if (weakHash === undefined) return
        const bit = doorBits[observation.source]
        const known = classes.get(weakHash)
        if (known) {
          known.nodes.push(node)
          known.doors |= bit
        } else classes.set(weakHash, { nodes: [node], components: [], doors: bit })
      }),
    )
    // Those of one door so far lie in many components, which only the table knows all.
    const apart: number[] = []
    await inTurns(
      each(classes, ([hash, own]) => {
        const slot = index.find(hash)
        const before = slot < 0 ? 0 : index.mark(slot)
        if (isOneDoor(own.doors | before)) classes.delete(hash)
        else if (before !== 0 && isOneDoor(before)) apart.push(hash)
        else if (before !== 0) own.components.push(index.value(slot))
      }),
    )
    for (const hashes of chunks(apart))
      for (const { weak_hash, component } of await componentsOfWeak(reader, { hashes }))
        classes.get(weak_hash)?.components.push(component)
    return classes.values()
  }

  /** The observations of a cluster after the group, `undefined` when nothing changes. */
  #joined(
    component: number,
    components: number[],
    before: StoredObservation[],
    added: StoredObservation[],
  ): StoredObservation[] | undefined {
    const after = new Map(before.map((stored) => [identity(stored), stored]))
    let grown = 0
    let changed = false
    for (const stored of added) {
      const id = identity(stored)
      const known = after.get(id)
      const merged = known ? mergedVersions(known, stored) : stored
      if (merged === known) continue
      if (known) changed = true
      else grown++
      after.set(id, merged)
    }
    const rewrite = changed || components.length > 1
    if (!rewrite && grown === 0 && added.length > 0) return undefined
    const all = [...after.values()]
    if (rewrite) this.#rewritten.push(...components)
    for (const stored of rewrite ? all : all.slice(before.length))
      this.#observations.push({ batch: 0n, component, stored })
    return all
  }

  async #load(reader: Reader, components: number[]): Promise<Map<number, StoredObservation[]>> {
    const known = new Map<number, StoredObservation[]>()
    const missing: number[] = []
    for (const component of components) {
      const cached = this.#calls.cache.get(component)
      if (cached) known.set(component, cached)
      else missing.push(component)
    }
    for (const components of chunks(missing))
      for (const [component, observations] of await loadComponents(reader, components))
        known.set(component, observations)
    return known
  }

  /** Components that hold requests of sessions whose place in a line of forks changed with this group. */
  async #moved(reader: Reader): Promise<number[]> {
    const components = new Set<number>()
    for (const { tool, sessionId } of this.#sessions.moved())
      for (const row of await componentsOfSession(reader, { tool, session: sessionId })) components.add(row.component)
    return [...components]
  }

  #mark(call: ResolvedCall | ModelCall, into: Mark[]): void {
    const mark = markOf({ ...call, totalTokens: totalTokens(call) })
    if (mark) into.push(mark)
  }
}

const observationOf = ({ observation }: StoredObservation) => observation

/** The sessions of calls, each once while they come in a row. */
function* sessionKeys(calls: readonly Owned[]): Generator<string> {
  let last: ResolvedCall | undefined
  for (const { call } of calls) {
    if (call.sessionId !== '' && (call.sessionId !== last?.sessionId || call.tool !== last.tool))
      yield sessionKey(call.tool, call.sessionId)
    last = call
  }
}

function identity({ observation }: StoredObservation): string {
  return `${observation.tool}\n${observation.source}\n${observation.observationId}`
}
