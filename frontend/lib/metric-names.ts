// metric-names.ts: what metrics are called for people: from the server's catalogue, else after themselves.

import { dictionary } from './dictionary.ts'
import { oneLine } from './safe-text.ts'
import type { MetricCatalogue } from './shapes.ts'

type Facts = MetricCatalogue['metrics'][number]

/** The catalogue, to look things up in. */
export type KnownMetrics = {
  facts: ReadonlyMap<string, Facts>
  /** By prefix, in the order of every list. */
  families: ReadonlyMap<string, string>
}

export function knownMetrics(catalogue: MetricCatalogue | undefined): KnownMetrics {
  return {
    facts: new Map(catalogue?.metrics.map((facts) => [facts.name, facts])),
    families: new Map(catalogue?.families.map(({ prefix, name }) => [prefix, name])),
  }
}

const wordsAsWritten = dictionary<string>({
  api: 'API',
  mcp: 'MCP',
  sse: 'SSE',
  ttft: 'time to first token',
  ttfm: 'time to first message',
  ms: '(ms)',
  e2e: 'end to end',
  llm: 'LLM',
  http: 'HTTP',
  db: 'database',
  cpu: 'CPU',
  ui: 'UI',
})

export type NamedMetric = {
  name: string
  title: string
  family: string
  about: string | undefined
  unit: string | undefined
  /** The attributes it is usually broken down by, the first one first. */
  breakdowns: readonly string[]
  /** The series of increases of a cumulative counter. */
  delta: boolean
  inner: boolean
  known: boolean
}

/** A metric for people: from the catalogue, else from its own name (`shop.cart.add_count` → Shop, Cart add count). */
export function nameMetric(name: string, { facts: known, families }: KnownMetrics): NamedMetric {
  const delta = name.endsWith('.delta')
  const base = delta ? name.slice(0, -'.delta'.length) : name
  const facts = known.get(base)
  // A stranger's name is shown, too.
  const dots = oneLine(base, 300).split('.')
  const prefixDots = families.has(dots.slice(0, 2).join('.')) ? 2 : 1
  const prefix = dots.slice(0, prefixDots).join('.')
  const family = families.get(prefix) ?? (dots.length > 1 ? sentence(dots[0]!) : 'Other')
  const rest = dots.length > prefixDots ? dots.slice(prefixDots).join(' ') : oneLine(base, 300)
  return {
    name,
    title: `${facts?.title ?? sentence(rest)}${delta ? ', increase' : ''}`,
    family,
    about: facts?.about,
    unit: facts?.unit ?? (/(?:^|[._])duration_ms$|_ms$/.test(base) ? 'ms' : /_bytes$/.test(base) ? 'By' : undefined),
    breakdowns: facts?.breakdowns ?? [],
    delta,
    inner: facts?.inner ?? false,
    known: facts !== undefined,
  }
}

function sentence(text: string): string {
  const words = text.split(/[\s._]+/).map((word) => wordsAsWritten[word] ?? word)
  const joined = words.join(' ').replace(/ \((?:ms)\)$/, '')
  return joined.charAt(0).toUpperCase() + joined.slice(1)
}

/** Metrics by family, known titles first, each family in the order of its titles. */
export function groupMetrics(
  names: readonly string[],
  search: string,
  known: KnownMetrics,
): { family: string; metrics: NamedMetric[] }[] {
  const wanted = search.trim().toLowerCase()
  const named = names
    .map((name) => nameMetric(name, known))
    .filter(
      (metric) => wanted === '' || `${metric.name} ${metric.title} ${metric.family}`.toLowerCase().includes(wanted),
    )
  const order = [...new Set(known.families.values())]
  const rank = (metric: NamedMetric) => (metric.known ? 0 : 1) + (metric.inner ? 1 : 0)
  return [...Map.groupBy(named, ({ family }) => family)]
    .map(([family, metrics]) => ({
      family,
      metrics: metrics.sort(
        (a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title) || a.name.localeCompare(b.name),
      ),
    }))
    .sort(
      (a, b) => (order.indexOf(a.family) >>> 0) - (order.indexOf(b.family) >>> 0) || a.family.localeCompare(b.family),
    )
}
