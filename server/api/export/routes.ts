// routes.ts: POST /api/export: the tables as files, with a database of views.
import { isAbsolute } from 'node:path'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { badRequest } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { bodyOf, bodyWindow } from '../params.ts'
import { formatTime } from '../time.ts'
import { formats, services } from './tables.ts'
import { exportTables } from './write.ts'

/** The answer is NDJSON (contract §4): a line of progress for each table, last the summary. */
export function exportRoutes({ store, agents, log }: ApiDeps) {
  const tools = [...agents.map(({ id }) => id), ...services, 'all']
  const Export = exactly(
    {
      tool: z
        .string()
        .refine((tool) => tools.includes(tool), { error: `use one of ${tools.join(', ')}` })
        .default('all'),
      output: z.string().refine((path) => isAbsolute(path), { error: 'use the absolute path of a folder' }),
      ...bodyWindow,
      format: z.enum(formats, { error: `use one of ${formats.join(', ')}` }).default('parquet'),
      zip: z.boolean().default(false),
      dryRun: z.boolean().default(false),
    },
    ['yes', 'verbose', 'fromFiles'],
  )
  return new Hono().post(
    '/api/export',
    about('Writes the tables into files of a folder on the server', undefined, 'application/x-ndjson'),
    bodyOf(Export),
    (c) => {
      const { from, to, ...request } = c.req.valid('json')
      if (from !== undefined && to !== undefined && from > to) throw badRequest('from: is after to; give them in order')
      c.header('content-type', 'application/x-ndjson')
      return stream(c, async (out) => {
        try {
          const lines = exportTables(store, { ...request, from, to, range: rangeOf(from, to) })
          for (let line = await lines.next(); ; line = await lines.next()) {
            await out.write(`${JSON.stringify(line.value)}\n`)
            if (line.done) break
          }
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          log.info(`export to ${request.output} failed: ${message}`)
          await out.write(`${JSON.stringify({ error: 'Export failed', message })}\n`)
        }
      })
    },
  )
}

/** `all`, `A-B`, `A-now` or `start-B` (contract §6), by days where the moments are those of days. */
function rangeOf(from: bigint | undefined, to: bigint | undefined): string {
  if (from === undefined && to === undefined) return 'all'
  const word = (time: bigint) =>
    formatTime(time)
      .replace(/T(00:00:00(\.0+)?|23:59:59\.9{9})Z$/, '')
      .replaceAll(':', '')
  return `${from === undefined ? 'start' : word(from)}-${to === undefined ? 'now' : word(to)}`
}
