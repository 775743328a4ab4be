// costs.tsx: tokens and money by anything they can be told apart by, over time and in full.
import { Download } from 'lucide-react'
import { savings, usage } from '../api.ts'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { type Facet, FilterBar, useFilter } from '../components/filter-bar.tsx'
import { useLook } from '../components/looks.ts'
import { Panel } from '../components/panel.tsx'
import { Screen } from '../components/screen.tsx'
import { UsageChart } from '../components/usage-chart.tsx'
import { useAnswer } from '../lib/answers.ts'
import { toCsv } from '../lib/csv.ts'
import { formatTerm } from '../lib/filter.ts'
import { cost, count, exact, exactCost } from '../lib/format.ts'
import type { UsageKey, UsageReport } from '../lib/shapes.ts'
import { startOf, zoneName } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { byGroup, type Measure, noUsage } from '../lib/usage.ts'
import { fittingIntervals, intervalFor, intervalName, usageInterval } from '../lib/usage-interval.ts'
import { usageFilterOf, usageKey, usageKeys } from '../lib/usage-keys.ts'
import { useAllTimeSpan, useView } from '../lib/use-window.ts'
import { IconButton } from '../ui/button.tsx'
import { saveFile } from '../ui/copy.ts'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { monthForecast } from './forecast.ts'
import { UsageTable } from './usage-table.tsx'
import { UsageWindows } from './usage-windows.tsx'

const everything = { from: undefined, to: undefined }

/** The known values of a grouping, for the filter line. */
function valuesOf(answer: UsageReport | undefined, key: UsageKey): string[] {
  return [...new Set(answer?.rows.flatMap((row) => row[key] ?? []) ?? [])]
}

