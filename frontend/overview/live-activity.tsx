// live-activity.tsx: what the agents do now: running sessions first, then the last ones.
import { Link } from 'wouter'
import { sessions } from '../api.ts'
import { AgentDot, useAgentLook } from '../components/agents.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { SessionState } from '../components/session-state.tsx'
import { useAnswer } from '../lib/answers.ts'
import { cost, costTitle, count, duration } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { Session } from '../lib/shapes.ts'
import { ago, toMs } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useSettings } from '../settings.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'

const rowsMax = 7

export function LiveActivity() {
  const answer = useAnswer(sessions({ from: undefined, to: undefined }, { sort: 'lastTime' }, { limit: rowsMax }))
  if (answer.error && !answer.data)
    return <ErrorState what="The sessions could not be read." error={answer.error} retry={answer.retry} />
  if (!answer.data) return <SkeletonRows rows={5} rowClass="h-12" />
  const sorted = answer.data.sessions.toSorted((a, b) => Number(b.status === 'active') - Number(a.status === 'active'))
  return (
    <ul data-testid="live-activity">
      {sorted.map((session) => (
        <li key={session.sessionId} className="hairline-t">
          <ActivityRow session={session} />
        </li>
      ))}
      {sorted.length === 0 && <li className="px-3 py-4 text-muted">No sessions yet</li>}
    </ul>
  )
}

function ActivityRow({ session }: { session: Session }) {
  const { link } = useUrl()
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(10_000)
  const agent = useAgentLook()(session.tool || session.serviceName)
  return (
    <Link
      href={link(`/sessions/${encodeURIComponent(session.sessionId)}`)}
      className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-3 py-1.5 focus-ring-inset hover:bg-hover"
    >
      <span className="flex min-w-0 items-center gap-2">
        <AgentDot id={session.tool || session.serviceName} />
        <span className="truncate">
          <bdi>{oneLine(session.title || session.sessionId, 120)}</bdi>
        </span>
      </span>
      <span className="text-right font-semibold" title={costTitle(session.costUsd, session.models.join(', '))}>
        {cost(session.costUsd)}
      </span>
      <span className="truncate pl-4 text-12 text-muted">
        {[agent.name, session.project, session.model].filter(Boolean).join(' · ')}
      </span>
      <span className="text-right text-12 text-muted">
        {session.status === 'active' ? (
          <span className="inline-flex items-center gap-2">
            {count(session.totalTokens)} · {duration(session.durationMs * 1e6)}
            <SessionState status="active" />
          </span>
        ) : (
          ago(toMs(session.lastTime), now, zone)
        )}
      </span>
    </Link>
  )
}
