// routes.ts: /api/agents: what the page knows of each agent; there is no agent's name in the page itself.
import { Hono } from 'hono'
import { z } from 'zod'
import { int, query, text } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import type { Monitor } from '../status/monitor.ts'
import { formatTime } from '../time.ts'
import sessionsByToolSql from './sessions-by-tool.sql' with { type: 'text' }

const sessionsByTool = query(sessionsByToolSql, {}, { tool: text, sessions: int, calls: int })

const AgentInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    hue: z.number().describe('its colour on every screen, chart-1 … chart-8'),
    setup: z.string().describe('what a person types to send its telemetry here'),
    hasTranscripts: z.boolean(),
    hasHooks: z.boolean(),
    lastSeen: z.string().nullable(),
    counts: z.object({
      sessions: z.number(),
      calls: z.number(),
      traces: z.number().describe('spans'),
      logs: z.number(),
      metrics: z.number(),
      messages: z.number(),
    }),
  })
  .meta({ id: 'Agent' })
const AgentList = z.object({ agents: z.array(AgentInfo) })

export function agentsRoutes({ store, agents, urls }: ApiDeps, monitor: Monitor) {
  const endpoint = { otlpUrl: urls.otlpUrl, grpcUrl: urls.grpcUrl ?? urls.otlpUrl }
  return new Hono().get(
    '/api/agents',
    about('The agents that are known, and what each has sent', AgentList),
    async (c) => {
      const [activity, rows] = await Promise.all([monitor.tools(), sessionsByTool(store, {})])
      const counts = new Map(rows.map((row) => [row.tool, row]))
      return send<z.infer<typeof AgentList>>(c, {
        agents: agents.map((agent) => {
          const seen = activity.get(agent.id)
          return {
            id: agent.id,
            name: agent.name,
            hue: agent.hue,
            setup: agent.setupText(endpoint),
            hasTranscripts: agent.transcripts !== undefined,
            hasHooks: agent.hooks !== undefined,
            lastSeen: seen ? formatTime(seen.lastNano) : null,
            counts: {
              sessions: counts.get(agent.id)?.sessions ?? 0,
              calls: counts.get(agent.id)?.calls ?? 0,
              ...(seen?.records ?? { traces: 0, logs: 0, metrics: 0, messages: 0 }),
            },
          }
        }),
      })
    },
  )
}
