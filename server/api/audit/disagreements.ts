// disagreements.ts: why the doors' numbers of a session differ from the used ones and from each other.
/** The numbers that doors are compared by. */
export const comparedFields = [
  'requests',
  'errors',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'reasoningTokens',
  'webSearches',
] as const
export type ComparedField = (typeof comparedFields)[number]

/** What one door saw of a session; `undefined`: it does not tell, which is not 0. */
export type Seen = { source: string; reportedCostNanoUsd?: bigint } & { [K in ComparedField]?: number }

/** One number on which doors differ. `calls`: of how many single requests it is told; absent: of the session's sum. */
export type Disagreement = {
  field: string
  values: Record<string, number | string>
  used: number | string
  reason: string
  calls?: number
}

/** As the ledger writes them down with a request (ledger/resolve.ts). */
type Single = { field: string; values: Record<string, number | string>; used: number | string; reason: string }

type Used = { [K in ComparedField]: number }

/** The sums that differ, each with its reason; then what the ledger decided about single requests, alike ones together. */
export function disagreements(
  used: Used,
  doors: readonly Seen[],
  single: readonly { call_id: string; differences: string }[],
): Disagreement[] {
  const sums = comparedFields.flatMap((field) => {
    const values: Record<string, number> = {}
    for (const door of doors) {
      const value = door[field]
      if (value !== undefined) values[door.source] = value
    }
    const differing = doors.filter((door) => door[field] !== undefined && door[field] !== used[field])
    if (differing.length === 0) return []
    const reason = differing.map((door) => reasonOf(door, field, used)).join('; ')
    return [{ field, values, used: used[field], reason }]
  })
  return [...sums, ...grouped(single)]
}

function reasonOf(door: Seen, field: ComparedField, used: Used): string {
  const { source, requests } = door
  const value = door[field] ?? 0
  if (requests === undefined)
    return `${source} only counts; counters are used for what no single request covers, and never added to it`
  if (field !== 'requests' && field !== 'errors' && requests !== used.requests) return seenOf(source, requests, used)
  if (field === 'requests') return seenOf(source, requests, used)
  if (field === 'errors')
    return value < used.errors
      ? `${source} tells of ${value} of ${used.errors} failures`
      : `${source} tells of failures that an answer of the same request stands over, or that are another session's`
  return value < used[field]
    ? `${source} knows less of the same requests: parts of an answer, or a number that it does not tell of each`
    : `${source} says more of the same requests than the observation that is used`
}

function seenOf(source: string, requests: number, used: Used): string {
  return requests < used.requests
    ? `${source} saw ${requests} of ${used.requests} requests`
    : `${source} tells of ${requests} requests of which ${used.requests} are this session's own: the others are copies of an earlier one's`
}

function grouped(single: readonly { differences: string }[]): Disagreement[] {
  const groups = new Map<string, Disagreement & { calls: number }>()
  for (const { differences } of single) {
    for (const difference of JSON.parse(differences) as Single[]) {
      const one = inDollars(difference)
      const isNumeric =
        typeof one.used === 'number' && Object.values(one.values).every((value) => typeof value === 'number')
      const key = `${one.field}\n${one.reason}\n${isNumeric ? Object.keys(one.values).sort() : JSON.stringify([one.values, one.used])}`
      const group = groups.get(key)
      if (!group) {
        groups.set(key, { ...one, values: { ...one.values }, calls: 1 })
        continue
      }
      group.calls++
      if (!isNumeric) continue
      group.used = (group.used as number) + (one.used as number)
      for (const [source, value] of Object.entries(one.values))
        group.values[source] = (group.values[source] as number) + (value as number)
    }
  }
  return [...groups.values()]
}

/** Money is nano-USD in the ledger and dollars in answers. */
function inDollars(difference: Single): Single {
  if (difference.field !== 'reportedCostNanoUsd') return difference
  const dollars = (value: number | string) => (typeof value === 'number' ? value / 1e9 : value)
  return {
    ...difference,
    field: 'reportedCostUsd',
    used: dollars(difference.used),
    values: Object.fromEntries(Object.entries(difference.values).map(([source, value]) => [source, dollars(value)])),
  }
}
