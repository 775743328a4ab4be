// catalogue.ts: what metrics are called and mean, as the agents' folders know it.
import { z } from 'zod'
import { conventions } from '#importers/index.ts'
import type { Agent } from '#proto/agent.ts'

export const MetricCatalogue = z.object({
  families: z
    .array(z.object({ prefix: z.string(), name: z.string() }))
    .describe("how the first words of metrics' names are called"),
  metrics: z.array(
    z.object({
      name: z.string().describe('without `.delta`, the increases of a counter'),
      agent: z.string(),
      title: z.string(),
      about: z.string(),
      unit: z.string().optional(),
      breakdowns: z.array(z.string()).describe('attributes that tell its series apart, the usual one first'),
      inner: z.boolean().describe('seldom looked at: start-up, caches, plumbing'),
    }),
  ),
})
export type MetricCatalogue = z.infer<typeof MetricCatalogue>

/** All that is known of metrics, the agents in their order, then what follows the conventions. */
export function metricCatalogue(agents: readonly Agent[]): MetricCatalogue {
  const known = [...agents, conventions].flatMap(({ id, metricCatalogue }) =>
    metricCatalogue ? [{ id, ...metricCatalogue }] : [],
  )
  return {
    families: known.flatMap(({ families }) => Object.entries(families).map(([prefix, name]) => ({ prefix, name }))),
    metrics: known.flatMap(({ id, metrics }) =>
      Object.entries(metrics).map(([name, { inner, breakdowns, ...facts }]) => ({
        name,
        agent: id,
        ...facts,
        breakdowns: [...breakdowns],
        inner: inner ?? false,
      })),
    ),
  }
}
