// overhead.tsx: what was asked for beside the work: retries, refusals, compactions, how many and what they cost.
import { FoldVertical, OctagonX, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { agents, overhead } from '../api.ts'
import { Agent } from '../components/agents.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { DetailPane } from '../components/detail-pane.tsx'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { type Facet, FilterBar, toggledTerm, useFilter } from '../components/filter-bar.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { termOf } from '../lib/filter.ts'
import { cost, count, durationMs, exact } from '../lib/format.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { OverheadSum } from '../lib/shapes.ts'
import { ago, toMs, type Zone } from '../lib/time.ts'
import { changeSearch, useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { kindTotals, type OverheadKind } from './kind-totals.ts'
import { OverheadDetail } from './overhead-detail.tsx'

const icons = { retry: RotateCcw, refusal: OctagonX, compaction: FoldVertical }
export const overheadNames: Record<OverheadKind, { one: string; many: string }> = {
  retry: { one: 'Retry', many: 'Retries' },
  refusal: { one: 'Refusal', many: 'Refusals' },
  compaction: { one: 'Compaction', many: 'Compactions' },
}

function columns(now: number, zone: Zone): Column<OverheadSum>[] {
  return [
    {
      id: 'kind',
      header: 'What',
      width: 'minmax(0,2fr)',
      cell: (row) => {
        const Icon = icons[row.kind]
        return (
          <span className="flex min-w-0 items-center gap-2 text-13">
            <Icon aria-hidden className="size-3.5 shrink-0 text-muted" />
            <span className="truncate font-semibold">{overheadNames[row.kind].many}</span>
          </span>
        )
      },
    },
    { id: 'agent', header: 'Agent', width: 'minmax(0,1fr)', wide: true, cell: (row) => <Agent id={row.tool} /> },
    {
      id: 'model',
      header: 'Model',
      width: 'minmax(0,2fr)',
      cell: (row) => (
        <span className="text-muted">
          <bdi>{oneLine(row.model, 80) || '—'}</bdi>
        </span>
      ),
    },
    {
      id: 'count',
      header: 'Times',
      width: '56px',
      align: 'right',
      cell: (row) => <span className="font-semibold">{count(row.count)}</span>,
    },
    {
      id: 'sessions',
      header: 'Sessions',
      width: '64px',
      align: 'right',
      wide: true,
      cell: (row) => count(row.sessions),
    },
    {
      id: 'tokens',
      header: 'Tokens',
      width: '72px',
      align: 'right',
      wide: true,
      cell: (row) => <span title={exact(row.totalTokens)}>{count(row.totalTokens)}</span>,
    },
    {
      id: 'cost',
      header: 'Cost',
      width: '72px',
      align: 'right',
      cell: (row) => (
        <span
          title={row.withoutCost > 0 ? `of ${exact(row.withoutCost)} no source tells the request apart` : undefined}
        >
          {cost(row.costUsd)}
        </span>
      ),
    },
    {
      id: 'took',
      header: 'Took',
      title: 'how long these requests took; waits between attempts are not in it',
      width: '72px',
      align: 'right',
      wide: true,
      cell: (row) => durationMs(row.durationMs),
    },
    {
      id: 'last',
      header: 'Last',
      width: '96px',
      align: 'right',
      wide: true,
      cell: (row) => <span className="text-muted">{ago(toMs(row.lastTime), now, zone)}</span>,
    },
  ]
}

const keyOf = ({ kind, tool, model }: OverheadSum) => JSON.stringify([kind, tool, model])

/** The second view of the errors screen; `views` switches between the two. */
export function Overhead({ views }: { views: ReactNode }) {
  const view = useView()
  const { get, adjust, path, search } = useUrl()
  const agentList = useAnswer(agents())
  const facets: Facet[] = [
    { key: 'agent', label: 'agent', values: agentList.data?.agents.map(({ id }) => id) ?? [] },
    { key: 'kind', label: 'retry, refusal or compaction', values: Object.keys(overheadNames) },
    { key: 'model', label: 'model' },
    { key: 'session', label: 'session id' },
  ]
  const { filter, text, set } = useFilter(facets)
  const kind = termOf(filter, 'kind')
  const asked = {
    tool: termOf(filter, 'agent'),
    model: termOf(filter, 'model'),
    session: termOf(filter, 'session'),
  }
  const answer = useAnswer(overhead(view.window, asked, { limit: 1 }))
  const wanted = filter.text.toLowerCase()
  const sums = answer.data?.sums.filter(
    (row) => wanted === '' || `${row.kind} ${row.tool} ${row.model}`.toLowerCase().includes(wanted),
  )
  const rows = sums?.filter((row) => kind === undefined || row.kind === kind)
  const chosen = rows?.find((row) => keyOf(row) === get('group'))
  return (
    <Screen
      title="Errors"
      testId="overhead"
      fixed
      toolbar={
        <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 hairline-b">
          {views}
          <FilterBar facets={facets} placeholder="Filter: agent:codex kind:retry" className="basis-60" />
        </div>
      }
    >
      {answer.error && !rows ? (
        <ErrorState what="What they cost could not be read." error={answer.error} retry={answer.retry} />
      ) : !rows || !sums ? (
        <SkeletonRows rows={12} />
      ) : sums.length === 0 ? (
        <NothingFound things="retries, refusals or compactions" filter={{ filter, text, set }} />
      ) : (
        <>
          <ul className="grid shrink-0 grid-cols-3 hairline-b">
            {kindTotals(sums).map((sum) => (
              <li key={sum.kind} className="min-w-0 border-l border-border first:border-l-0">
                <button
                  type="button"
                  data-testid={`overhead-${sum.kind}`}
                  aria-pressed={kind === sum.kind}
                  onClick={() => set(toggledTerm(filter, 'kind', sum.kind))}
                  className="flex w-full flex-col px-4 py-2 text-left focus-ring-inset hover:bg-hover aria-pressed:bg-selected"
                >
                  <span className="text-12 text-muted">{overheadNames[sum.kind].many}</span>
                  <span className="text-20 font-semibold" title={exact(sum.count)}>
                    {count(sum.count)}
                  </span>
                  <span className="truncate text-12 text-muted">
                    {sum.count === 0
                      ? 'none'
                      : [
                          cost(sum.costUsd),
                          `${count(sum.totalTokens)} tokens`,
                          sum.durationMs === undefined ? undefined : durationMs(sum.durationMs),
                        ]
                          .filter((part) => part !== undefined)
                          .join(' · ')}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <div className="flex min-h-0 flex-1">
            <DataTable
              label="Retries, refusals and compactions"
              testId="overhead-table"
              columns={columns(view.now, view.zone)}
              rows={rows}
              keyOf={keyOf}
              href={(row) => path + changeSearch(search, { group: keyOf(row) })}
              inPlace
              selected={chosen && keyOf(chosen)}
              pending={answer.pending}
              className="min-w-0 flex-1"
            />
            {chosen && (
              <DetailPane
                title={overheadNames[chosen.kind].many}
                testId="overhead-detail"
                onClose={() => adjust({ group: undefined })}
              >
                <OverheadDetail sum={chosen} session={asked.session} />
              </DetailPane>
            )}
          </div>
        </>
      )}
    </Screen>
  )
}
