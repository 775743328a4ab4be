// otlp-values.ts: what Claude Code's attributes mean in our words; the same in its logs, spans and metrics.
import { type Attributes, numeric, text } from '#proto/attributes.ts'
import type { Attribution } from '#proto/telemetry.ts'
import { compactionAgent } from '../compaction.ts'
import type { Sender } from '../otlp-batch.ts'
import { isCount, known, nanoUsd } from '../otlp-counts.ts'

export const tool = 'claude-code'

/**
 * For what a request was made. Metrics say `main`, `subagent` or `auxiliary`; events name the part of the program that
 * asked: `sdk` and `repl_main_thread…` are the conversation itself, `agent:…` (or any name beside an agent's) a subagent,
 * everything else (session titles, compaction, classifiers) a side call.
 */
export function querySourceOf(attributes: Attributes): string | undefined {
  const source = sourceOf(attributes)
  if (source === undefined) return text(attributes.agent_id) === undefined ? undefined : 'subagent'
  if (source === 'main' || source === 'subagent' || source === 'auxiliary') return source
  if (/^(sdk|repl_main_thread)/.test(source)) return 'main'
  return /^agent[:.]/.test(source) || text(attributes['agent.name']) !== undefined ? 'subagent' : 'auxiliary'
}

/** Spans say it under a name of their own (2.1.332; none in 2.1.197). */
const sourceOf = (attributes: Attributes) => text(attributes.query_source) ?? text(attributes.query_source_safe)

/** Spans name no agent, but those that come with the program in their source: `agent.builtin.Explore`. */
function agentOf(attributes: Attributes): string | undefined {
  const source = sourceOf(attributes) ?? ''
  const named = source === 'compact' ? compactionAgent : /^agent[:.]builtin[:.](.+)$/.exec(source)?.[1]
  return text(attributes['agent.name']) ?? named
}

/** By whom and for what, as every event, span and point about a request tells it. */
export function attributionOf(attributes: Attributes, sender: Sender): Attribution {
  return known({
    ...sender,
    agent: agentOf(attributes),
    agentId: text(attributes['agent.id']) ?? text(attributes.agent_id),
    skill: text(attributes['skill.name']),
    plugin: text(attributes['plugin.name']),
    mcpServer: text(attributes['mcp_server.name']),
    querySource: querySourceOf(attributes),
    speed: text(attributes.speed),
    effort: text(attributes.effort),
    promptId: text(attributes['prompt.id']),
  })
}

/**
 * What the request cost. `cost_usd` is a double and keeps what `cost_usd_micros` rounds away, so it stands unless the two
 * contradict each other by more than that rounding.
 */
export function costOf(attributes: Attributes): number | undefined {
  const exact = nanoUsd(attributes.cost_usd)
  const micros = numeric(attributes.cost_usd_micros)
  const rounded = isCount(micros) ? Math.round(micros * 1000) : undefined
  if (exact === undefined || rounded === undefined) return exact ?? rounded
  return Math.abs(exact - rounded) <= 1000 ? exact : rounded
}

/** Content that the user chose not to send is named, not left out. */
export function contentOf(value: Attributes[string] | undefined): string | undefined {
  const content = text(value)
  return content === '<REDACTED>' ? undefined : content
}
