// overview.tsx: at a glance: what the agents do, cost and fail at.
import { useMemo } from 'react'
import { sessions, stats, tools, usage } from '../api.ts'
import { BarList } from '../charts/bar-list.tsx'
import { isNothing } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { useLook } from '../components/looks.ts'
import { Panel } from '../components/panel.tsx'
import { Screen } from '../components/screen.tsx'
import { measureFormat, UsageChart } from '../components/usage-chart.tsx'
import { useAnswer } from '../lib/answers.ts'
import { hueColor } from '../lib/colors.ts'
import { count, exact, ratio } from '../lib/format.ts'
import type { UsageKey } from '../lib/shapes.ts'
import { zoneName } from '../lib/time.ts'
import { periodBefore, rangeLabel } from '../lib/time-range.ts'
import { useRange, useUrl } from '../lib/url-state.ts'
import { byGroup, type Measure } from '../lib/usage.ts'
import { intervalName, usageInterval } from '../lib/usage-interval.ts'
import { useAllTimeSpan, useView, type View } from '../lib/use-window.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { BudgetStrip } from './budget-strip.tsx'
import { FirstRun } from './first-run.tsx'
import { headline } from './headline.ts'
import { HeadlineStrip } from './headline-strip.tsx'
import { HistoryOffer } from './history-offer.tsx'
import { LiveActivity } from './live-activity.tsx'
import { RunningSessions } from './running-sessions.tsx'
import { TokenKinds } from './token-kinds.tsx'
import { YearPanel } from './year-panel.tsx'

export function Overview() {
  const all = useAnswer(stats())
  const nothing = all.data && isNothing(all.data)
  return (
    <Screen title="Overview" testId="overview" ranged={!nothing} actions={!nothing && <QuickRange />}>
      {all.error && !all.data ? (
        <ErrorState what="The server's numbers could not be read." error={all.error} retry={all.retry} />
      ) : nothing ? (
        <FirstRun />
      ) : (
        <Numbers />
      )}
    </Screen>
  )
}

