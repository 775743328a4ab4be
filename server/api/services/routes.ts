// routes.ts: /api/services and /api/stats, both of all time.
import { Hono } from 'hono'
import { z } from 'zod'
import { int, query, text } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { Stats } from '../shapes.ts'
import servicesSql from './services.sql' with { type: 'text' }
import statsSql from './stats.sql' with { type: 'text' }

const listServices = query(servicesSql, {}, { service: text })
const countAll = query(
  statsSql,
  {},
  { traces: int, spans: int, failed_spans: int, logs: int, points: int, sessions: int, calls: int },
)

const Services = z.object({ services: z.array(z.string()) })

export function servicesRoutes({ store }: ApiDeps) {
  return new Hono()
    .get('/api/services', about('Every service that ever sent anything', Services), async (c) => {
      const rows = await listServices(store, {})
      return send<z.infer<typeof Services>>(c, { services: rows.map((row) => row.service) })
    })
    .get('/api/stats', about('The size of everything, all time', Stats), async (c) => {
      const [services, [counts]] = await Promise.all([listServices(store, {}), countAll(store, {})])
      const { traces, spans, failed_spans, logs, points, sessions, calls } = counts!
      return send<Stats>(c, {
        traceCount: traces,
        spanCount: spans,
        logCount: logs,
        metricCount: points,
        sessionCount: sessions,
        callCount: calls,
        serviceCount: services.length,
        services: services.map((row) => row.service),
        errorRate: spans === 0 ? 0 : (failed_spans / spans) * 100,
      })
    })
}
