// counts.tsx: how many records came in, and which part of something failed.
import { logs, metricPoints, stats, tools, traces, usage } from '../../api.ts'
import { useAnswer } from '../../lib/answers.ts'
import { count, exact, ratio } from '../../lib/format.ts'
import { periodBefore } from '../../lib/time-range.ts'
import { useUrl } from '../../lib/url-state.ts'
import { errorRate } from '../../lib/usage.ts'
import { textIn, wordIn } from '../config.ts'
import { errorRates } from '../kinds.ts'
import { StatTile } from './stat-tile.tsx'
import type { WidgetProps } from './widget.ts'

const one = { limit: 1 }
const asking = {
  stats_traces: { ask: traces, path: '/traces' },
  stats_logs: { ask: logs, path: '/logs' },
  stats_metrics: { ask: metricPoints, path: '/metrics' },
} as const

export type Counted = keyof typeof asking

export function RecordCount({ config, view, height, of }: WidgetProps & { of: Counted }) {
  const { link } = useUrl()
  const service = textIn(config, 'service')
  const filter = service ? { service } : {}
  const { ask, path } = asking[of]
  const before = periodBefore(view.window, view.now)
  const answer = useAnswer<{ total: number }>(ask(view.window, filter, one))
  const earlier = useAnswer<{ total: number }>(before && ask(before, filter, one))
  return (
    <StatTile
      text={count(answer.data?.total)}
      exactly={exact(answer.data?.total)}
      now={answer.data?.total}
      before={before && earlier.data?.total}
      note={service}
      height={height}
      answer={answer}
      href={link(path, { q: service && of !== 'stats_metrics' ? `service:${service}` : undefined })}
    />
  )
}

export function ErrorRate(props: WidgetProps) {
  const of = wordIn(props.config, 'of', Object.keys(errorRates) as (keyof typeof errorRates)[])
  if (of === 'spans') return <SpanErrors {...props} />
  return of === 'tools' ? <ToolErrors {...props} /> : <RequestErrors {...props} />
}

function RequestErrors({ view, height }: WidgetProps) {
  const { link } = useUrl()
  const before = periodBefore(view.window, view.now)
  const answer = useAnswer(usage(view.window, []))
  const earlier = useAnswer(before && usage(before, []))
  const totals = answer.data?.totals
  return (
    <StatTile
      text={ratio(totals && errorRate(totals))}
      exactly={totals && `${exact(totals.errors)} of ${exact(totals.requests + totals.errors)} requests`}
      now={totals && errorRate(totals)}
      before={before && earlier.data && errorRate(earlier.data.totals)}
      good="down"
      note="of requests"
      height={height}
      answer={answer}
      href={link('/errors')}
    />
  )
}

function ToolErrors({ view, height }: WidgetProps) {
  const { link } = useUrl()
  const before = periodBefore(view.window, view.now)
  const answer = useAnswer(tools(view.window))
  const earlier = useAnswer(before && tools(before))
  const failed = (data: typeof answer.data) => {
    const sum = (key: 'failures' | 'successes') => data?.tools.reduce((all, tool) => all + tool[key], 0) ?? 0
    const all = sum('failures') + sum('successes')
    return all === 0 ? undefined : sum('failures') / all
  }
  return (
    <StatTile
      text={ratio(failed(answer.data))}
      now={failed(answer.data)}
      before={before && failed(earlier.data)}
      good="down"
      note="of tool calls"
      height={height}
      answer={answer}
      href={link('/tools')}
    />
  )
}

function SpanErrors({ height }: WidgetProps) {
  const { link } = useUrl()
  const answer = useAnswer(stats())
  const part = answer.data && answer.data.spanCount > 0 ? answer.data.errorRate / 100 : undefined
  return <StatTile text={ratio(part)} note="of all spans ever" height={height} answer={answer} href={link('/traces')} />
}
