// agent-sources.tsx: each agent: whether it is on the server's machine, whether it sends here, what came last, and how to set it.
import { ChevronRight, CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react'
import { agentActivity, machine } from '../api.ts'
import { ErrorState } from '../components/error-state.tsx'
import { Panel } from '../components/panel.tsx'
import { useAnswer } from '../lib/answers.ts'
import { hueColor } from '../lib/colors.ts'
import { count } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'
import type { AgentInfo, MachineAgent } from '../lib/shapes.ts'
import { ago, toMs } from '../lib/time.ts'
import { useSettings } from '../settings.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Scroller } from '../ui/scroller.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

export function AgentSources() {
  const answer = useAnswer(agentActivity())
  const states = useAnswer(machine()).data?.agents
  return (
    <Panel title="Agents" note="on this machine, and what to set so that each sends here">
      {answer.error && !answer.data ? (
        <ErrorState what="The agents could not be read." error={answer.error} retry={answer.retry} />
      ) : !answer.data ? (
        <SkeletonRows rows={5} rowClass="h-12" />
      ) : (
        <ul data-testid="agent-sources">
          {answer.data.agents.map((agent) => (
            <li key={agent.id} data-testid={`source-${agent.id}`} className="hairline-t">
              <AgentSource agent={agent} state={states?.find(({ id }) => id === agent.id)} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function AgentSource({ agent, state }: { agent: AgentInfo; state: MachineAgent | undefined }) {
  const now = useNow(10_000)
  const zone = useSettings((settings) => settings.zone)
  const total = agent.counts.traces + agent.counts.logs + agent.counts.metrics + agent.counts.messages
  const command = `telltale setup ${agent.id} --apply`
  return (
    <details className="group">
      <summary className="grid min-h-12 list-none grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 px-3 py-2 sm:grid-cols-[auto_minmax(0,1fr)_auto] focus-ring-inset hover:bg-hover">
        <ChevronRight aria-hidden className="size-3.5 text-muted group-open:rotate-90" />
        <span className="flex min-w-0 flex-wrap items-center gap-x-3">
          <span className="flex items-center gap-2 font-semibold">
            <span aria-hidden className="size-2 rounded-full" style={{ background: hueColor(agent.hue) }} />
            {agent.name}
          </span>
          {state && <State state={state} />}
        </span>
        <span className="col-start-2 text-12 text-muted sm:col-start-auto sm:text-right">
          {agent.lastSeen ? `${count(total)} records, the last ${ago(toMs(agent.lastSeen), now, zone)}` : 'nothing yet'}
        </span>
      </summary>
      <div className="flex flex-col gap-2 px-3 pt-2 pb-3 pl-9">
        {state?.warnings.map((warning) => (
          <p key={warning} className="flex items-start gap-2 text-12 text-warn">
            <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            {warning}
          </p>
        ))}
        {state?.files.map((file) => (
          <p key={file.path} className="text-12 text-muted">
            <code className="break-all">{file.path}</code>: {fileWords[file.state]}
            {file.state === 'elsewhere' && <code className="break-all"> {file.endpoint}</code>}
            {file.problem && <span className="text-error"> {file.problem}</span>}
          </p>
        ))}
        <div className="flex items-center gap-2 rounded-control bg-surface px-3 py-1 hairline">
          <code className="min-w-0 flex-1 truncate text-12">{command}</code>
          <CopyButton text={command} label={`Copy the command that sets ${agent.name} up`} />
        </div>
        <p className="text-12 text-muted">It shows the difference first and keeps a backup. Or by hand:</p>
        <Scroller label={`Set-up of ${agent.name}`} className="relative">
          <pre className="px-3 py-2 text-12 whitespace-pre">{agent.setup}</pre>
        </Scroller>
        <span className="flex items-center gap-1 text-12 text-muted">
          <CopyButton text={agent.setup} label={`Copy the set-up of ${agent.name}`} />
          Copy
        </span>
      </div>
    </details>
  )
}

const fileWords = {
  here: 'sends here',
  elsewhere: 'sends to',
  off: 'sends nothing',
  unreadable: 'cannot be read.',
} as const

function State({ state }: { state: MachineAgent }) {
  const isElsewhere = state.files.some((file) => file.state === 'elsewhere')
  const isBroken = state.files.some((file) => file.state === 'unreadable')
  const [Icon, color, words] = !state.installed
    ? ([CircleDashed, 'text-muted', 'not on this machine'] as const)
    : isBroken
      ? ([CircleAlert, 'text-error', 'its configuration cannot be read'] as const)
      : state.configured
        ? ([CircleCheck, 'text-ok', state.hooks ? 'sends here, with hooks' : 'sends here'] as const)
        : isElsewhere
          ? ([CircleAlert, 'text-warn', 'sends elsewhere'] as const)
          : ([CircleDashed, 'text-muted', 'installed, not set to send here'] as const)
  return (
    <span className={`inline-flex items-center gap-1 text-12 ${color}`} data-testid="source-state">
      <Icon aria-hidden className="size-3.5" />
      {words}
    </span>
  )
}
