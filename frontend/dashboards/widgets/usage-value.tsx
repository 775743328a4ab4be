// usage-value.tsx: one number of the ledger.
import { sessions, usage } from '../../api.ts'
import { useAnswer } from '../../lib/answers.ts'
import { termOf } from '../../lib/filter.ts'
import { cost, count, exact, exactCost, ratio } from '../../lib/format.ts'
import type { UsageNumbers } from '../../lib/shapes.ts'
import { zoneName } from '../../lib/time.ts'
import { periodBefore } from '../../lib/time-range.ts'
import { useUrl } from '../../lib/url-state.ts'
import { cacheHitRate, totalsByBucket } from '../../lib/usage.ts'
import { usageInterval } from '../../lib/usage-interval.ts'
import { usageFilterOf } from '../../lib/usage-keys.ts'
import { useAllTimeSpan } from '../../lib/use-window.ts'
import { textIn, usageFilterIn, wordIn } from '../config.ts'
import { usageValues } from '../kinds.ts'
import { StatTile } from './stat-tile.tsx'
import type { WidgetProps } from './widget.ts'

type Value = keyof typeof usageValues
const values = Object.keys(usageValues) as Value[]

const pick = (value: Exclude<Value, 'sessions'>) => (numbers: UsageNumbers) =>
  value === 'cacheHitRate' ? cacheHitRate(numbers) : numbers[value]

export function UsageValue(props: WidgetProps) {
  const value = wordIn(props.config, 'value', values)
  return value === 'sessions' ? <SessionCount {...props} /> : <Numbers {...props} value={value} />
}

function Numbers({ config, view, height, value }: WidgetProps & { value: Exclude<Value, 'sessions'> }) {
  const { link } = useUrl()
  const span = useAllTimeSpan(view)
  const filter = usageFilterOf(usageFilterIn(config))
  const tz = zoneName(view.zone)
  const interval = usageInterval(span)
  const before = periodBefore(view.window, view.now)
  const answer = useAnswer(usage(view.window, [], { interval, tz, filter }))
  const earlier = useAnswer(before && usage(before, [], { tz, filter }))
  const now = answer.data && pick(value)(answer.data.totals)
  const rate = value === 'cacheHitRate'
  const [format, exactly] = value === 'costUsd' ? [cost, exactCost] : rate ? [ratio, ratio] : [count, exact]
  const spark =
    answer.data && !rate
      ? totalsByBucket(
          answer.data.rows,
          (row) => pick(value)(row) ?? null,
          interval,
          view.window.from ?? view.now - span,
          view.window.to ?? view.now,
          view.zone,
        )
      : []
  const unpriced = answer.data?.totals.unpricedTokens ?? 0
  return (
    <StatTile
      text={format(now)}
      exactly={
        value === 'costUsd' && unpriced > 0
          ? `${exactly(now)}; ${exact(unpriced)} tokens have no known price`
          : exactly(now)
      }
      now={now}
      before={before && earlier.data && pick(value)(earlier.data.totals)}
      good={value === 'costUsd' || value === 'errors' ? 'down' : rate ? 'up' : 'none'}
      spark={spark}
      height={height}
      answer={answer}
      href={link('/costs', { q: textIn(config, 'filter') })}
    />
  )
}

function SessionCount({ config, view, height }: WidgetProps) {
  const { link } = useUrl()
  const filter = usageFilterIn(config)
  const [tool, model, project] = [termOf(filter, 'agent'), termOf(filter, 'model'), termOf(filter, 'project')]
  const asked = { ...(tool ? { tool } : {}), ...(model ? { model } : {}), ...(project ? { project } : {}) }
  const before = periodBefore(view.window, view.now)
  const answer = useAnswer(sessions(view.window, asked, { limit: 1 }))
  const earlier = useAnswer(before && sessions(before, asked, { limit: 1 }))
  return (
    <StatTile
      text={count(answer.data?.total)}
      exactly={exact(answer.data?.total)}
      now={answer.data?.total}
      before={before && earlier.data?.total}
      height={height}
      answer={answer}
      href={link('/sessions', { q: textIn(config, 'filter') })}
    />
  )
}