export function Costs() {
  const view = useView()
  const { get, adjust, link } = useUrl()
  const known = useAnswer(usage(everything, ['tool', 'model', 'project']))
  const facets: Facet[] = usageKeys.map(({ key, word, label }) => ({
    key: word,
    label: label.toLowerCase(),
    values: key === 'tool' || key === 'model' || key === 'project' ? valuesOf(known.data, key) : [],
  }))
  const { filter, text, set } = useFilter(facets)
  const asked = usageFilterOf(filter)
  const grouping = usageKey(get('by')) ?? usageKey('model')!
  const given = get('measure')
  const measure: Measure = given === 'tokens' ? 'totalTokens' : given === 'requests' ? 'requests' : 'costUsd'
  const span = useAllTimeSpan(view)
  const usual = usageInterval(span)
  const interval = intervalFor(span, get('interval'))
  const tz = zoneName(view.zone)
  const answer = useAnswer(usage(view.window, [grouping.key], { interval, tz, filter: asked }))
  const monthStart = startOf('month', view.now, view.zone)
  const month = useAnswer(usage({ from: monthStart, to: undefined }, ['tool'], { tz, filter: asked }))
  const saved = useAnswer(savings(view.window, grouping.key, asked))
  const data = answer.data
  const totals = data?.totals ?? noUsage
  const groups = data ? byGroup(data.rows, grouping.key, 'costUsd') : []
  const look = useLook(grouping.key)
  const forecast = month.data?.totals.costUsd
    ? monthForecast(month.data.totals.costUsd, view.now, view.zone)
    : undefined

  /** The records behind a group: its sessions, or the session itself; what sessions cannot be told by is broken down by session. */
  function href(value: string): string | undefined {
    if (value === '') return undefined
    if (grouping.key === 'session') return link(`/sessions/${encodeURIComponent(value)}`)
    const term = formatTerm({ key: grouping.word, op: '=', value })
    if (['tool', 'model', 'project'].includes(grouping.key)) return link('/sessions', { q: term, sort: 'cost' })
    return link('/costs', { by: 'session', q: term })
  }
  function saveCsv() {
    const rows = data?.rows ?? []
    const numbers = Object.keys(noUsage) as (keyof typeof noUsage)[]
    saveFile(
      `costs-by-${grouping.key}.csv`,
      toCsv(
        ['bucket', grouping.key, ...numbers],
        rows.map((row) => [row.bucket, row[grouping.key], ...numbers.map((key) => row[key])]),
      ),
      'text/csv',
    )
  }

  return (
    <Screen
      title="Costs"
      testId="costs"
      toolbar={
        <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-2 hairline-b">
          <FilterBar
            facets={facets}
            placeholder="Filter: agent:codex model:… project:… branch:…"
            className="basis-full lg:basis-0"
          />
          <Select
            label="By"
            labelled
            value={grouping.key}
            onChange={(value) => adjust({ by: value === 'model' ? undefined : value })}
            options={usageKeys.map(({ key, label }) => ({ value: key, label: label.toLowerCase() }))}
            data-testid="cost-group"
          />
          <Select
            label="Every"
            labelled
            value={interval}
            onChange={(value) => adjust({ interval: value === usual ? undefined : value })}
            options={fittingIntervals(span).map((value) => ({ value, label: intervalName(value) }))}
          />
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
        </div>
      }
    >
      {answer.error && !data ? (
        <ErrorState what="Usage could not be read." error={answer.error} retry={answer.retry} />
      ) : data && data.rows.length === 0 ? (
        <NothingFound things="requests" filter={{ filter, text, set }} />
      ) : (
        <div className="flex flex-col gap-4 p-4">
          <Panel pending={answer.pending && data !== undefined} testId="costs-chart">
            <dl className="flex flex-wrap gap-x-8 gap-y-2 px-3 py-3">
              <Figure label="Cost" text={cost(totals.costUsd)} title={exactCost(totals.costUsd)} testId="total-cost" />
              <Figure label="Tokens" text={count(totals.totalTokens)} title={exact(totals.totalTokens)} />
              <Figure label="Requests" text={count(totals.requests)} title={exact(totals.requests)} />
              <Figure
                label="Saved by caches"
                text={cost(saved.data?.totals.savedUsd)}
                title={
                  saved.data
                    ? `${exactCost(saved.data.totals.withoutCacheUsd)} as plain input instead of ${exactCost(saved.data.totals.withCacheUsd)}`
                    : ''
                }
                testId="total-saved"
              />
              <Figure
                label="Unpriced tokens"
                text={count(totals.unpricedTokens)}
                title={`${exact(totals.unpricedTokens)} tokens are in no cost`}
              />
              {forecast !== undefined && (
                <Figure
                  label="This month at this pace"
                  text={cost(forecast)}
                  title={`${exactCost(month.data?.totals.costUsd)} so far`}
                />
              )}
            </dl>
            {data ? (
              <UsageChart
                usage={data}
                groupBy={grouping.key}
                measure={measure}
                interval={interval}
                view={view}
                height={260}
              />
            ) : (
              <Skeleton className="mx-3 mb-3 h-64" />
            )}
          </Panel>
          <UsageWindows tool={asked.tool} />
          <Panel
            title={`By ${grouping.label.toLowerCase()}`}
            note={
              data
                ? `${exact(groups.length)} ${groups.length === 1 ? grouping.label.toLowerCase() : grouping.many}`
                : undefined
            }
            pending={answer.pending && data !== undefined}
            actions={
              <IconButton label="Save as CSV" onClick={saveCsv} disabled={!data} data-testid="save-csv">
                <Download aria-hidden className="size-4" />
              </IconButton>
            }
          >
            {data ? (
              <UsageTable
                groupBy={grouping.key}
                label={grouping.label}
                groups={groups}
                totals={totals}
                saved={saved.data}
                look={look}
                href={href}
              />
            ) : (
              <SkeletonRows />
            )}
          </Panel>
        </div>
      )}
    </Screen>
  )
}

function Figure({ label, text, title, testId }: { label: string; text: string; title: string; testId?: string }) {
  return (
    <div title={title}>
      <dt className="text-12 text-muted">{label}</dt>
      <dd className="text-20 font-semibold" data-testid={testId}>
        {text}
      </dd>
    </div>
  )
}
