// looks.ts: the colours of models, projects … as the server's order gives them: the same in every browser and on every screen.
import { useMemo } from 'react'
import { agents, usageValues } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'
import { type Hue, hueColor, hueOf, slotOf, slotsOf, tokenKindHue } from '../lib/colors.ts'
import { type Look, lookFor } from '../lib/series-look.ts'
import type { UsageKey } from '../lib/shapes.ts'
import { lookOf } from './agents.tsx'

/** The slots of a key's values; `undefined` before they are known, and of no key. */
export function useSlots(key: UsageKey | undefined): Map<string, Hue> | undefined {
  const { data, error } = useAnswer(key && usageValues(key))
  return useMemo(() => {
    if (data && data.key === key) return slotsOf(data.values)
    return error ? new Map() : undefined
  }, [data, error, key])
}

/** How the values of a grouping look; the same function until its agents or values are others. */
export function useLook(key: UsageKey): Look {
  const known = useAnswer(agents()).data?.agents
  const slots = useSlots(key === 'tool' ? undefined : key)
  return useMemo(() => lookFor(key, (id) => lookOf(id, known), slots), [key, known, slots])
}

/** The colours of an attribute's values: token kinds have their own, models those that they have everywhere. */
export function useValueColor(attribute: string | undefined): (value: string) => string {
  const isModel = attribute !== undefined && /(?:^|\.)model$/.test(attribute)
  const slots = useSlots(isModel ? 'model' : undefined)
  return useMemo(() => {
    const hue = (value: string) =>
      isModel ? slots && slotOf(value, slots) : (tokenKindHue(value) ?? hueOf(attribute ?? 'metric', value))
    return (value) => hueColor(hue(value) ?? 0)
  }, [attribute, isModel, slots])
}
