// session-filter.ts: the filter line of the sessions → what the API is asked: every condition is met there, over all sessions.
import type { SessionFilter } from '../api.ts'
import { type Filter, quantity, type Term, termOf } from '../lib/filter.ts'

/** The keys that compare a number, with the parameter of each. */
export const measures = {
  cost: 'cost',
  tokens: 'tokens',
  requests: 'requests',
  errors: 'errors',
  duration: 'durationMs',
} as const
type Measured = keyof typeof measures

/** The parameters, or the first condition that cannot be read. */
export function sessionFilter(filter: Filter): { asked: SessionFilter } | { wrong: string } {
  const asked: SessionFilter = {}
  const named = { agent: 'tool', project: 'project', model: 'model', service: 'service', branch: 'branch' } as const
  for (const [key, parameter] of Object.entries(named)) {
    const value = termOf(filter, key)
    if (value) asked[parameter] = value
  }
  const status = termOf(filter, 'status')
  if (status === 'active' || status === 'ended') asked.status = status
  else if (status !== undefined) return { wrong: `status:${status} is neither active nor ended` }
  if (filter.text) asked.search = filter.text
  for (const [key, parameter] of Object.entries(measures) as [Measured, (typeof measures)[Measured]][]) {
    const terms = filter.terms.filter((term) => term.key === key)
    if (terms.length === 0) continue
    const parts = terms.map(comparison)
    const unreadable = terms[parts.indexOf(undefined)]
    if (unreadable) return { wrong: `${key}:${unreadable.value} is no number; use ${examples[key]}` }
    asked[parameter] = parts.join(',')
  }
  return { asked }
}

const examples: Record<Measured, string> = {
  cost: 'cost:>0.5',
  tokens: 'tokens:>1M',
  requests: 'requests:>20',
  errors: 'errors:>0',
  duration: 'duration:>10m',
}

function comparison({ op, value }: Term): string | undefined {
  const number = quantity(value)
  return number === undefined ? undefined : `${op}${decimal(number)}`
}

/** Without an exponent. */
const decimal = (value: number) => value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 12 })
