// turns.ts: imports into one database run one after the other, and its watches take over what each has read.
import type { Store } from '../store/store.ts'

type Turns = { last: Promise<unknown>; listeners: Set<() => Promise<void>> }

const turnsOf = new WeakMap<Store, Turns>()

function turns(store: Store): Turns {
  const known = turnsOf.get(store)
  if (known) return known
  const made: Turns = { last: Promise.resolve(), listeners: new Set() }
  turnsOf.set(store, made)
  return made
}

/** Does an import when those before it are done; the watches hear of it before it resolves. */
export function inTurn<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const { last, listeners } = turns(store)
  const result = last.then(work).finally(() => Promise.all([...listeners].map((listener) => listener())))
  turns(store).last = result.catch(() => {})
  return result
}

/** Calls `listener` after every import; returns how to stop. */
export function afterImports(store: Store, listener: () => Promise<void>): () => void {
  const { listeners } = turns(store)
  listeners.add(listener)
  return () => listeners.delete(listener)
}
