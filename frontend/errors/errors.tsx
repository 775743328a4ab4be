// errors.tsx: what failed, problem by problem, with its examples.
import { Bot, CalendarX, Wrench } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { agents, errors } from '../api.ts'
import { Chart } from '../charts/chart.tsx'
import { Legend } from '../charts/legend.tsx'
import type { ChartSeries } from '../charts/prepare.ts'
import { Agent } from '../components/agents.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { DetailPane } from '../components/detail-pane.tsx'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { Facts, Section } from '../components/facts.tsx'
import { type Facet, FilterBar, useFilter } from '../components/filter-bar.tsx'
import { LongText } from '../components/json-viewer.tsx'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { termOf } from '../lib/filter.ts'
import { count, durationMs, exact } from '../lib/format.ts'
import { oneLine, visible } from '../lib/safe-text.ts'
import type { Failure } from '../lib/shapes.ts'
import { absolute, ago, toMs, type Zone } from '../lib/time.ts'
import { stepSeconds } from '../lib/time-range.ts'
import { changeSearch, useUrl } from '../lib/url-state.ts'
import { useView } from '../lib/use-window.ts'
import { Segmented } from '../ui/segmented.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { type FailureGroup, failuresOver, groupFailures } from './group.ts'
import { Occurrence } from './occurrence.tsx'
import { Overhead } from './overhead.tsx'

const rowsMax = 1_000
const bucketsMax = 90
const kindNames: Record<Failure['kind'], string> = { model_call: 'request', tool_call: 'tool', event: 'event' }
const kindIcons = { model_call: Bot, tool_call: Wrench, event: CalendarX }

function columns(now: number, zone: Zone): Column<FailureGroup>[] {
  return [
    {
      id: 'title',
      header: 'Problem',
      width: 'minmax(0,2fr)',
      cell: (row) => {
        const Icon = kindIcons[row.kind]
        return (
          <span className="flex min-w-0 items-center gap-2 text-13">
            <Icon aria-label={kindNames[row.kind]} className="size-3.5 shrink-0 text-error" />
            <span className="truncate font-semibold">
              <bdi>{oneLine(row.title, 120)}</bdi>
            </span>
          </span>
        )
      },
    },
    {
      id: 'message',
      header: 'Message',
      width: 'minmax(0,3fr)',
      wide: true,
      cell: (row) => (
        <span className="font-mono text-muted">
          <bdi>{oneLine(row.message, 240) || '—'}</bdi>
        </span>
      ),
    },
    {
      id: 'agent',
      header: 'Agent',
      width: '120px',
      wide: true,
      cell: (row) => <Agent id={row.tool} fallback={row.serviceName} />,
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
      id: 'first',
      header: 'First',
      width: '96px',
      align: 'right',
      wide: true,
      cell: (row) => <span className="text-muted">{ago(row.first, now, zone)}</span>,
    },
    {
      id: 'last',
      header: 'Last',
      width: '96px',
      align: 'right',
      cell: (row) => <span className="text-muted">{ago(row.last, now, zone)}</span>,
    },
  ]
}

/** What failed, and what was asked for beside the work. */
export function Errors() {
  const { get, path, goTo, search } = useUrl()
  const show = get('show') === 'overhead' ? 'overhead' : 'problems'
  const views = (
    <Segmented
      label="What is shown"
      value={show}
      options={[
        { value: 'problems', label: 'Problems' },
        { value: 'overhead', label: 'Overhead' },
      ]}
      onChange={(next) =>
        goTo(path + changeSearch(search, { show: next === 'overhead' && next, q: '', problem: '', group: '' }))
      }
    />
  )
  return show === 'overhead' ? <Overhead views={views} /> : <Problems views={views} />
}

