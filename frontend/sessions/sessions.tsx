// sessions.tsx: the list of sessions.
import { CircleAlert, ListFilter } from 'lucide-react'
import { useEffect, useState } from 'react'
import { agents, sessionFacets, sessions } from '../api.ts'
import { Agent, AgentDot } from '../components/agents.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { EmptyState, NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { type FacetGroup, FacetList } from '../components/facet-list.tsx'
import { type Facet, FilterBar, useFilter } from '../components/filter-bar.tsx'
import { ListFoot } from '../components/list-foot.tsx'
import { Screen } from '../components/screen.tsx'
import { SessionState } from '../components/session-state.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, costTitle, count, durationMs, exact } from '../lib/format.ts'
import { rememberList } from '../lib/neighbours.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { Session } from '../lib/shapes.ts'
import { absolute, ago, toMs, type Zone } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { sessionFilter } from './session-filter.ts'

const pageRows = 100
const rowsMax = 1_000
/** Values of one facet in sight; the filter line knows the others. */
const facetMax = 12

/** What the filter line understands here. */
const keys: readonly Facet[] = [
  { key: 'agent', label: 'agent' },
  { key: 'project', label: 'project' },
  { key: 'branch', label: 'branch' },
  { key: 'model', label: 'model' },
  { key: 'service', label: 'service name' },
  { key: 'status', label: 'active or ended', values: ['active', 'ended'] },
  { key: 'cost', label: 'dollars', example: '>0.5' },
  { key: 'tokens', label: 'tokens', example: '>1M' },
  { key: 'duration', label: 'duration', example: '>10m' },
  { key: 'errors', label: 'errors', example: '>0' },
  { key: 'requests', label: 'model requests', example: '>20' },
]

function columns(now: number, zone: Zone): Column<Session>[] {
  return [
    {
      id: 'title',
      header: 'Session',
      width: 'minmax(0,2.6fr)',
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2 text-13">
          <AgentDot id={row.tool || row.serviceName} className="@min-[50rem]:hidden" />
          <span className="truncate" title={oneLine(row.title || row.sessionId, 200)}>
            <bdi>
              {row.title ? (
                oneLine(row.title, 200)
              ) : (
                <code className="text-12 text-muted">{oneLine(row.sessionId, 200)}</code>
              )}
            </bdi>
          </span>
          {row.status === 'active' && <SessionState status="active" />}
        </span>
      ),
    },
    {
      id: 'agent',
      header: 'Agent',
      width: '112px',
      wide: true,
      cell: (row) => <Agent id={row.tool} fallback={row.serviceName} />,
    },
    {
      id: 'project',
      header: 'Project',
      width: 'minmax(0,1.2fr)',
      wide: true,
      cell: (row) =>
        row.project ? (
          <span title={row.branch ? `${row.project} on ${row.branch}` : row.project}>
            <bdi>{oneLine(row.project, 80)}</bdi>
            {row.branch && <span className="text-muted"> {oneLine(row.branch, 40)}</span>}
          </span>
        ) : (
          <span className="text-muted">—</span>
        ),
    },
    {
      id: 'model',
      header: 'Model',
      width: 'minmax(0,1.4fr)',
      wide: true,
      cell: (row) => (
        <span title={row.models.join(', ')}>
          <bdi>{oneLine(row.model ?? '—', 60)}</bdi>
          {row.models.length > 1 && <span className="text-muted"> +{row.models.length - 1}</span>}
        </span>
      ),
    },
    {
      id: 'errors',
      header: 'Errors',
      width: '56px',
      align: 'right',
      wide: true,
      sort: 'errors',
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
      id: 'tokens',
      header: 'Tokens',
      width: '60px',
      align: 'right',
      wide: true,
      sort: 'tokens',
      cell: (row) => <span title={exact(row.totalTokens)}>{count(row.totalTokens)}</span>,
    },
    {
      id: 'duration',
      header: 'Duration',
      width: '72px',
      align: 'right',
      wide: true,
      sort: 'duration',
      cell: (row) => durationMs(row.durationMs),
    },
    {
      id: 'cost',
      header: 'Cost',
      width: '60px',
      align: 'right',
      sort: 'cost',
      cell: (row) => (
        <span className="font-semibold" title={`${costTitle(row.costUsd, row.models.join(', '))}, ${row.basis}`}>
          {cost(row.costUsd)}
        </span>
      ),
    },
    {
      id: 'last',
      header: 'Last',
      width: '84px',
      align: 'right',
      sort: 'lastTime',
      cell: (row) => (
        <time dateTime={row.lastTime} title={absolute(row.lastTime, zone)} className="text-muted">
          {ago(toMs(row.lastTime), now, zone)}
        </time>
      ),
    },
  ]
}

