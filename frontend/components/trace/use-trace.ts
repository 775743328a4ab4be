// use-trace.ts: the spans of a trace, of a long one first its start.
import { trace, traceStart } from '../../api.ts'
import type { Answer } from '../../lib/answers.ts'
import type { Span, TraceKind } from '../../lib/shapes.ts'
import { useLong } from '../../lib/use-long.ts'

/** What there is of the trace so far: `hasMore` says that its `total` spans are not all here, or not yet. */
export function useTrace(
  id: string | undefined,
  kind: TraceKind,
): Answer<{ spans: Span[]; total: number; hasMore: boolean }> {
  const { start, all } = useLong(
    id === undefined ? undefined : traceStart(id, kind),
    id === undefined ? undefined : trace(id, kind),
  )
  return all.data || all.error ? all : start
}