const quick = [
  { value: 'today', label: 'Today' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const

/** The three ranges that are looked at every day, without opening anything. */
function QuickRange() {
  const [range, setRange] = useRange()
  const chosen = 'preset' in range ? quick.find(({ value }) => value === range.preset)?.value : undefined
  return (
    <span className="hidden sm:inline-flex">
      <Segmented<(typeof quick)[number]['value'] | ''>
        label="Range"
        value={chosen ?? ''}
        onChange={(preset) => preset !== '' && setRange({ preset })}
        options={quick}
      />
    </span>
  )
}

function Numbers() {
  const view = useView()
  const { get, adjust } = useUrl()
  const groupBy: UsageKey = get('by') === 'model' ? 'model' : 'tool'
  const given = get('measure')
  const measure: Measure = given === 'tokens' ? 'totalTokens' : given === 'requests' ? 'requests' : 'costUsd'
  const { window, now, zone } = view
  const span = useAllTimeSpan(view)
  const interval = usageInterval(span)
  const tz = zoneName(zone)
  const before = periodBefore(window, now, view.range, zone)
  const byTime = useAnswer(usage(window, ['tool', 'model'], { interval, tz }))
  const earlier = useAnswer(before && usage(before, ['tool'], { tz }))
  const sessionsNow = useAnswer(sessions(window, {}, { limit: 1 }))
  const sessionsBefore = useAnswer(before && sessions(before, {}, { limit: 1 }))
  const data = byTime.data
  const cells = useMemo(
    () =>
      data &&
      headline({
        totals: data.totals,
        before: before && earlier.data?.totals,
        sessions: sessionsNow.data?.total,
        sessionsBefore: sessionsBefore.data?.total,
        rows: data.rows,
        interval,
        from: window.from ?? now - span,
        to: window.to ?? now,
        zone,
      }),
    [data, earlier.data, sessionsNow.data, sessionsBefore.data, interval, window, now, span, zone, before],
  )
  return (
    <div className="flex flex-col gap-4 p-4">
      {byTime.error && !data && (
        <ErrorState what="Usage could not be read." error={byTime.error} retry={byTime.retry} />
      )}
      <HistoryOffer />
      <RunningSessions />
      <HeadlineStrip cells={cells} pending={byTime.pending} />
      <BudgetStrip />
      {data && data.rows.length === 0 && window.from !== undefined && <QuietTime view={view} />}
      <div className="grid gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Panel
          title={measure === 'costUsd' ? 'Cost' : measure === 'requests' ? 'Requests' : 'Tokens'}
          note={`by ${intervalName(interval)}`}
          pending={byTime.pending && data !== undefined}
          testId="usage-panel"
          actions={
            <>
              <Segmented
                label="Measure"
                value={measure}
                onChange={(next) =>
                  adjust({ measure: next === 'costUsd' ? undefined : next === 'totalTokens' ? 'tokens' : next })
                }
                options={[
                  { value: 'costUsd', label: 'Cost' },
                  { value: 'totalTokens', label: 'Tokens' },
                  { value: 'requests', label: 'Requests' },
                ]}
              />
              <Segmented
                label="Stacked by"
                value={groupBy}
                onChange={(next) => adjust({ by: next === 'tool' ? undefined : next })}
                options={[
                  { value: 'tool', label: 'Agent' },
                  { value: 'model', label: 'Model' },
                ]}
              />
            </>
          }
        >
          {data ? (
            <UsageChart usage={data} groupBy={groupBy} measure={measure} interval={interval} view={view} height={296} />
          ) : (
            <Skeleton className="mx-3 mb-3 h-56" />
          )}
        </Panel>
        <Panel title="Last sessions" testId="activity-panel">
          <LiveActivity />
        </Panel>
      </div>
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-4">
        <Panel title="Tokens by kind" pending={byTime.pending && data !== undefined}>
          {data ? <TokenKinds usage={data.totals} /> : <SkeletonRows rows={4} />}
        </Panel>
        <TopUsage view={view} groupBy="model" title="Models" measure={measure} />
        <TopUsage view={view} groupBy="project" title="Projects" measure={measure} />
        <TopTools view={view} />
      </div>
      <YearPanel measure={measure} />
    </div>
  )
}

/** Nothing was used in the range, though there is something before it. */
function QuietTime({ view }: { view: View }) {
  return (
    <p
      role="status"
      data-testid="quiet"
      className="flex flex-wrap items-center gap-3 rounded-panel bg-surface px-3 py-2 hairline"
    >
      <span className="flex-1">No model was asked in {rangeLabel(view.range, view.zone, view.now).toLowerCase()}.</span>
      <Button onClick={() => view.setRange({ preset: 'all' })} data-testid="show-all-time">
        Show all time
      </Button>
    </p>
  )
}

const topMax = 6

function TopUsage({
  view,
  groupBy,
  title,
  measure,
}: {
  view: View
  groupBy: 'model' | 'project'
  title: string
  measure: Measure
}) {
  const { link } = useUrl()
  const answer = useAnswer(usage(view.window, [groupBy]))
  const look = useLook(groupBy)
  const { format, exactly } = measureFormat(measure)
  const groups = answer.data ? byGroup(answer.data.rows, groupBy, measure) : undefined
  return (
    <Panel
      title={title}
      note={measure === 'costUsd' ? 'by cost' : measure === 'requests' ? 'by requests' : 'by tokens'}
      pending={answer.pending && groups !== undefined}
      testId={`top-${groupBy}`}
    >
      {groups ? (
        <BarList
          items={groups.slice(0, topMax).map(({ value, usage: sum }) => ({
            key: value,
            ...look(value),
            value: sum[measure],
            text: format(sum[measure]),
            title: `${exactly(sum[measure])} · ${exact(sum.totalTokens)} tokens · ${exact(sum.requests)} requests`,
            href: value
              ? link('/costs', { by: groupBy, q: `${groupBy}:${/\s/.test(value) ? JSON.stringify(value) : value}` })
              : undefined,
          }))}
          more={groups.length - Math.min(topMax, groups.length)}
          moreHref={link('/costs', { by: groupBy })}
          empty="Nothing in this time"
        />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </Panel>
  )
}

function TopTools({ view }: { view: View }) {
  const { link } = useUrl()
  const answer = useAnswer(tools(view.window))
  const sorted = answer.data?.tools.toSorted((a, b) => b.calls - a.calls)
  return (
    <Panel title="Tools" note="by calls" pending={answer.pending && sorted !== undefined} testId="top-tools">
      {sorted ? (
        <BarList
          items={sorted.slice(0, topMax).map((tool) => ({
            key: tool.toolName,
            label: tool.toolName,
            color: hueColor(1),
            value: tool.calls,
            text: count(tool.calls),
            title: `${exact(tool.calls)} calls, ${exact(tool.failures)} failed`,
            note: tool.failures > 0 ? `${ratio(tool.failures / Math.max(1, tool.calls))} failed` : undefined,
            href: link('/tools', { q: `tool:${tool.toolName}` }),
          }))}
          more={sorted.length - Math.min(topMax, sorted.length)}
          moreHref={link('/tools')}
          empty="Nothing in this time"
        />
      ) : answer.error ? (
        <ErrorState what="The tools could not be read." error={answer.error} retry={answer.retry} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </Panel>
  )
}
