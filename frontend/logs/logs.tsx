// logs.tsx: log records, newest first, live until paused or scrolled away from the top.
import { ArrowUp, ListFilter, Pause, Play } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { type LogFilter, logFacets, logLevels, logs, services } from '../api.ts'
import { DetailPane } from '../components/detail-pane.tsx'
import { NothingFound } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { FacetList } from '../components/facet-list.tsx'
import { type Facet, FilterBar, useFilter } from '../components/filter-bar.tsx'
import { ListFoot } from '../components/list-foot.tsx'
import { LogDetail } from '../components/log/log-detail.tsx'
import { LogTable } from '../components/log/log-table.tsx'
import { type KeyedRecord, keyed } from '../components/log/record.ts'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { anyAttribute, attributesOf, excludedOf, exclusion, formatFilter, termOf, withTerm } from '../lib/filter.ts'
import { count, exact } from '../lib/format.ts'
import { useKeys } from '../lib/keys.ts'
import { fromNano, toNano } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useLater } from '../lib/use-later.ts'
import { useView } from '../lib/use-window.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { attributeFacets } from './attribute-facets.ts'
import { facetGroups } from './facet-groups.tsx'
import { LevelChips } from './level-chips.tsx'
import { LogHistogramView } from './log-histogram.tsx'

const pageRows = 200
const rowsMax = 1_000
/** Scrolled further than this, the reader reads and the list must stand still. */
const readingPx = 48
const termKeys = new Map([
  ['session.id', 'session'],
  ['conversation.id', 'session'],
  ['service.name', 'service'],
])
/** Longer values are searched for as text: nobody reads them in a filter line. */
const valueMax = 200

