// kind-totals.ts: the sums of retries, refusals and compactions over agents and models.
import type { OverheadSum } from '../lib/shapes.ts'

export type OverheadKind = OverheadSum['kind']
export type KindTotal = Pick<OverheadSum, 'kind' | 'count' | 'totalTokens' | 'costUsd' | 'durationMs'>

const kinds: readonly OverheadKind[] = ['retry', 'refusal', 'compaction']

/** One total a kind, in a fixed order. What nothing is known of stays unknown, and is not 0. */
export function kindTotals(sums: readonly OverheadSum[]): KindTotal[] {
  return kinds.map((kind) => {
    const own = sums.filter((sum) => sum.kind === kind)
    return {
      kind,
      count: own.reduce((sum, row) => sum + row.count, 0),
      totalTokens: own.reduce((sum, row) => sum + row.totalTokens, 0),
      costUsd: added(own.map(({ costUsd }) => costUsd)) ?? null,
      durationMs: added(own.map(({ durationMs }) => durationMs)),
    }
  })
}

function added(values: readonly (number | null | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== null && value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}
