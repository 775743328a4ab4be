// facet-groups.tsx: what log records can be narrowed by, as groups of the facets' column.
import { Agent } from '../components/agents.tsx'
import type { FacetGroup } from '../components/facet-list.tsx'
import { Level } from '../components/level.tsx'
import { dictionary } from '../lib/dictionary.ts'
import { anyAttribute, type Filter } from '../lib/filter.ts'
import type { LogFacets } from '../lib/shapes.ts'

/** By the API's name: the key of the filter line, and what a reader calls it. */
const named = dictionary<{ key: string; label: string }>({
  level: { key: 'level', label: 'Level' },
  service: { key: 'service', label: 'Service' },
  event: { key: `${anyAttribute}event.name`, label: 'Event' },
  tool: { key: `${anyAttribute}tool`, label: 'Agent' },
  model: { key: `${anyAttribute}model`, label: 'Model' },
  project: { key: `${anyAttribute}project`, label: 'Project' },
  session: { key: 'session', label: 'Session' },
})

/** Columns first, then attributes. */
export function facetGroups(facets: LogFacets, filter: Filter): FacetGroup[] {
  const columns = facets.facets.flatMap(({ name, values }) => {
    const known = named[name]
    if (!known) return []
    return {
      ...known,
      values: values.map(({ value, records }) => ({
        value: name === 'level' ? asTyped(value, filter) : value,
        count: records,
        look: name === 'level' ? <Level text={value} /> : name === 'tool' ? <Agent id={value} /> : undefined,
      })),
    }
  })
  const attributes = facets.attributes.map(({ name, values }) => ({
    key: anyAttribute + name,
    label: name,
    values: values.map(({ value, records }) => ({ value, count: records })),
  }))
  return [...columns, ...attributes]
}

/** Levels are one whatever their case: the one that the filter line has. */
function asTyped(level: string, { terms }: Filter): string {
  return terms.find(({ key, value }) => key === 'level' && value.toUpperCase() === level)?.value ?? level
}
