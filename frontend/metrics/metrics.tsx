// metrics.tsx: the explorer of all metrics.
import { ListFilter } from 'lucide-react'
import { useState } from 'react'
import { metricNames, stats } from '../api.ts'
import { EmptyState, isNothing, NothingYet } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { useKnownMetrics } from '../components/metric-names.ts'
import { Screen } from '../components/screen.tsx'
import { useAnswer } from '../lib/answers.ts'
import { groupMetrics, type KnownMetrics } from '../lib/metric-names.ts'
import { useUrl } from '../lib/url-state.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { MetricList } from './metric-list.tsx'
import { MetricView } from './metric-view.tsx'

/** What most come to see first: tokens. */
function firstMetric(names: readonly string[], known: KnownMetrics): string | undefined {
  const sorted = groupMetrics(names, '', known).flatMap(({ metrics }) => metrics)
  return (sorted.find(({ title }) => title === 'Tokens') ?? sorted[0])?.name
}

function NoMetrics() {
  const known = useAnswer(stats()).data
  if (known && isNothing(known)) return <NothingYet />
  return (
    <EmptyState title="No metrics yet">
      <p>Agents that export metrics show here with their first interval, usually within a minute of their start.</p>
    </EmptyState>
  )
}

export function Metrics() {
  const answer = useAnswer(metricNames())
  const { get } = useUrl()
  const [open, setOpen] = useState(false)
  const names = answer.data?.names
  const known = useKnownMetrics()
  // Not before the catalogue is there: it says which one is the first.
  const chosen = get('name') ?? (names && known.facts.size > 0 ? firstMetric(names, known) : undefined)
  return (
    <Screen
      title="Metrics"
      testId="metrics"
      fixed
      actions={
        names &&
        names.length > 0 && (
          <Button onClick={() => setOpen(true)} className="lg:hidden" data-testid="choose-metric">
            <ListFilter aria-hidden className="size-3.5" />
            <span className="sr-only sm:not-sr-only">Choose</span>
          </Button>
        )
      }
    >
      {answer.error && !names ? (
        <ErrorState what="The metrics could not be read." error={answer.error} retry={answer.retry} />
      ) : !names ? (
        <SkeletonRows rows={16} />
      ) : names.length === 0 && !get('name') ? (
        <NoMetrics />
      ) : (
        <div className="flex min-h-0 flex-1">
          <MetricList names={names} chosen={chosen} className="hidden w-72 shrink-0 hairline-r lg:flex" />
          <div className="min-w-0 flex-1 overflow-y-auto">{chosen && <MetricView key={chosen} name={chosen} />}</div>
          <Dialog open={open} onClose={() => setOpen(false)} title="Metrics" side="bottom" className="h-[85vh]">
            <MetricList names={names} chosen={chosen} onChoose={() => setOpen(false)} className="-m-4 h-full" />
          </Dialog>
        </div>
      )}
    </Screen>
  )
}
