// neighbours.ts: the list a reader came from, so that [ and ] go to what stands before and after.
import { create } from 'zustand'

/** Ids in the order of the list, by what they are (`traces`, `sessions`). */
export const useNeighbours = create<{ lists: Record<string, readonly string[]> }>()(() => ({ lists: {} }))

/** Remembers a list. */
export function rememberList(kind: string, ids: readonly string[]) {
  const before = useNeighbours.getState().lists[kind]
  if (before && before.length === ids.length && before.every((id, at) => id === ids[at])) return
  useNeighbours.setState((state) => ({ lists: { ...state.lists, [kind]: ids } }))
}

/** What stands before and after an id. */
export function neighboursOf(ids: readonly string[] | undefined, id: string): { before?: string; after?: string } {
  const at = ids?.indexOf(id) ?? -1
  if (!ids || at === -1) return {}
  const [before, after] = [ids[at - 1], ids[at + 1]]
  return { ...(before ? { before } : {}), ...(after ? { after } : {}) }
}
