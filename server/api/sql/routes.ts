// routes.ts: POST /api/sql: one read-only statement.
import { isAbsolute } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import { messageOf } from '../../store/errors.ts'
import { inTurns } from '../../turns.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { unprocessable } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { send, writtenInSteps } from '../json.ts'
import { bodyOf } from '../params.ts'
import type { Ask } from './ask.ts'
import { sqlToFile } from './to-file.ts'

const Answer = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.unknown())),
  truncated: z.boolean().describe('more rows than the limit, or a text of more than a million characters that was cut'),
  durationMs: z.number(),
})

const rowsMax = 100_000

const Body = exactly({
  sql: z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not a text') })
    .max(100_000, 'is longer than 100,000 characters')
    .meta({ examples: ['select tool, count(*) from model_calls group by tool'] }),
  limit: z
    .number(`use a whole number from 1 to ${rowsMax}`)
    .int(`use a whole number from 1 to ${rowsMax}`)
    .min(1, `use a whole number from 1 to ${rowsMax}`)
    .max(rowsMax, `use a whole number from 1 to ${rowsMax}`)
    .default(1000),
})

const FileBody = exactly({
  sql: Body.shape.sql,
  output: z.string().refine((path) => isAbsolute(path), { error: 'use the absolute path of a file' }),
})
const FileAnswer = z.object({ output: z.string(), rows: z.number(), bytes: z.number(), durationMs: z.number() })

export function sqlRoutes({ store }: ApiDeps, ask: Ask) {
  return new Hono()
    .post(
      '/api/sql/file',
      about('Writes all rows of one SELECT into a Parquet file on the server', FileAnswer),
      bodyOf(FileBody),
      async (c) => {
        const { sql, output } = c.req.valid('json')
        try {
          return send<z.infer<typeof FileAnswer>>(c, await sqlToFile(store, sql, output))
        } catch (error) {
          const message = messageOf(error)
          // Of the disk, by the database or by the system; what the statement has wrong was told before.
          const [, why] = /(No space left on device|E[A-Z]{3,}: [^,]*)/.exec(message) ?? []
          if (why || /^IO Error/.test(message)) throw unprocessable(`${output} cannot be written: ${why ?? message}`)
          throw error
        }
      },
    )
    .post(
      '/api/sql',
      about('Runs one SELECT, read-only, within limits of time, rows and bytes', Answer),
      bodyOf(Body),
      async (c) => {
        const { sql, limit } = c.req.valid('json')
        const answer = await ask(sql, limit)
        return send<z.infer<typeof Answer>>(c, { ...answer, rows: await inTurns(writtenInSteps(answer.rows)) })
      },
    )
}
