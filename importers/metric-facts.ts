// metric-facts.ts: the kinds of metrics that agents have, so that a catalogue reads as a list.
import type { MetricFacts } from '#proto/metric-facts.ts'

export function tokens(title: string, about: string, ...breakdowns: string[]): MetricFacts {
  return { title, about, unit: 'tokens', breakdowns: breakdowns.length > 0 ? breakdowns : ['type', 'model'] }
}

export function cost(title: string, about: string, ...breakdowns: string[]): MetricFacts {
  return { title, about, unit: 'USD', breakdowns: breakdowns.length > 0 ? breakdowns : ['model'] }
}

export function calls(title: string, about: string, ...breakdowns: string[]): MetricFacts {
  return { title, about, breakdowns }
}

export function lasting(title: string, about: string, unit: string, ...breakdowns: string[]): MetricFacts {
  return { title, about, unit, breakdowns }
}
