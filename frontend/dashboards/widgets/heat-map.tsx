// heat-map.tsx: when the work was done: a year of days, or the hours of the week.
import { useMemo } from 'react'
import { usage } from '../../api.ts'
import { calendar } from '../../charts/calendar.ts'
import { CalendarView } from '../../charts/calendar-view.tsx'
import { WeekHours } from '../../charts/week-hours.tsx'
import { measureFormat } from '../../components/usage-chart.tsx'
import { useAnswer } from '../../lib/answers.ts'
import { useNow } from '../../lib/now.ts'
import { startOf, zoneName } from '../../lib/time.ts'
import { useUrl } from '../../lib/url-state.ts'
import { bucketStart, type Measure } from '../../lib/usage.ts'
import { usageFilterOf } from '../../lib/usage-keys.ts'
import { textIn, usageFilterIn, wordIn } from '../config.ts'
import { measures } from '../kinds.ts'
import { Asked } from './asked.tsx'
import type { WidgetProps } from './widget.ts'

const weeks = 53
const dayMs = 86_400_000
/** An hour's rows of more than this would be many and tell no more. */
const hoursSpanMax = 92 * dayMs

export function HeatMap(props: WidgetProps) {
  return textIn(props.config, 'of') === 'week' ? <Week {...props} /> : <Year {...props} />
}

function Year({ config, view, title }: WidgetProps) {
  const { push } = useUrl()
  const measure = wordIn(config, 'value', Object.keys(measures) as Measure[])
  const today = startOf('day', useNow(60_000), view.zone)
  const from = startOf('week', today - weeks * 7 * dayMs, view.zone)
  const filter = usageFilterOf(usageFilterIn(config))
  const answer = useAnswer(usage({ from, to: undefined }, [], { interval: 'day', tz: zoneName(view.zone), filter }))
  const laid = useMemo(() => {
    const values = new Map<number, number>()
    for (const row of answer.data?.rows ?? []) {
      const start = startOf('day', bucketStart(row.bucket ?? '', view.zone), view.zone)
      values.set(start, (values.get(start) ?? 0) + (row[measure] ?? 0))
    }
    return calendar(values, today, weeks, view.zone)
  }, [answer.data, measure, view.zone, today])
  return (
    <Asked answer={answer}>
      <CalendarView
        calendar={laid}
        label={title}
        format={measureFormat(measure).format}
        onDay={(start) =>
          push({
            range: undefined,
            from: new Date(start).toISOString(),
            to: new Date(startOf('day', start + 1.5 * dayMs, view.zone) - 1).toISOString(),
          })
        }
      />
    </Asked>
  )
}

function Week({ config, view, height, title }: WidgetProps) {
  const measure = wordIn(config, 'value', Object.keys(measures) as Measure[])
  const to = view.window.to ?? view.now
  const earliest = Math.floor((to - hoursSpanMax) / dayMs) * dayMs
  const window = { from: Math.max(view.window.from ?? earliest, earliest), to: view.window.to }
  const filter = usageFilterOf(usageFilterIn(config))
  const answer = useAnswer(usage(window, [], { interval: 'hour', tz: zoneName(view.zone), filter }))
  const cells = useMemo(() => {
    const sums = new Array<number>(7 * 24).fill(0)
    for (const row of answer.data?.rows ?? []) {
      const start = bucketStart(row.bucket ?? '', view.zone)
      if (Number.isNaN(start)) continue
      const at = new Date(start)
      const [weekday, hour] = view.zone === 'utc' ? [at.getUTCDay(), at.getUTCHours()] : [at.getDay(), at.getHours()]
      const cell = ((weekday + 6) % 7) * 24 + hour
      sums[cell] = (sums[cell] ?? 0) + (row[measure] ?? 0)
    }
    return sums
  }, [answer.data, measure, view.zone])
  return (
    <Asked answer={answer}>
      <WeekHours cells={cells} label={title} height={height} format={measureFormat(measure).format} />
    </Asked>
  )
}
