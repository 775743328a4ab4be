// sessions.ts: the sessions of a group: facts merged, rows written, and what their requests inherit.
import { Recent } from '#proto/recent.ts'
import { each } from '#proto/steps.ts'
import type { SessionObservation, Source } from '#proto/telemetry.ts'
import { json, list, maybe, query, type Row, text, time } from '../../store/query.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import { chunks } from './chunks.ts'
import { HashIndex, hash53 } from './hash-index.ts'
import { type InheritedField, inheritedBits } from './model-call.ts'
import { wellFormed } from './observation.ts'
import {
  mergedSessionFacts,
  resolvedSession,
  type Session,
  type SessionFacts,
  sessionDetail,
  sessionFacts,
  sessionSeen,
} from './session.ts'
import factsSql from './session-facts.sql' with { type: 'text' }
import inheritSql from './session-inherit.sql' with { type: 'text' }
import inheritToolsSql from './session-inherit-tools.sql' with { type: 'text' }
import { deleteSessions, writeSessions } from './session-rows.ts'
import { type SessionFactsRow, sessionFactsWriter } from './writers.ts'

const factsShape = {
  tool: text,
  source: text,
  session_id: text,
  start_time: maybe(time),
  last_time: maybe(time),
  detail: json,
}
const factsOf = query(factsSql, { sessions: list(text) }, factsShape)
const allFacts = query(factsSql.replace(/where.*/, ''), {}, factsShape)

/** Sessions kept in memory; one is some 2 KB. */
const sessionsMax = 2_000
/**
 * What a door said of a session is appended as it grows, each row all that it said so far; from this many rows on they are
 * replaced by one a door. To delete a row took as long as to append three, and a session grows with nearly every group.
 */
const factRowsMax = 32
/** Longer lines of forks are cut: nobody forks a fork this often, but a file may say that it is its own parent. */
const forksMax = 32

/** A session as its doors tell it, and how many rows of `session_observations` hold that. */
type State = { session: Session; facts: SessionFacts[]; rows: number }

export const sessionKey = (tool: string, sessionId: string) => `${tool}\n${sessionId}`

/** What the ledger remembers of sessions between groups. */
export class Sessions {
  readonly cache = new Recent<string, State>(sessionsMax)
  known = new HashIndex()
  /** What a session was forked from, by {@link sessionKey}. */
  forks = new Map<string, string>()

  async load(reader: Reader): Promise<void> {
    this.cache.clear()
    this.known = new HashIndex()
    this.forks = new Map()
    for (const row of await reader.all('select tool, session_id, forked_from from sessions')) {
      const key = sessionKey(row.tool as string, row.session_id as string)
      this.known.set(hash53(key), 1, 0)
      if (row.forked_from !== null) this.forks.set(key, row.forked_from as string)
    }
  }
}

/** The sessions of one group. */
export class SessionGroup {
  readonly #sessions: Sessions
  /** What this group says, by session and door. */
  readonly #said = new Map<string, Map<Source, SessionFacts>>()
  /** Sessions as they are after this group; `undefined` for those nobody ever spoke of. */
  readonly #states = new Map<string, State | undefined>()
  /** Sessions that changed, each with what its doors say now that said something new. */
  readonly #changed = new Map<string, SessionFacts[]>()
  readonly #before = new Map<string, State | undefined>()
  #last: { tool: string; sessionId: string; session: Session } | undefined
  #recent: { tool: string; sessionId: string; facts: SessionFacts } | undefined

  constructor(sessions: Sessions) {
    this.#sessions = sessions
  }

  observe(observation: SessionObservation): void {
    if (observation.sessionId === '') return
    this.#say(sessionKey(observation.tool, wellFormed(observation.sessionId)), sessionFacts(observation))
    // What was said may have taken the place of the facts that were being widened.
    this.#recent = undefined
  }

  /** Notes that a door saw something of the session at that time, so that every session with any record has a row. */
  see(tool: string, sessionId: string, source: Source, time: bigint): void {
    if (sessionId === '') return
    const facts = this.#factsOf(tool, sessionId, source)
    if (time <= 0n) return
    if (facts.start === undefined || time < facts.start) facts.start = time
    if (facts.last === undefined || time > facts.last) facts.last = time
  }

