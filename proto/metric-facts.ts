// metric-facts.ts: what an agent's folder says about the metrics it knows, for people.

export type MetricFacts = {
  title: string
  about: string
  /** Where the points may come without one, UCUM or a word. */
  unit?: string
  /** Attributes that tell its series apart, the usual one first. */
  breakdowns: readonly string[]
  /** Kept for completeness and seldom looked at: start-up, caches, plumbing. */
  inner?: boolean
}

export type MetricCatalogue = {
  /** How the first words of the metrics' names are called: `claude_code` → Claude Code. */
  families: Readonly<Record<string, string>>
  /** By the metric's name, without `.delta`. */
  metrics: Readonly<Record<string, MetricFacts>>
}
