// traces.tsx: the list of traces.
import { CircleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { services, traces } from '../api.ts'
import { Agent, AgentDot } from '../components/agents.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { type Facet, FilterBar, useFilter } from '../components/filter-bar.tsx'
import { ListFoot } from '../components/list-foot.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { dictionary } from '../lib/dictionary.ts'
import { termOf } from '../lib/filter.ts'
import { count, duration, exact } from '../lib/format.ts'
import { rememberList } from '../lib/neighbours.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { TraceKind, TraceOverview } from '../lib/shapes.ts'
import { absolute, ago, toMs, type Zone } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'

const pageRows = 100
const rowsMax = 1_000
const kinds = dictionary<TraceKind>({ trace: 'otel_trace', operation: 'codex_operation' })

/** The columns; `longest` is what the bars of durations are measured against. */
function columns(now: number, zone: Zone, longest: number): Column<TraceOverview>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      width: 'minmax(0,3fr)',
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2 text-13">
          <AgentDot id={row.tool || row.serviceName} className="@min-[50rem]:hidden" />
          <span className="truncate" title={oneLine(row.rootSpan, 160)}>
            <bdi>{oneLine(row.rootSpan, 160) || 'unnamed'}</bdi>
          </span>
          <span className="hidden shrink-0 text-12 text-muted @min-[50rem]:inline">
            {row.kind === 'codex_operation' ? 'operation ' : ''}
            {row.sessionId ? `session ${oneLine(row.sessionId, 8)}` : ''}
          </span>
        </span>
      ),
    },
    {
      id: 'service',
      header: 'Service',
      width: 'minmax(0,1fr)',
      wide: true,
      cell: (row) => <Agent id={row.tool} fallback={row.serviceName} />,
    },
    {
      id: 'duration',
      header: 'Duration',
      width: 'minmax(88px,1fr)',
      narrowWidth: '68px',
      align: 'right',
      cell: (row) => (
        <span className="flex items-center justify-end gap-2">
          <span aria-hidden className="hidden h-1 flex-1 rounded-bar bg-hover @min-[60rem]:block">
            <span
              className="block h-full rounded-bar bg-line"
              // The square root keeps the short ones apart beside one that took an hour.
              style={{ width: `${Math.sqrt(row.duration / Math.max(1, longest)) * 100}%` }}
            />
          </span>
          <span className="w-16">{duration(row.duration)}</span>
        </span>
      ),
    },
    {
      id: 'spans',
      header: 'Spans',
      width: '64px',
      align: 'right',
      wide: true,
      cell: (row) => <span title={exact(row.spanCount)}>{count(row.spanCount)}</span>,
    },
    {
      id: 'errors',
      header: 'Errors',
      width: '64px',
      narrowWidth: '44px',
      align: 'right',
      cell: (row) =>
        row.errorCount > 0 ? (
          <span className="inline-flex items-center gap-1 text-error">
            <CircleAlert aria-label="errors" className="size-3.5" />
            {count(row.errorCount)}
          </span>
        ) : (
          <span className="text-muted">0</span>
        ),
    },
    {
      id: 'start',
      header: 'Started',
      width: '112px',
      narrowWidth: '84px',
      align: 'right',
      cell: (row) => (
        <time dateTime={row.startTime} title={absolute(row.startTime, zone)} className="text-muted">
          {ago(toMs(row.startTime), now, zone)}
        </time>
      ),
    },
  ]
}

export function Traces() {
  const view = useView()
  const { link } = useUrl()
  const known = useAnswer(services())
  const facets: Facet[] = [
    { key: 'service', label: 'service name', values: known.data?.services ?? [] },
    { key: 'session', label: 'session id' },
    { key: 'kind', label: 'trace or operation', values: Object.keys(kinds) },
  ]
  const { filter, text, set } = useFilter(facets)
  const [limit, setLimit] = useState(pageRows)
  const service = termOf(filter, 'service')
  const sessionId = termOf(filter, 'session')
  const kind = kinds[termOf(filter, 'kind') ?? '']
  const answer = useAnswer(
    traces(
      view.window,
      {
        ...(service ? { service } : {}),
        ...(sessionId ? { sessionId } : {}),
        ...(kind ? { kind } : {}),
        ...(filter.text ? { search: filter.text } : {}),
      },
      { limit },
    ),
  )
  const rows = answer.data?.traces
  useEffect(() => {
    if (rows)
      rememberList(
        'traces',
        rows.map(({ id }) => id),
      )
  }, [rows])
  const longest = rows?.reduce((most, row) => Math.max(most, row.duration), 1) ?? 1
  return (
    <Screen
      title="Traces"
      testId="traces"
      fixed
      toolbar={
        <div className="flex shrink-0 items-center gap-3 px-4 py-2 hairline-b">
          <FilterBar facets={facets} placeholder="Filter: service:codex kind:trace timeout" />
          <span className="shrink-0 text-12 text-muted" data-testid="total">
            {answer.data ? `${exact(answer.data.total)} traces` : ''}
          </span>
        </div>
      }
    >
      {answer.error && !rows ? (
        <ErrorState what="The traces could not be read." error={answer.error} retry={answer.retry} />
      ) : !rows ? (
        <SkeletonRows rows={16} />
      ) : rows.length === 0 ? (
        <NothingFound things="traces" filter={{ filter, text, set }} />
      ) : (
        <DataTable
          label="Traces"
          testId="traces-table"
          columns={columns(view.now, view.zone, longest)}
          rows={rows}
          keyOf={(row) => row.id}
          href={(row) =>
            link(`/traces/${encodeURIComponent(row.id)}`, row.kind === 'codex_operation' ? { kind: row.kind } : {})
          }
          pending={answer.pending}
          onEnd={() => setLimit((before) => Math.min(rowsMax, before * 2))}
          footer={<ListFoot shown={rows.length} total={answer.data?.total ?? 0} most={rowsMax} things="traces" />}
          className="flex-1"
        />
      )}
    </Screen>
  )
}
