// use-trace.ts: the spans of a trace, of a long one first its start.
import { trace, traceStart } from '../../api.ts'
import { type Answer, useAnswer } from '../../lib/answers.ts'
import type { Span, TraceKind } from '../../lib/shapes.ts'

/** What there is of the trace so far: `hasMore` says that its `total` spans are not all here, or not yet. */
export function useTrace(
  id: string | undefined,
  kind: TraceKind,
): Answer<{ spans: Span[]; total: number; hasMore: boolean }> {
  const start = useAnswer(id === undefined ? undefined : traceStart(id, kind))
  const whole = useAnswer(start.data?.hasMore && id !== undefined ? trace(id, kind) : undefined)
  return whole.data || whole.error ? whole : start
}
