// config.ts: the settings of a widget, read with care: they may come from a file of anybody's.
import type { AttributeFilter } from '../api.ts'
import { type Filter, parseFilter, valuesBy } from '../lib/filter.ts'
import { presets, type Window, windowOf } from '../lib/time-range.ts'
import { usageKeys } from '../lib/usage-keys.ts'
import type { View } from '../lib/use-window.ts'

export type Config = Readonly<Record<string, unknown>>

/** A text; of a list the first one, of anything else nothing. */
export function textIn(config: Config, key: string): string | undefined {
  const given = config[key]
  const value = Array.isArray(given) ? given[0] : given
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** One of a few words; the first of them when it is none. */
export function wordIn<W extends string>(config: Config, key: string, words: readonly W[]): W {
  const value = textIn(config, key)
  return words.find((word) => word === value) ?? words[0]!
}

/** A whole number within bounds. */
export function countIn(config: Config, key: string, usual: number, most: number): number {
  const value = config[key]
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? Math.min(value, most) : usual
}

export function flagIn(config: Config, key: string, usual: boolean): boolean {
  const value = config[key]
  return typeof value === 'boolean' ? value : usual
}

const usageWords = usageKeys.map(({ word }) => word)

/** The filter line of a widget of usage: `agent:codex model:…`. */
export function usageFilterIn(config: Config): Filter {
  return parseFilter(textIn(config, 'filter') ?? '', usageWords)
}

/** Attributes and their values, written as a filter line: any key is one. */
export function pairsIn(config: Config, key: string): AttributeFilter {
  const text = textIn(config, key) ?? ''
  const keys = [...text.matchAll(/([A-Za-z][\w.-]*):/g)].map(([, name]) => name!)
  return valuesBy(parseFilter(text, keys).terms.filter(({ op }) => op === '='))
}

/** The view a widget has: the dashboard's, or with a time range of its own. */
export function viewOf(view: View, config: Config): View {
  const preset = presets.find(({ id }) => id === config.range)
  if (!preset) return view
  const range = { preset: preset.id }
  const window: Window = windowOf(range, view.now, view.zone)
  return { ...view, range, window, span: Math.max(1, view.now - (window.from ?? view.now - 365 * 86_400_000)) }
}
