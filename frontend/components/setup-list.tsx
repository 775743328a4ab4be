// setup-list.tsx: each agent with the lines that send its telemetry here.
import { agentActivity } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import { hueColor } from '../lib/colors.ts'
import { count } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import type { AgentInfo } from '../lib/shapes.ts'
import { ago, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Scroller } from '../ui/scroller.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ErrorState } from './error-state.tsx'

export function SetupList() {
  const answer = useAnswer(agentActivity())
  if (answer.error && !answer.data)
    return <ErrorState what="The agents could not be read." error={answer.error} retry={answer.retry} />
  if (!answer.data) return <SkeletonRows rows={5} rowClass="h-16" />
  return (
    <ul data-testid="setup-list" className="flex flex-col">
      {answer.data.agents.map((agent) => (
        <li key={agent.id} data-testid={`setup-${agent.id}`} className="hairline-t first:border-0">
          <SetupItem agent={agent} />
        </li>
      ))}
    </ul>
  )
}

function SetupItem({ agent }: { agent: AgentInfo }) {
  return (
    <div className="flex flex-col gap-2 px-4 py-3">
      <div className="flex items-center gap-2">
        <span aria-hidden className="size-2 rounded-full" style={{ background: hueColor(agent.hue) }} />
        <h3 className="font-semibold">{agent.name}</h3>
        <AgentState agent={agent} />
        <span className="ml-auto">
          <CopyButton text={agent.setup} label={`Copy the set-up of ${agent.name}`} />
        </span>
      </div>
      <Scroller label={`Set-up of ${agent.name}`}>
        <pre className="px-3 py-2 text-12 whitespace-pre">{agent.setup}</pre>
      </Scroller>
    </div>
  )
}

/** Which doors an agent has, and when something last came through them. */
function AgentState({ agent }: { agent: AgentInfo }) {
  const now = useNow(10_000)
  const zone = useSettings((settings) => settings.zone)
  if (!agent.lastSeen) return <span className="text-12 text-muted">nothing yet</span>
  const total = agent.counts.traces + agent.counts.logs + agent.counts.metrics + agent.counts.messages
  return (
    <span className="text-12 text-muted">
      {count(total)} records, the last {ago(toMs(agent.lastSeen), now, zone)}
    </span>
  )
}
