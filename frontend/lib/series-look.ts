// series-look.ts: labels and colours of the values of a grouping.
import { type Hue, hueColor, slotOf } from './colors.ts'
import { visible } from './safe-text.ts'
import type { UsageKey } from './shapes.ts'
import { groupName } from './usage.ts'

export type Look = (value: string) => { label: string; color: string }

/**
 * How the values of a grouping look. Agents come from the server, everything else has its slot in the order of the server; a value
 * that came since has the next one. Before the order is known nothing is told apart.
 */
export function lookFor(
  key: UsageKey,
  agent: (id: string) => { name: string; color: string },
  slots: Map<string, Hue> | undefined,
): Look {
  return (value) => {
    if (key === 'tool' && value !== '') {
      const { name, color } = agent(value)
      return { label: name, color }
    }
    const label = visible(groupName(key, value))
    return { label, color: hueColor(value === '' || !slots ? 0 : slotOf(value, slots)) }
  }
}
