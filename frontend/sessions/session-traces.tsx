// session-traces.tsx: the traces of a session, one of them open; without any, its transcript over time.
import { useDeferredValue, useMemo } from 'react'
import { traceCalls, traces } from '../api.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { TraceView } from '../components/trace/trace-view.tsx'
import { useTrace } from '../components/trace/use-trace.ts'
import { useAnswer } from '../lib/answers.ts'
import { count, duration, exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import { dayTime, toMs } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useLater } from '../lib/use-later.ts'
import { useSettings } from '../settings.ts'
import { Select } from '../ui/select.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { timelineOf } from './timeline.ts'
import { useTranscript } from './use-transcript.ts'

const tracesMax = 200

export function SessionTraces({ id }: { id: string }) {
  const { get, adjust } = useUrl()
  const zone = useSettings((settings) => settings.zone)
  const list = useAnswer(traces({ from: undefined, to: undefined }, { sessionId: id }, { limit: tracesMax }))
  const found = list.data?.traces ?? []
  const asked = get('trace')
  // The one with most in it, unless the reader chose another.
  const chosen = found.find((one) => one.id === asked) ?? found.toSorted((a, b) => b.spanCount - a.spanCount)[0]
  const answer = useTrace(chosen?.id, chosen?.kind ?? 'otel_trace')
  const calls = useAnswer(chosen && traceCalls(chosen.id))
  // As on the page of one trace: part by part.
  const spans = useLater(answer.data?.spans)
  if (list.error && !list.data)
    return <ErrorState what="The traces could not be read." error={list.error} retry={list.retry} />
  if (!list.data) return <SkeletonRows rows={14} rowClass="h-[26px]" />
  if (!chosen) return <Timeline id={id} />
  return (
    <div className="flex h-full min-h-0 flex-col">
      {found.length > 1 && (
        <div className="flex shrink-0 items-center gap-2 px-3 py-1.5 hairline-b">
          <Select
            label="Trace"
            labelled
            value={chosen.id}
            onChange={(value) => adjust({ trace: value, span: undefined })}
            options={found.map((one) => ({
              value: one.id,
              label: `${dayTime(toMs(one.startTime), zone)} ${oneLine(one.rootSpan, 60)}, ${count(one.spanCount)} spans, ${duration(one.duration)}`,
            }))}
            className="max-w-full"
          />
          <span className="text-12 text-muted">{exact(list.data.total)} traces</span>
        </div>
      )}
      {answer.error && !answer.data ? (
        <ErrorState what="The trace could not be read." error={answer.error} retry={answer.retry} />
      ) : spans ? (
        <TraceView key={chosen.id} spans={spans} calls={calls.data?.calls} />
      ) : (
        <SkeletonRows rows={14} rowClass="h-[26px]" />
      )}
    </div>
  )
}

/** Without traces the times of the messages tell when what was done. */
function Timeline({ id }: { id: string }) {
  const { all: answer } = useTranscript(id)
  const known = answer.data
  const spans = useDeferredValue(useMemo(() => known && timelineOf(known), [known]))
  if (answer.error && !known)
    return <ErrorState what="The transcript could not be read." error={answer.error} retry={answer.retry} />
  if (!spans) return <SkeletonRows rows={14} rowClass="h-[26px]" />
  if (spans.length === 0)
    return (
      <EmptyState title="This session sent no traces">
        <p>Its agent exports logs or metrics only, and nothing that was said is known here.</p>
      </EmptyState>
    )
  return (
    <div className="flex h-full min-h-0 flex-col">
      <p className="shrink-0 px-3 py-1.5 text-12 text-muted hairline-b" data-testid="timeline-note">
        This session sent no traces. When its requests and tool calls ran is told by its transcript.
      </p>
      <TraceView spans={spans} />
    </div>
  )
}
