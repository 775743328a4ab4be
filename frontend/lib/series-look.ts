// series-look.ts: labels and colours of the values of a grouping.
import { hueColor, hueOf } from './colors.ts'
import { visible } from './safe-text.ts'
import type { UsageKey } from './shapes.ts'
import { groupName } from './usage.ts'

/** How the values of a grouping look. Agents come from the server, everything else has the slot of its name. */
export function lookFor(
  key: UsageKey,
  agent: (id: string) => { name: string; color: string },
): (value: string) => { label: string; color: string } {
  return (value) => {
    if (key === 'tool' && value !== '') {
      const { name, color } = agent(value)
      return { label: name, color }
    }
    const label = visible(groupName(key, value))
    return { label, color: value === '' ? hueColor(0) : hueColor(hueOf(key, value)) }
  }
}