function Problems({ views }: { views: ReactNode }) {
  const view = useView()
  const { get, adjust, path, search } = useUrl()
  const agentList = useAnswer(agents())
  const facets: Facet[] = [
    { key: 'agent', label: 'agent', values: agentList.data?.agents.map(({ id }) => id) ?? [] },
    { key: 'session', label: 'session id' },
    { key: 'kind', label: 'request, tool or event', values: Object.values(kindNames) },
  ]
  const { filter, text, set } = useFilter(facets)
  const tool = termOf(filter, 'agent')
  const session = termOf(filter, 'session')
  const kind = termOf(filter, 'kind')
  const answer = useAnswer(
    errors(view.window, { ...(tool ? { tool } : {}), ...(session ? { session } : {}) }, { limit: rowsMax }),
  )
  const wanted = filter.text.toLowerCase()
  const failures = answer.data?.errors.filter(
    (failure) =>
      (kind === undefined || kindNames[failure.kind] === kind) &&
      (wanted === '' ||
        [failure.message, failure.errorType, failure.toolName, failure.model, failure.id].some((field) =>
          field?.toLowerCase().includes(wanted),
        )),
  )
  const groups = failures && groupFailures(failures)
  const chosen = groups?.find(({ key }) => key === get('problem'))
  const step = stepSeconds(view.span, bucketsMax) * 1000
  const list = answer.data?.errors
  const series = useMemo((): ChartSeries[] => {
    const kinds = Map.groupBy(list ?? [], (failure) => failure.kind)
    return (['model_call', 'tool_call', 'event'] as const).flatMap((each, index) => {
      const own = kinds.get(each)
      if (!own) return []
      return [
        {
          key: each,
          label: `Failed ${kindNames[each]}s`,
          color: `var(--chart-${[4, 2, 6][index]})`,
          points: failuresOver(own, step),
        },
      ]
    })
  }, [list, step])
  const [emphasis, setEmphasis] = useState<string>()
  const oldest = list?.reduce((least, failure) => Math.min(least, toMs(failure.timestamp)), view.now) ?? view.now
  return (
    <Screen
      title="Errors"
      testId="errors"
      fixed
      toolbar={
        <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 hairline-b">
          {views}
          <FilterBar facets={facets} placeholder="Filter: agent:codex kind:tool not found" className="basis-60" />
          <span className="shrink-0 text-12 text-muted" data-testid="total">
            {answer.data ? `${exact(answer.data.total)} failures` : ''}
          </span>
        </div>
      }
    >
      {answer.error && !groups ? (
        <ErrorState what="The errors could not be read." error={answer.error} retry={answer.retry} />
      ) : !groups ? (
        <SkeletonRows rows={12} />
      ) : groups.length === 0 ? (
        <NothingFound things="failures" filter={{ filter, text, set }} />
      ) : (
        <>
          <div className="shrink-0 px-4 pt-2 hairline-b">
            <Chart
              label="Failures over time"
              series={series}
              form="bar"
              stacked
              from={view.window.from ?? oldest}
              to={view.window.to ?? view.now}
              step={step}
              now={view.now}
              height={110}
              format={exact}
              onZoom={view.zoom}
              onReset={view.unzoom}
              emphasis={emphasis}
            />
            <Legend items={series} emphasis={emphasis} onEmphasis={setEmphasis} className="pt-1 pb-2" />
          </div>
          <div className="flex min-h-0 flex-1">
            <DataTable
              label="Problems"
              testId="errors-table"
              columns={columns(view.now, view.zone)}
              rows={groups}
              keyOf={(row) => row.key}
              href={(row) => path + changeSearch(search, { problem: row.key })}
              inPlace
              selected={chosen?.key}
              pending={answer.pending}
              footer={
                answer.data && answer.data.total > rowsMax ? (
                  <p className="px-4 py-3 text-12 text-muted">
                    Made of the newest {exact(rowsMax)} of {exact(answer.data.total)} failures.
                  </p>
                ) : undefined
              }
              className="min-w-0 flex-1"
            />
            {chosen && (
              <DetailPane title="Problem" testId="error-detail" onClose={() => adjust({ problem: undefined })}>
                <GroupDetail group={chosen} zone={view.zone} />
              </DetailPane>
            )}
          </div>
        </>
      )}
    </Screen>
  )
}

function GroupDetail({ group, zone }: { group: FailureGroup; zone: Zone }) {
  return (
    <>
      <div className="flex flex-col gap-2 px-3 py-3">
        <p className="text-15 font-semibold break-words">
          <bdi>{visible(group.title)}</bdi>
        </p>
        <Agent id={group.tool} fallback={group.serviceName} />
        {group.message && (
          <div className="max-h-64 overflow-y-auto text-12">
            <LongText text={group.message} />
          </div>
        )}
      </div>
      <Section title="Facts">
        <Facts
          facts={[
            { name: 'Times', value: exact(group.count) },
            { name: 'Sessions', value: exact(group.sessions) },
            { name: 'First', value: absolute(group.first, zone) },
            { name: 'Last', value: absolute(group.last, zone) },
          ]}
        />
      </Section>
      <Section title="Examples" note={exact(group.examples.length)}>
        <ul>
          {group.examples.map((failure, index) => (
            <Occurrence
              // biome-ignore lint/suspicious/noArrayIndexKey: equal failures of one instant have nothing else.
              key={index}
              of={failure}
              zone={zone}
              message={failure.message === group.message ? undefined : failure.message}
            >
              {failure.model && <span className="text-muted">{oneLine(failure.model, 60)}</span>}
              {failure.attempt !== undefined && failure.attempt > 1 && (
                <span className="text-muted">attempt {failure.attempt}</span>
              )}
              {failure.durationMs !== undefined && <span className="text-muted">{durationMs(failure.durationMs)}</span>}
              {failure.count > 1 && <span className="text-muted">{exact(failure.count)} times</span>}
            </Occurrence>
          ))}
        </ul>
      </Section>
    </>
  )
}