  /** The facts that {@link see} widens; records of one session and door come in a row. */
  #factsOf(tool: string, sessionId: string, source: Source): SessionFacts {
    const recent = this.#recent
    if (recent && recent.sessionId === sessionId && recent.facts.source === source && recent.tool === tool)
      return recent.facts
    const key = sessionKey(tool, wellFormed(sessionId))
    let facts = this.#said.get(key)?.get(source)
    if (!facts) {
      facts = sessionSeen(source)
      this.#say(key, facts)
    }
    this.#recent = { tool, sessionId, facts }
    return facts
  }

  #say(key: string, facts: SessionFacts): void {
    const doors = this.#said.get(key)
    if (!doors) {
      this.#said.set(key, new Map([[facts.source, facts]]))
      return
    }
    const before = doors.get(facts.source)
    doors.set(facts.source, before ? mergedSessionFacts(before, facts) : facts)
  }

  /** Merges what the group says into what was known. */
  async merge(reader: Reader): Promise<void> {
    await this.ensure(reader, this.#said.keys())
    await inTurns(
      each(this.#said, ([key, doors]) => {
        const before = this.#states.get(key)
        const { facts, grown } = mergedDoors(before?.facts ?? [], doors)
        if (grown.length === 0 && before) return
        this.#last = undefined
        this.#before.set(key, before)
        this.#states.set(key, { facts, session: resolvedKey(key, facts), rows: before?.rows ?? 0 })
        this.#changed.set(key, grown)
      }),
    )
  }

  /** Loads sessions that {@link get} will be asked for. */
  async ensure(reader: Reader, keys: Iterable<string>): Promise<void> {
    const missing: string[] = []
    for (const key of keys) {
      if (this.#states.has(key)) continue
      const cached = this.#sessions.cache.get(key)
      this.#states.set(key, cached)
      if (!cached && this.#sessions.known.find(hash53(key)) >= 0) missing.push(key)
    }
    if (missing.length === 0) return
    const wanted = new Set(missing)
    const sessions = [...new Set(missing.map((key) => parts(key).sessionId))]
    for (const some of chunks(sessions)) {
      await inTurns(
        each(byKey(await factsOf(reader, { sessions: some })), ([key, rows]) => {
          if (!wanted.has(key)) return
          const facts = storedDoors(rows)
          this.#states.set(key, { session: resolvedKey(key, facts), facts, rows: rows.length })
        }),
      )
    }
  }

  /** Whether anything was known of a session before this group. */
  existed(tool: string, sessionId: string): boolean {
    return this.#sessions.known.find(hash53(sessionKey(tool, sessionId))) >= 0
  }

  get(tool: string, sessionId: string): Session | undefined {
    const last = this.#last
    // Records of one session come in a row, and what is asked for is asked for when all is merged.
    if (last && last.sessionId === sessionId && last.tool === tool) return last.session
    const session = this.#states.get(sessionKey(tool, sessionId))?.session
    if (session) this.#last = { tool, sessionId, session }
    return session
  }

  /** How many forks lie behind a session, as known after this group or (`before`) before it. */
  depth(tool: string, sessionId: string, before = false): number {
    let depth = 0
    for (let at = sessionId; depth < forksMax; depth++) {
      const parent = this.#forkedFrom(sessionKey(tool, at), before)
      if (parent === undefined || parent === at) break
      at = parent
    }
    return depth
  }

  #forkedFrom(key: string, before: boolean): string | undefined {
    if (!before && this.#changed.has(key)) return this.#states.get(key)?.session.forkedFrom
    return this.#sessions.forks.get(key)
  }

  /** Sessions whose place in a line of forks is new, and those forked from them: their requests must be resolved again. */
  moved(): { tool: string; sessionId: string }[] {
    const moved = new Map<string, { tool: string; sessionId: string }>()
    for (const key of this.#changed.keys()) {
      if (this.#sessions.forks.get(key) === this.#states.get(key)?.session.forkedFrom) continue
      moved.set(key, parts(key))
    }
    if (moved.size === 0) return []
    const children = new Map<string, string[]>()
    const link = (child: string, parent: string | undefined) => {
      if (parent === undefined) return
      const key = sessionKey(parts(child).tool, parent)
      const own = children.get(key)
      if (own) own.push(child)
      else children.set(key, [child])
    }
    for (const [child, parent] of this.#sessions.forks) link(child, parent)
    for (const key of this.#changed.keys()) link(key, this.#states.get(key)?.session.forkedFrom)
    const open = [...moved.keys()]
    for (let key = open.pop(); key !== undefined; key = open.pop())
      for (const child of children.get(key) ?? []) {
        if (moved.has(child)) continue
        moved.set(child, parts(child))
        open.push(child)
      }
    return [...moved.values()]
  }

  async write(tx: Tx, batch: bigint): Promise<void> {
    if (this.#changed.size === 0) return
    const changed = [...this.#changed].map(([key, grown]) => ({ key, grown, state: this.#states.get(key) as State }))
    await writeSessions(
      tx,
      changed.map(({ key, state }) => ({ before: this.#before.get(key)?.session, after: state.session })),
    )
    const full = changed.filter(({ grown, state }) => state.rows > 0 && state.rows + grown.length > factRowsMax)
    await deleteSessions(
      tx,
      'session_observations',
      full.map(({ state }) => state.session),
    )
    for (const one of full) {
      one.grown = one.state.facts
      one.state.rows = 0
    }
    const rows: SessionFactsRow[] = []
    await inTurns(
      each(changed, ({ key, grown, state }) => {
        state.rows += grown.length
        for (const own of grown) rows.push({ batch, ...parts(key), facts: own, detail: sessionDetail(own) })
      }),
    )
    await tx.append(sessionFactsWriter, rows)
  }

  /** Hands changed facts on to rows that are already in the tables. Must run before the group's own rows are written. */
  async passOn(tx: Tx): Promise<void> {
    const fields = Object.keys(inheritedBits) as InheritedField[]
    const changed: Session[] = []
    await inTurns(
      each(this.#before, ([key, state]) => {
        if (!state) return
        const after = (this.#states.get(key) as State).session
        if (fields.some((field) => state.session[field] !== after[field])) changed.push(after)
      }),
    )
    if (changed.length === 0) return
    const column = (field: keyof Session) => changed.map((session) => String(session[field] ?? ''))
    const params = {
      tools: column('tool'),
      sessions: column('sessionId'),
      projects: column('project'),
      branches: column('branch'),
    }
    const lists = { tools: list(text), sessions: list(text), projects: list(text), branches: list(text) }
    await query(
      inheritSql,
      { ...lists, users: list(text), hosts: list(text) },
      {},
    )(tx, {
      ...params,
      users: column('user'),
      hosts: column('host'),
    })
    await query(inheritToolsSql, lists, {})(tx, params)
  }

  *commit(): Generator<void> {
    yield* each(this.#changed.keys(), (key) => {
      const state = this.#states.get(key) as State
      this.#sessions.known.set(hash53(key), 1, 0)
      if (state.session.forkedFrom !== undefined) this.#sessions.forks.set(key, state.session.forkedFrom)
    })
    yield* each(this.#states, ([key, state]) => {
      if (state) this.#sessions.cache.set(key, state)
    })
  }
}

/** All sessions from all that was said of them. */
export async function rebuiltSessions(reader: Reader): Promise<Session[]> {
  return [...byKey(await allFacts(reader, {}))].map(([key, rows]) => resolvedKey(key, storedDoors(rows)))
}

type FactsRow = Row<typeof factsShape>

function byKey(rows: FactsRow[]): Map<string, FactsRow[]> {
  return Map.groupBy(rows, (row) => sessionKey(row.tool, row.session_id))
}

/** What each door said, from all of its rows. */
function storedDoors(rows: FactsRow[]): SessionFacts[] {
  const doors = new Map<Source, SessionFacts>()
  for (const row of rows) {
    const own = storedFacts(row)
    const before = doors.get(own.source)
    doors.set(own.source, before ? mergedSessionFacts(before, own) : own)
  }
  return [...doors.values()]
}

function storedFacts(row: FactsRow): SessionFacts {
  return {
    source: row.source as Source,
    start: row.start_time ?? undefined,
    last: row.last_time ?? undefined,
    facts: JSON.parse(row.detail),
  }
}

/** What the doors of a session say after a group, and which of them say something new. */
function mergedDoors(before: readonly SessionFacts[], doors: Map<Source, SessionFacts>) {
  const facts = [...before]
  const grown: SessionFacts[] = []
  for (const [source, own] of doors) {
    const at = facts.findIndex((known) => known.source === source)
    const known = facts[at]
    const merged = known ? mergedSessionFacts(known, own) : own
    if (
      known &&
      merged.start === known.start &&
      merged.last === known.last &&
      sessionDetail(merged) === sessionDetail(known)
    )
      continue
    if (known) facts[at] = merged
    else facts.push(merged)
    grown.push(merged)
  }
  return { facts, grown }
}

function parts(key: string): { tool: string; sessionId: string } {
  const end = key.indexOf('\n')
  return { tool: key.slice(0, end), sessionId: key.slice(end + 1) }
}

function resolvedKey(key: string, facts: SessionFacts[]): Session {
  const { tool, sessionId } = parts(key)
  return resolvedSession(tool, sessionId, facts)
}
