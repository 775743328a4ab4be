// costs.ts: what the ledger counted of a trace, by span and in all.
import type { TraceCall } from '../../lib/shapes.ts'

/** The requests of one span, or of a whole trace. `costUsd` is unknown where no request of it has a price. */
export type Spent = { requests: number; errors: number; totalTokens: number; costUsd: number | null; unpriced: number }

const nothing: Spent = { requests: 0, errors: 0, totalTokens: 0, costUsd: null, unpriced: 0 }

function added(sum: Spent, call: TraceCall): Spent {
  return {
    requests: sum.requests + call.requests,
    errors: sum.errors + call.errors,
    totalTokens: sum.totalTokens + call.totalTokens,
    costUsd: call.costUsd === null ? sum.costUsd : (sum.costUsd ?? 0) + call.costUsd,
    unpriced: sum.unpriced + call.unpricedTokens,
  }
}

export function spentBySpan(calls: readonly TraceCall[]): Map<string, Spent> {
  const spans = new Map<string, Spent>()
  for (const call of calls) if (call.spanId) spans.set(call.spanId, added(spans.get(call.spanId) ?? nothing, call))
  return spans
}

/** Of the spans in sight; requests of the trace that no span tells count with a whole trace only. */
export function spentOf(calls: readonly TraceCall[], spanIds: ReadonlySet<string>, whole: boolean): Spent {
  return calls
    .filter(({ spanId }) => (spanId === '' ? whole : whole || spanIds.has(spanId)))
    .reduce<Spent>(added, nothing)
}
