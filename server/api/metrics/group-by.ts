// group-by.ts: the attributes that a chart tells its series apart by or is filtered by → how the database finds them.
import { type AttributeFilter, pointerTo } from '../attribute-filter.ts'

/**
 * Names of attributes whose values stand, in canonical spelling, in a typed column. Not `tool`: on points that is the tool an
 * agent called (Codex), while the column holds the agent.
 */
const columns = new Map([
  ['service', 'service'],
  ['service.name', 'service'],
  ['session', 'session'],
  ['session.id', 'session'],
  ['sessionId', 'session'],
  ['model', 'model'],
  ['project', 'project'],
  ['user', 'user'],
  ['type', 'type'],
  ['token_type', 'type'],
  ['gen_ai.token.type', 'type'],
])

/**
 * The parameters of the macro `metric_label` for an attribute's name: its typed column, if any, and the JSON pointer to it
 * among the attributes. Without a name there is one series.
 */
export function labelOf(attribute: string | undefined): { asked: string | null; pointer: string | null } {
  if (attribute === undefined) return { asked: null, pointer: null }
  return {
    asked: columns.get(attribute) ?? null,
    pointer: pointerTo(attribute),
  }
}

/** The parameter of the macro `metric_matches` for a filter; `null` lets every point pass. */
export function filtersOf(filter: AttributeFilter | undefined): string | null {
  const entries = Object.entries(filter ?? {})
  if (entries.length === 0) return null
  return JSON.stringify(entries.map(([attribute, values]) => ({ ...labelOf(attribute), values })))
}