export function Logs() {
  const view = useView()
  const { get, adjust } = useUrl()
  const known = useAnswer(services())
  const facets: Facet[] = useMemo(
    () => [
      { key: 'level', label: 'severity', values: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] },
      { key: 'service', label: 'service name', values: known.data?.services ?? [] },
      { key: 'session', label: 'session id' },
      { key: 'trace', label: 'trace id' },
    ],
    [known.data],
  )
  const { filter, text, set } = useFilter([
    ...facets,
    { key: anyAttribute, label: 'attribute' },
    { key: exclusion, label: 'left out' },
  ])
  const [limit, setLimit] = useState(pageRows)
  /** The time of the newest record when the list was stopped; the list ends there until it goes on. */
  const [stoppedAt, setStoppedAt] = useState<string>()
  const table = useRef<HTMLElement>(null)
  const service = termOf(filter, 'service')
  const level = termOf(filter, 'level')
  const sessionId = termOf(filter, 'session')
  const traceId = termOf(filter, 'trace')
  const attributes = attributesOf(filter)
  const excluded = excludedOf(filter)
  if (excluded.level) excluded.level = excluded.level.map((name) => name.toUpperCase())
  const askedButLevel = {
    ...(service ? { service } : {}),
    ...(sessionId ? { sessionId } : {}),
    ...(traceId ? { traceId } : {}),
    ...(filter.text ? { search: filter.text } : {}),
    ...(Object.keys(attributes).length > 0 ? { filter: JSON.stringify(attributes) } : {}),
    ...(Object.keys(excluded).length > 0 ? { exclude: JSON.stringify(excluded) } : {}),
  }
  const askedText = JSON.stringify({ ...askedButLevel, ...(level ? { severity: level } : {}) })
  // The same object while it says the same: what is drawn of it is not drawn anew with every record that comes.
  const asked = useMemo(() => JSON.parse(askedText) as LogFilter, [askedText])
  const open = view.window.to === undefined
  const answer = useAnswer(logs({ from: view.window.from, to: stoppedAt ?? view.window.to }, asked, { limit }))
  const counts = useAnswer(logLevels(view.window, askedButLevel))
  const facetCounts = useAnswer(logFacets(view.window, asked)).data
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is its text, and setting it is always the same.
  const facetList = useMemo(
    () => facetCounts && <FacetList turnable groups={facetGroups(facetCounts, filter)} filter={filter} set={set} />,
    [facetCounts, text],
  )
  const [facetsOpen, setFacetsOpen] = useState(false)
  const after = stoppedAt && open ? fromNano(toNano(stoppedAt) + 1n) : undefined
  const news = useAnswer(after ? logs({ from: after, to: undefined }, asked, { limit: 1 }) : undefined)
  const fresh = after ? (news.data?.total ?? 0) : 0
  const previous = useRef<KeyedRecord[]>([])
  // A thousand records may come in a second.
  const data = useLater(answer.data)
  const rows = useMemo(() => data && keyed(data.logs, previous.current), [data])
  useEffect(() => {
    previous.current = rows ?? []
  }, [rows])
  const offered = useMemo(() => [...facets, ...attributeFacets(rows ?? [])], [facets, rows])
  const selectedKey = get('record')
  const selected = rows?.find(({ key }) => key === selectedKey)
  const newest = rows?.[0]?.record.timestamp

  // Another question is another list: it begins at the top and live.
  const question = JSON.stringify([text, view.range])
  const [before, setBefore] = useState(question)
  if (before !== question) {
    setBefore(question)
    setStoppedAt(undefined)
    setLimit(pageRows)
  }
  const stop = () => newest && open && setStoppedAt(newest)
  const goOn = () => {
    setStoppedAt(undefined)
    table.current?.scrollTo({ top: 0 })
  }
  // Reading a record stops the list as well: it must not slip away under the eyes.
  const reading = selected !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening and closing a record counts here.
  useEffect(() => {
    if (reading && !stoppedAt) stop()
  }, [reading])
  useKeys([{ keys: 'L', label: 'Live on or off', group: 'Logs', run: () => (stoppedAt ? goOn() : stop()) }])

  function filterBy(key: string, value: string) {
    const term = termKeys.get(key)
    if (term) return set(formatFilter(withTerm(filter, term, value)))
    if (value.length <= valueMax) return set(formatFilter(withTerm(filter, anyAttribute + key, value)))
    set(formatFilter({ ...filter, text: value.slice(0, valueMax) }))
  }

  return (
    <Screen
      title="Logs"
      testId="logs"
      fixed
      actions={
        open && (
          <Button
            onClick={() => (stoppedAt ? goOn() : stop())}
            aria-pressed={!stoppedAt}
            title="Live on or off (L)"
            data-testid="live-toggle"
          >
            {stoppedAt ? <Play aria-hidden className="size-3.5" /> : <Pause aria-hidden className="size-3.5" />}
            <span className="hidden sm:inline">{stoppedAt ? 'Go live' : 'Pause'}</span>
          </Button>
        )
      }
      toolbar={
        <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 hairline-b">
          <Button onClick={() => setFacetsOpen(true)} className="lg:hidden" data-testid="facets-open">
            <ListFilter aria-hidden className="size-3.5" />
            <span className="sr-only sm:not-sr-only">Facets</span>
          </Button>
          <FilterBar
            facets={offered}
            placeholder="Filter: level:error -service:codex @tool_name:Bash text"
            className="basis-60 lg:basis-0"
          />
          <LevelChips
            counts={counts.data}
            chosen={level}
            onChoose={(next) => set(formatFilter(withTerm(filter, 'level', next)))}
          />
          <span className="ml-auto shrink-0 text-12 text-muted" data-testid="total">
            {answer.data ? `${exact(answer.data.total)} records` : ''}
          </span>
        </div>
      }
    >
      <div className="flex min-h-0 flex-1">
        <aside aria-label="Facets" className="hidden w-52 shrink-0 overflow-y-auto px-2 py-3 hairline-r lg:block">
          {facetList}
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          {answer.error && !rows ? (
            <ErrorState what="The logs could not be read." error={answer.error} retry={answer.retry} />
          ) : !rows ? (
            <SkeletonRows rows={20} />
          ) : rows.length === 0 && fresh === 0 ? (
            <NothingFound things="log records" filter={{ filter, text, set }} />
          ) : (
            <>
              <LogHistogramView view={view} filter={asked} />
              <div className="relative flex min-h-0 flex-1">
                <LogTable
                  rows={rows}
                  selected={selected?.key}
                  zone={view.zone}
                  now={view.now}
                  pending={answer.pending && answer.data === undefined}
                  onScroll={(element) => {
                    table.current = element
                    if (element.scrollTop > readingPx && !stoppedAt) stop()
                    else if (element.scrollTop === 0 && stoppedAt && !reading && fresh === 0) setStoppedAt(undefined)
                  }}
                  onEnd={() => setLimit((current) => Math.min(rowsMax, current * 2))}
                  footer={
                    <ListFoot shown={rows.length} total={answer.data?.total ?? 0} most={rowsMax} things="records" />
                  }
                />
                {stoppedAt && fresh > 0 && (
                  <div className="pointer-events-none absolute inset-x-0 top-10 z-20 flex justify-center">
                    <Button
                      look="solid"
                      onClick={goOn}
                      className="pointer-events-auto shadow-floating"
                      data-testid="new-records"
                    >
                      <ArrowUp aria-hidden className="size-3.5" />
                      {count(fresh)} new
                    </Button>
                  </div>
                )}
                {selected && (
                  <DetailPane
                    title="Log record"
                    testId="log-detail"
                    onClose={() => adjust({ record: undefined })}
                    actions={<CopyButton text={() => JSON.stringify(selected.record, null, 2)} label="Copy as JSON" />}
                  >
                    <LogDetail record={selected.record} onFilter={filterBy} />
                  </DetailPane>
                )}
              </div>
            </>
          )}
        </div>
      </div>
      <Dialog open={facetsOpen} onClose={() => setFacetsOpen(false)} title="Facets" side="bottom">
        {facetList}
      </Dialog>
    </Screen>
  )
}
