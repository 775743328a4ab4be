// trace-page.tsx: one trace.
import { ArrowLeft, ChevronLeft, ChevronRight } from 'lucide-react'
import { useMemo } from 'react'
import { Link, useParams } from 'wouter'
import { traceCalls } from '../api.ts'
import { Agent } from '../components/agents.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Screen } from '../components/screen.tsx'
import { spentOf } from '../components/trace/costs.ts'
import { TraceView } from '../components/trace/trace-view.tsx'
import { startsOf } from '../components/trace/tree.ts'
import { useTrace } from '../components/trace/use-trace.ts'
import { useAnswer } from '../lib/answers.ts'
import { cost, count, duration, exact, exactCost } from '../lib/format.ts'
import { useKeys } from '../lib/keys.ts'
import { neighboursOf, useNeighbours } from '../lib/neighbours.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { Span, TraceCall, TraceKind } from '../lib/shapes.ts'
import { absolute } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useLater } from '../lib/use-later.ts'
import { ApiError } from '../request.ts'
import { useSettings } from '../settings.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

export function TracePage() {
  const { id = '' } = useParams<{ id: string }>()
  const { get, link, visit } = useUrl()
  const kind: TraceKind = get('kind') === 'codex_operation' ? 'codex_operation' : 'otel_trace'
  const answer = useTrace(id, kind)
  const calls = useAnswer(traceCalls(id)).data?.calls
  const list = useNeighbours((state) => state.lists.traces)
  const { before, after } = neighboursOf(list, id)
  // Part by part: all at once, 20,000 spans hold the page up. The first part is short.
  const spans = useLater(answer.data?.spans)
  const to = (other: string | undefined) => () => other && visit(`/traces/${encodeURIComponent(other)}`)
  useKeys([
    { keys: '[', label: 'Trace before', group: 'Trace', run: to(before) },
    { keys: ']', label: 'Next trace', group: 'Trace', run: to(after) },
    { keys: 'esc', label: 'Back to the list', group: 'Trace', run: () => visit('/traces') },
  ])
  return (
    <Screen
      name="Trace"
      testId="trace"
      ranged={false}
      fixed
      title={
        <div className="flex min-w-0 items-center gap-3">
          <Link
            href={link('/traces')}
            aria-label="Back to the traces"
            className="rounded-control p-1 text-muted focus-ring hover:bg-hover hover:text-foreground"
          >
            <ArrowLeft aria-hidden className="size-4" />
          </Link>
          {spans && spans.length > 0 ? (
            <Identity
              spans={spans}
              total={answer.data?.hasMore ? answer.data.total : undefined}
              calls={calls}
              whole={kind === 'otel_trace'}
            />
          ) : (
            <h1 className="truncate text-15 font-semibold">Trace {id.slice(0, 8)}</h1>
          )}
        </div>
      }
      actions={
        <>
          <CopyButton text={id} label="Copy the trace id" />
          <Step
            to={before && link(`/traces/${encodeURIComponent(before)}`)}
            label="Trace before"
            icon={<ChevronLeft aria-hidden className="size-4" />}
          />
          <Step
            to={after && link(`/traces/${encodeURIComponent(after)}`)}
            label="Next trace"
            icon={<ChevronRight aria-hidden className="size-4" />}
          />
        </>
      }
    >
      {spans ? (
        <TraceView key={id} spans={spans} calls={calls} />
      ) : answer.error instanceof ApiError && answer.error.status === 404 ? (
        <EmptyState title="There is no such trace">
          <p>
            Nothing is stored under <code className="break-all text-foreground">{id}</code>. It may have been deleted,
            or it has not arrived yet: this page shows it as soon as it does.
          </p>
        </EmptyState>
      ) : answer.error ? (
        <ErrorState what="The trace could not be read." error={answer.error} retry={answer.retry} />
      ) : (
        <SkeletonRows rows={18} rowClass="h-[26px]" />
      )}
    </Screen>
  )
}

function Step({ to, label, icon }: { to: string | undefined; label: string; icon: React.ReactNode }) {
  const look = 'hidden size-7 items-center justify-center rounded-control sm:inline-flex'
  return to ? (
    <Link
      href={to}
      aria-label={label}
      title={label}
      className={`${look} text-muted focus-ring hover:bg-hover hover:text-foreground`}
    >
      {icon}
    </Link>
  ) : (
    <span aria-hidden className={`${look} text-subtle opacity-50`}>
      {icon}
    </span>
  )
}

type IdentityProps = {
  spans: readonly Span[]
  /** How many there are, while only the first of them are here. */
  total: number | undefined
  calls: readonly TraceCall[] | undefined
  whole: boolean
}

function Identity({ spans, total, calls, whole }: IdentityProps) {
  const zone = useSettings((settings) => settings.zone)
  const { link } = useUrl()
  const facts = useMemo(() => {
    const known = new Set(spans.map(({ spanId }) => spanId))
    const root =
      spans.find((span) => !span.parentSpanId) ?? spans.find((span) => !known.has(span.parentSpanId ?? '')) ?? spans[0]!
    const { starts } = startsOf(spans)
    const duration = spans.reduce((end, span, at) => Math.max(end, starts[at]! + Math.max(0, span.duration)), 0)
    return { root, duration, session: spans.find(({ sessionId }) => sessionId)?.sessionId }
  }, [spans])
  const spent = useMemo(
    () => calls && spentOf(calls, new Set(spans.map(({ spanId }) => spanId)), whole),
    [calls, spans, whole],
  )
  const { root } = facts
  return (
    <div className="min-w-0 py-1">
      <h1 className="truncate text-15 font-semibold">
        <bdi>{oneLine(root.spanName, 160) || 'unnamed'}</bdi>
      </h1>
      <p className="flex min-w-0 items-center gap-x-3 overflow-hidden text-12 whitespace-nowrap text-muted">
        <Agent id={root.tool} fallback={root.serviceName} />
        <span className="font-semibold text-foreground">{duration(facts.duration)}</span>
        <span className="hidden sm:inline">
          {total === undefined ? `${count(spans.length)} spans` : `${count(spans.length)} of ${count(total)} spans…`}
        </span>
        {spent && spent.requests > 0 && (
          <>
            <span
              className="hidden sm:inline"
              title={`${exact(spent.totalTokens)} tokens in ${exact(spent.requests)} requests`}
              data-testid="trace-tokens"
            >
              {count(spent.totalTokens)} tokens
            </span>
            <span
              className="font-semibold text-foreground"
              data-testid="trace-cost"
              title={
                spent.unpriced > 0
                  ? `${exactCost(spent.costUsd)}; ${exact(spent.unpriced)} tokens have no known price`
                  : exactCost(spent.costUsd)
              }
            >
              {cost(spent.costUsd)}
            </span>
          </>
        )}
        <span className="hidden md:inline">{absolute(root.timestamp.replace(/(\.\d{3})\d+/, '$1'), zone)}</span>
        {facts.session && (
          <Link
            href={link(`/sessions/${encodeURIComponent(facts.session)}`)}
            className="text-accent focus-ring hover:underline"
          >
            Session
          </Link>
        )}
      </p>
    </div>
  )
}
