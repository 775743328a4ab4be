// year-panel.tsx: the last year, day by day.
import { useMemo } from 'react'
import { usage } from '../api.ts'
import { calendar } from '../charts/calendar.ts'
import { CalendarView } from '../charts/calendar-view.tsx'
import { Panel } from '../components/panel.tsx'
import { measureFormat } from '../components/usage-chart.tsx'
import { useAnswer } from '../lib/answers.ts'
import { useNow } from '../lib/now.ts'
import { startOf, zoneName } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { bucketStart, type Measure } from '../lib/usage.ts'
import { useSettings } from '../settings.ts'
import { Skeleton } from '../ui/skeleton.tsx'

const weeks = 53
const dayMs = 86_400_000

export function YearPanel({ measure }: { measure: Measure }) {
  const zone = useSettings((settings) => settings.zone)
  const { push } = useUrl()
  const today = startOf('day', useNow(60_000), zone)
  const from = startOf('week', today - weeks * 7 * dayMs, zone)
  const answer = useAnswer(usage({ from, to: undefined }, ['tool'], { interval: 'day', tz: zoneName(zone) }))
  const laid = useMemo(() => {
    const values = new Map<number, number>()
    for (const row of answer.data?.rows ?? []) {
      const start = startOf('day', bucketStart(row.bucket ?? '', zone), zone)
      values.set(start, (values.get(start) ?? 0) + (row[measure] ?? 0))
    }
    return calendar(values, today, weeks, zone)
  }, [answer.data, measure, zone, today])
  return (
    <Panel title="The last year" note="by day" pending={answer.pending && answer.data !== undefined} testId="year">
      {answer.data ? (
        <CalendarView
          calendar={laid}
          label={`${measure === 'costUsd' ? 'Cost' : measure === 'requests' ? 'Requests' : 'Tokens'} of each day of the last year`}
          format={measureFormat(measure).format}
          onDay={(start) =>
            push({
              range: undefined,
              from: new Date(start).toISOString(),
              to: new Date(startOf('day', start + dayMs * 1.5, zone)).toISOString(),
            })
          }
        />
      ) : (
        <Skeleton className="mx-3 mb-3 h-24" />
      )}
    </Panel>
  )
}
