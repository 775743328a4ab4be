// agents.tsx: names and colours of the coding agents, as the server knows them.
import { agents } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import { hueColor, hueOf } from '../lib/colors.ts'
import { oneLine } from '../lib/safe-text.ts'
import type { AgentInfo } from '../lib/shapes.ts'
import { cx } from '../ui/cx.ts'

export type AgentLook = { id: string; name: string; color: string }

/** Looks up an agent (or a service that is none) by its id. */
export function useAgentLook(): (id: string | null | undefined) => AgentLook {
  const { data } = useAnswer(agents())
  return (id) => lookOf(id, data?.agents)
}

/** The look of an id among the known agents; an unknown one gets the colour of its name. */
export function lookOf(id: string | null | undefined, known: readonly AgentInfo[] | undefined): AgentLook {
  if (!id) return { id: '', name: 'Unknown', color: hueColor(0) }
  const agent = known?.find((one) => one.id === id)
  if (agent) return { id, name: agent.name, color: hueColor(agent.hue) }
  return { id, name: oneLine(id, 120), color: known ? hueColor(hueOf('agent', id)) : hueColor(0) }
}

export function AgentDot({ id, className }: { id: string | null | undefined; className?: string }) {
  const look = useAgentLook()(id)
  return (
    <span
      aria-hidden
      className={cx('inline-block size-2 shrink-0 rounded-full', className)}
      style={{ background: look.color }}
    />
  )
}

/** Dot and name. */
export function Agent({ id, fallback }: { id: string | null | undefined; fallback?: string | undefined }) {
  const look = useAgentLook()(id || fallback)
  return (
    <span data-slot="agent" className="inline-flex max-w-full min-w-0 items-center gap-1.5">
      <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: look.color }} />
      <span className="truncate">
        <bdi>{look.name}</bdi>
      </span>
    </span>
  )
}
