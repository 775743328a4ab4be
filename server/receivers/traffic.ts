// traffic.ts: the requests of a port, counted by what they carried and how they were answered.
import type { Signal } from './codec.ts'

/** What a request carried: a signal, a hook call, a body whose signal stands in it, or nothing that is received. */
export type Cargo = Signal | 'hooks' | 'any' | 'other'

/** So many requests were answered so. `status` is an HTTP status, or the name of a gRPC code. */
export type Answered = { cargo: Cargo; status: string; count: number }

export type Traffic = {
  count(cargo: Cargo, status: string | number): void
  list(): Answered[]
}

export function createTraffic(): Traffic {
  const counts = new Map<string, Answered>()
  return {
    count(cargo, status) {
      const key = `${cargo} ${status}`
      const known = counts.get(key)
      if (known) known.count++
      else counts.set(key, { cargo, status: String(status), count: 1 })
    },
    list: () => [...counts.values()].map((answered) => ({ ...answered })),
  }
}
