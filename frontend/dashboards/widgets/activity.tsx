// activity.tsx: the last sessions or traces, and who sends.
import { Link } from 'wouter'
import { agentActivity, services, sessions, traces } from '../../api.ts'
import { AgentDot, useAgentLook } from '../../components/agents.tsx'
import { SessionState } from '../../components/session-state.tsx'
import { useAnswer } from '../../lib/answers.ts'
import { cost, count, duration } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { oneLine, visible } from '../../lib/safe-text.ts'
import { ago, toMs } from '../../lib/time.ts'
import { useUrl } from '../../lib/url-state.ts'
import { countIn, textIn } from '../config.ts'
import { Asked } from './asked.tsx'
import type { WidgetProps } from './widget.ts'

const allTime = { from: undefined, to: undefined }
const row = 'grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-3 py-1.5 focus-ring-inset hover:bg-hover'

export function RecentActivity(props: WidgetProps) {
  return textIn(props.config, 'of') === 'traces' ? <RecentTraces {...props} /> : <RecentSessions {...props} />
}

function RecentSessions({ config, view }: WidgetProps) {
  const { link } = useUrl()
  const look = useAgentLook()
  const now = useNow(10_000)
  const answer = useAnswer(sessions(allTime, { sort: 'lastTime' }, { limit: countIn(config, 'limit', 10, 100) }))
  return (
    <Asked answer={answer} empty={answer.data?.sessions.length === 0} nothing="No sessions yet">
      <ul>
        {answer.data?.sessions.map((session) => (
          <li key={session.sessionId} className="hairline-t first:border-0">
            <Link href={link(`/sessions/${encodeURIComponent(session.sessionId)}`)} className={row}>
              <span className="flex min-w-0 items-center gap-2">
                <AgentDot id={session.tool || session.serviceName} />
                <span className="truncate">
                  <bdi>{oneLine(session.title || session.sessionId, 160)}</bdi>
                </span>
              </span>
              <span className="text-right font-semibold">{cost(session.costUsd)}</span>
              <span className="truncate pl-4 text-12 text-muted">
                {[look(session.tool || session.serviceName).name, session.project, session.model]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
              <span className="flex items-center justify-end gap-2 text-12 text-muted">
                {count(session.totalTokens)} tokens ·{' '}
                {session.status === 'active' ? (
                  <SessionState status="active" />
                ) : (
                  ago(toMs(session.lastTime), now, view.zone)
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Asked>
  )
}

function RecentTraces({ config, view }: WidgetProps) {
  const { link } = useUrl()
  const look = useAgentLook()
  const now = useNow(10_000)
  const answer = useAnswer(traces(allTime, {}, { limit: countIn(config, 'limit', 10, 100) }))
  return (
    <Asked answer={answer} empty={answer.data?.traces.length === 0} nothing="No traces yet">
      <ul>
        {answer.data?.traces.map((trace) => (
          <li key={`${trace.kind} ${trace.id}`} className="hairline-t first:border-0">
            <Link
              href={link(
                `/traces/${encodeURIComponent(trace.id)}`,
                trace.kind === 'otel_trace' ? {} : { kind: trace.kind },
              )}
              className={row}
            >
              <span className="flex min-w-0 items-center gap-2">
                <AgentDot id={trace.serviceName} />
                <span className="truncate">
                  <bdi>{oneLine(trace.rootSpan || trace.id, 160)}</bdi>
                </span>
              </span>
              <span className="text-right font-semibold">{duration(trace.duration)}</span>
              <span className="truncate pl-4 text-12 text-muted">
                {look(trace.serviceName).name} · {count(trace.spanCount)} spans
                {trace.errorCount > 0 && <span className="text-error"> · {count(trace.errorCount)} failed</span>}
              </span>
              <span className="text-right text-12 text-muted">{ago(toMs(trace.startTime), now, view.zone)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Asked>
  )
}

/** Agents with what they last sent, then every other service. */
export function ActiveServices({ view }: WidgetProps) {
  const now = useNow(10_000)
  const known = useAnswer(agentActivity())
  const all = useAnswer(services())
  const seen = (known.data?.agents ?? [])
    .filter(({ lastSeen }) => lastSeen !== null)
    .toSorted((a, b) => toMs(b.lastSeen!) - toMs(a.lastSeen!))
  const services_ = all.data?.services ?? []
  return (
    <Asked answer={all} empty={services_.length === 0 && seen.length === 0} nothing="Nobody sent anything yet">
      <ul>
        {seen.map((agent) => (
          <li
            key={agent.id}
            className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-3 py-1.5 hairline-t first:border-0"
          >
            <span className="flex min-w-0 items-center gap-2">
              <AgentDot id={agent.id} />
              {agent.name}
            </span>
            <span className="text-right text-12 text-muted">{ago(toMs(agent.lastSeen!), now, view.zone)}</span>
            <span className="pl-4 text-12 text-muted">
              {count(agent.counts.sessions)} sessions · {count(agent.counts.calls)} requests
            </span>
          </li>
        ))}
      </ul>
      {services_.length > 0 && (
        <p className="px-3 py-2 text-12 text-muted hairline-t">
          {services_.length === 1 ? '1 service: ' : `${services_.length} services: `}
          {services_.map((service) => visible(service)).join(', ')}
        </p>
      )}
    </Asked>
  )
}
