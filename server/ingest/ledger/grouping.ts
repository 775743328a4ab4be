// grouping.ts: which observations are of one model request: shared keys, then the n-th of one door is the n-th of another.
import type { Kept } from './observation.ts'
import { compareText } from './precedence.ts'

/** The observations of one request. */
export type Request = { observations: Kept[] }

/**
 * Splits observations (any set that holds all that could belong together) into requests. Pure: the result depends only
 * on the set, not on its order, and a set that is larger than need be gives the same requests.
 */
export function grouped(observations: readonly Kept[]): Request[] {
  if (observations.length === 1) return [{ observations: observations as Kept[] }]
  const requests = byStrongKeys(observations).map((own): Request => ({ observations: own }))
  // A request can stand in several weak classes: that of its session and those of the copies of its history.
  const classes = new Map<string, Set<Request>>()
  for (const request of requests) enlist(request, weakClasses(request), classes)
  for (const name of [...classes.keys()].sort()) {
    const members = [...(classes.get(name) as Set<Request>)].filter(({ observations: own }) => own.length > 0)
    if (members.length < 2) continue
    for (const { request, joined } of pairedByOrder(members))
      for (const other of joined) {
        enlist(request, weakClasses(other), classes)
        request.observations.push(...other.observations)
        other.observations = []
      }
  }
  return requests.filter(({ observations: own }) => own.length > 0)
}

function enlist(request: Request, names: Iterable<string>, classes: Map<string, Set<Request>>): void {
  for (const name of names) {
    const members = classes.get(name)
    if (members) members.add(request)
    else classes.set(name, new Set([request]))
  }
}

/** Union-find over `tool` and key; keys hold over all sessions, since copied histories carry other session ids. */
function byStrongKeys(observations: readonly Kept[]): Kept[][] {
  const parents = observations.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parents[at] !== at) at = parents[at] as number
    parents[index] = at
    return at
  }
  const owners = new Map<string, number>()
  observations.forEach((observation, index) => {
    for (const key of observation.keys) {
      const scoped = `${observation.tool}\n${key}`
      const owner = owners.get(scoped)
      if (owner === undefined) owners.set(scoped, index)
      else parents[root(index)] = root(owner)
    }
  })
  const groups = new Map<number, Kept[]>()
  observations.forEach((observation, index) => {
    const group = groups.get(root(index))
    if (group) group.push(observation)
    else groups.set(root(index), [observation])
  })
  return [...groups.values()]
}

/** The weak keys of a request's observations, scoped by tool and session. */
function weakClasses(request: Request): Set<string> {
  const names = new Set<string>()
  for (const { tool, sessionId, weakKey } of request.observations)
    if (weakKey !== undefined) names.add(`${tool}\n${sessionId}\n${weakKey}`)
  return names
}

/** A request, and those found to be the same. */
type Slot = { request: Request; joined: Request[]; doors: Set<string>; time: bigint; id: string }

/** How far a request looks for a place whose ids do not contradict its own; ids contradict only in odd mixtures. */
const lookAheadMax = 16

/**
 * Requests of one weak class that different doors saw, joined in order of time: the first that only the logs saw is the
 * first that only the transcript saw. As many requests remain as the door that saw most of them. Requests whose own ids
 * contradict (both have a `req:`, and none in common) are never joined.
 */
function pairedByOrder(members: Request[]): Slot[] {
  const all = members.map((request): Slot => {
    const doors = new Set<string>(request.observations.map(({ source }) => source))
    return { request, joined: [], doors, ...placed(request.observations) }
  })
  // Requests that several doors saw keep their place; the others are dealt, door by door, to places that lack their door.
  const slots = all.filter(({ doors }) => doors.size > 1)
  const single = Map.groupBy(
    all.filter(({ doors }) => doors.size === 1).sort(compareSlots),
    ({ doors }) => [...doors][0] as string,
  )
  for (const door of [...single.keys()].sort()) {
    const free = slots.filter(({ doors }) => !doors.has(door)).sort(compareSlots)
    let from = 0
    for (const slot of single.get(door) ?? []) {
      let found = -1
      for (let at = from; at < free.length && at < from + lookAheadMax && found < 0; at++)
        if (agree(free[at] as Slot, slot)) found = at
      if (found < 0) {
        slots.push(slot)
        continue
      }
      const taken = free[found] as Slot
      free.copyWithin(from + 1, from, found)
      from++
      taken.joined.push(slot.request)
      taken.doors.add(door)
    }
  }
  return slots
}

function compareSlots(a: { time: bigint; id: string }, b: { time: bigint; id: string }): number {
  return a.time === b.time ? compareText(a.id, b.id) : a.time < b.time ? -1 : 1
}

/** Where a request stands in time: its earliest observation, and a text that orders requests of the same time. */
function placed(request: readonly Kept[]): { time: bigint; id: string } {
  let time = request[0]?.timeUnixNano ?? 0n
  let id: string | undefined
  for (const observation of request) {
    if (observation.timeUnixNano < time) time = observation.timeUnixNano
    const own = `${observation.source}\n${observation.observationId}`
    if (id === undefined || own < id) id = own
  }
  return { time, id: id ?? '' }
}

/** Whether no kind of key (`req:`, `msg:`) is known on both sides: had they one in common, they would be joined already. */
function agree(a: Slot, b: Slot): boolean {
  const kinds = new Set([a.request, ...a.joined].flatMap(kindsOf))
  return kinds.size === 0 || !kindsOf(b.request).some((kind) => kinds.has(kind))
}

function kindsOf({ observations }: Request): string[] {
  return observations.flatMap(({ keys }) => keys.map(kindOf))
}

function kindOf(key: string): string {
  const end = key.indexOf(':')
  return end < 0 ? key : key.slice(0, end)
}
