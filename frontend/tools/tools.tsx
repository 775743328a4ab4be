// tools.tsx: what agents called, how it went, how long it took.
import { useState } from 'react'
import { agents, tools, usage } from '../api.ts'
import { type Column, DataTable } from '../components/data-table.tsx'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { type Facet, FilterBar, useFilter } from '../components/filter-bar.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { formatTerm, termOf } from '../lib/filter.ts'
import { count, durationMs, exact, ratio } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { ToolUse } from '../lib/shapes.ts'
import { ago, toMs, type Zone } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'

type SortField =
  | 'calls'
  | 'failures'
  | 'successRate'
  | 'rejected'
  | 'durationMsAvg'
  | 'durationMsP50'
  | 'durationMsP95'
  | 'blockedMs'

function columns(now: number, zone: Zone, most: number): Column<ToolUse>[] {
  return [
    {
      id: 'tool',
      header: 'Tool',
      width: 'minmax(0,3fr)',
      cell: (row) => (
        <span className="text-13">
          <bdi>{oneLine(row.toolName, 80)}</bdi>
          {row.mcpServer && <span className="text-12 text-muted"> {oneLine(row.mcpServer, 40)}</span>}
        </span>
      ),
    },
    {
      id: 'calls',
      header: 'Calls',
      width: 'minmax(72px,2fr)',
      align: 'right',
      sort: 'calls',
      cell: (row) => (
        <span className="flex items-center justify-end gap-2" title={exact(row.calls)}>
          <span aria-hidden className="hidden h-1 flex-1 rounded-bar bg-hover @min-[50rem]:block">
            <span
              className="block h-full rounded-bar bg-[var(--chart-3)]"
              style={{ width: `${(row.calls / most) * 100}%` }}
            />
          </span>
          <span className="w-12">{count(row.calls)}</span>
        </span>
      ),
    },
    {
      id: 'success',
      header: 'Success',
      width: '72px',
      align: 'right',
      sort: 'successRate',
      cell: (row) => (
        <span
          title={`${exact(row.successes)} of ${exact(row.successes + row.failures)} whose outcome is known`}
          className={row.successRate !== null && row.successRate < 0.9 ? 'text-warn' : undefined}
        >
          {ratio(row.successRate)}
        </span>
      ),
    },
    {
      id: 'failures',
      header: 'Failed',
      width: '64px',
      align: 'right',
      sort: 'failures',
      wide: true,
      cell: (row) => <span className={row.failures > 0 ? 'text-error' : 'text-muted'}>{count(row.failures)}</span>,
    },
    {
      id: 'rejected',
      header: 'Rejected',
      title: 'not permitted',
      width: '72px',
      align: 'right',
      sort: 'rejected',
      wide: true,
      cell: (row) => <span className={row.rejected > 0 ? 'text-warn' : 'text-muted'}>{count(row.rejected)}</span>,
    },
    {
      id: 'average',
      header: 'Average',
      title: 'what a call took',
      width: '72px',
      align: 'right',
      sort: 'durationMsAvg',
      wide: true,
      cell: (row) => durationMs(row.durationMsAvg),
    },
    {
      id: 'p50',
      header: 'p50',
      title: 'half of the calls were faster',
      width: '72px',
      align: 'right',
      sort: 'durationMsP50',
      wide: true,
      cell: (row) => durationMs(row.durationMsP50),
    },
    {
      id: 'p95',
      header: 'p95',
      title: '95 % of the calls were faster',
      width: '72px',
      align: 'right',
      sort: 'durationMsP95',
      cell: (row) => durationMs(row.durationMsP95),
    },
    {
      id: 'blocked',
      header: 'Waited',
      title: 'time spent waiting for a permission',
      width: '72px',
      align: 'right',
      sort: 'blockedMs',
      wide: true,
      cell: (row) => durationMs(row.blockedMs),
    },
    {
      id: 'last',
      header: 'Last',
      width: '100px',
      align: 'right',
      wide: true,
      cell: (row) => <span className="text-muted">{row.lastTime ? ago(toMs(row.lastTime), now, zone) : '—'}</span>,
    },
  ]
}

export function Tools() {
  const view = useView()
  const { link } = useUrl()
  const known = useAnswer(usage({ from: undefined, to: undefined }, ['project']))
  const agentList = useAnswer(agents())
  const facets: Facet[] = [
    { key: 'agent', label: 'agent', values: agentList.data?.agents.map(({ id }) => id) ?? [] },
    { key: 'project', label: 'project', values: known.data?.rows.flatMap(({ project }) => project ?? []) ?? [] },
    { key: 'tool', label: 'name of the tool' },
  ]
  const { filter, text, set } = useFilter(facets)
  const [sort, setSort] = useState<{ field: SortField; descending: boolean }>({ field: 'calls', descending: true })
  const tool = termOf(filter, 'agent')
  const project = termOf(filter, 'project')
  const answer = useAnswer(tools(view.window, { ...(tool ? { tool } : {}), ...(project ? { project } : {}) }))
  const wanted = `${termOf(filter, 'tool') ?? ''} ${filter.text}`.trim().toLowerCase()
  const rows = answer.data?.tools
    .filter((row) => wanted === '' || row.toolName.toLowerCase().includes(wanted))
    .sort((a, b) => (sort.descending ? 1 : -1) * ((b[sort.field] ?? -1) - (a[sort.field] ?? -1)))
  const total = rows?.reduce((sum, row) => sum + row.calls, 0) ?? 0
  return (
    <Screen
      title="Tools"
      testId="tools"
      fixed
      toolbar={
        <div className="flex shrink-0 items-center gap-3 px-4 py-2 hairline-b">
          <FilterBar facets={facets} placeholder="Filter: agent:claude-code bash" />
          <span className="shrink-0 text-12 text-muted" data-testid="total">
            {rows ? `${count(total)} calls of ${exact(rows.length)} tools` : ''}
          </span>
        </div>
      }
    >
      {answer.error && !rows ? (
        <ErrorState what="The tools could not be read." error={answer.error} retry={answer.retry} />
      ) : !rows ? (
        <SkeletonRows rows={12} />
      ) : rows.length === 0 ? (
        <NothingFound things="tool calls" filter={{ filter, text, set }} />
      ) : (
        <DataTable
          label="Tools"
          testId="tools-table"
          columns={columns(
            view.now,
            view.zone,
            rows.reduce((most, row) => Math.max(most, row.calls), 1),
          )}
          rows={rows}
          keyOf={(row) => `${row.mcpServer ?? ''}/${row.toolName}`}
          href={(row) =>
            link('/logs', { q: formatTerm({ key: 'text', op: '=', value: row.toolName }).slice('text:'.length) })
          }
          sort={sort.field}
          descending={sort.descending}
          onSort={(field, descending) => setSort({ field: field as SortField, descending })}
          pending={answer.pending}
          className="flex-1"
        />
      )}
    </Screen>
  )
}