export function Sessions() {
  const view = useView()
  const { get, adjust, link } = useUrl()
  const agentList = useAnswer(agents())
  const [limit, setLimit] = useState(pageRows)
  const [facetsOpen, setFacetsOpen] = useState(false)
  const { filter, text, set } = useFilter(keys)
  const read = sessionFilter(filter)
  const asked = 'asked' in read ? read.asked : undefined
  const counted = useAnswer(asked && sessionFacets(view.window, asked))
  const counts = counted.data
  const values = (list: readonly { value: string }[] | undefined) => list?.map(({ value }) => value) ?? []
  const facets: Facet[] = [
    { key: 'agent', label: 'agent', values: agentList.data?.agents.map(({ id }) => id) ?? [] },
    { key: 'project', label: 'project', values: values(counts?.project) },
    { key: 'branch', label: 'branch', values: values(counts?.branch) },
    { key: 'model', label: 'model', values: values(counts?.model) },
    ...keys.slice(4),
  ]
  const sort = get('sort') ?? 'lastTime'
  const [field, direction] = sort.split(':') as [string, string | undefined]
  const answer = useAnswer(asked && sessions(view.window, { ...asked, sort }, { limit }))
  const rows = answer.data?.sessions
  const groups: FacetGroup[] = [
    {
      key: 'status',
      label: 'State',
      values: (counts?.status ?? []).map(({ value, sessions: count }) => ({
        value,
        count,
        look: value === 'active' ? 'Active' : 'Ended',
      })),
    },
    {
      key: 'agent',
      label: 'Agent',
      values: (counts?.tool ?? []).map(({ value, sessions: count }) => ({
        value,
        count,
        look: <Agent id={value} />,
      })),
    },
    ...(['project', 'branch', 'model'] as const).map((key) => ({
      key,
      label: { project: 'Project', branch: 'Branch', model: 'Model' }[key],
      values: (counts?.[key] ?? []).slice(0, facetMax).map(({ value, sessions: count }) => ({ value, count })),
    })),
  ]
  const facetList = <FacetList groups={groups} filter={filter} set={set} pending={counted.pending} />
  useEffect(() => {
    if (answer.data)
      rememberList(
        'sessions',
        answer.data.sessions.map(({ sessionId }) => sessionId),
      )
  }, [answer.data])
  return (
    <Screen
      title="Sessions"
      testId="sessions"
      fixed
      toolbar={
        <div className="flex shrink-0 items-center gap-3 px-4 py-2 hairline-b">
          <Button onClick={() => setFacetsOpen(true)} className="lg:hidden" data-testid="facets-open">
            <ListFilter aria-hidden className="size-3.5" />
            <span className="sr-only sm:not-sr-only">Facets</span>
          </Button>
          <FilterBar facets={facets} placeholder="Filter: agent:claude-code cost:>0.5 checkout" />
          <span className="shrink-0 text-12 text-muted" data-testid="total">
            {answer.data ? `${exact(answer.data.total)} sessions` : ''}
          </span>
        </div>
      }
    >
      <div className="flex min-h-0 flex-1">
        <aside aria-label="Facets" className="hidden w-52 shrink-0 overflow-y-auto px-2 py-3 hairline-r lg:block">
          {facetList}
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          {'wrong' in read ? (
            <EmptyState title="The filter cannot be read">
              <p>{read.wrong}.</p>
            </EmptyState>
          ) : answer.error && !rows ? (
            <ErrorState what="The sessions could not be read." error={answer.error} retry={answer.retry} />
          ) : !rows ? (
            <SkeletonRows rows={16} />
          ) : rows.length === 0 ? (
            <NothingFound things="sessions" filter={{ filter, text, set }} />
          ) : (
            <DataTable
              label="Sessions"
              testId="sessions-table"
              columns={columns(view.now, view.zone)}
              rows={rows}
              keyOf={(row) => `${row.tool}/${row.sessionId}`}
              href={(row) => link(`/sessions/${encodeURIComponent(row.sessionId)}`)}
              sort={field}
              descending={direction !== 'asc'}
              onSort={(next, descending) =>
                adjust({ sort: next === 'lastTime' && descending ? undefined : `${next}${descending ? '' : ':asc'}` })
              }
              pending={answer.pending}
              onEnd={() => setLimit((before) => Math.min(rowsMax, before * 2))}
              footer={<ListFoot shown={rows.length} total={answer.data?.total ?? 0} most={rowsMax} things="sessions" />}
              className="flex-1"
            />
          )}
        </div>
      </div>
      <Dialog open={facetsOpen} onClose={() => setFacetsOpen(false)} title="Facets" side="bottom">
        {facetList}
      </Dialog>
    </Screen>
  )
}
