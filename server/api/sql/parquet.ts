// parquet.ts: POST /api/sql/parquet: the rows of one read-only statement as a Parquet file to take away.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { ApiError, unprocessable } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { bodyOf } from '../params.ts'
import { withParquet } from './to-file.ts'

const rowsMax = 1_000_000
/** The answer is held in memory once; who needs more exports it into a file on the server. */
const bytesMax = 256 * 1024 * 1024
const timeoutMs = 60_000
const limitSays = `use a whole number from 1 to ${rowsMax}`

const Body = exactly({
  sql: z
    .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not a text') })
    .max(100_000, 'is longer than 100,000 characters')
    .meta({ examples: ['select tool, count(*) from model_calls group by tool'] }),
  limit: z.number(limitSays).int(limitSays).min(1, limitSays).max(rowsMax, limitSays).default(rowsMax),
})

/** One at a time: a file of a million rows keeps a reader and the disk busy. */
export function parquetRoutes({ store }: ApiDeps) {
  let isBusy = false
  return new Hono().post(
    '/api/sql/parquet',
    about('The rows of one SELECT as a Parquet file, read-only, within limits of time, rows and bytes', z.string()),
    bodyOf(Body),
    async (c) => {
      const { sql, limit } = c.req.valid('json')
      if (isBusy) throw new ApiError(429, 'another file is being made; try again in a moment', 2)
      isBusy = true
      try {
        const bytes = await withParquet(store, sql, { timeoutMs, rowsMax: limit }, async (path) => {
          const file = Bun.file(path)
          if (file.size > bytesMax)
            throw unprocessable(`the file is larger than ${bytesMax} bytes; ask for less, or use telltale sql --output`)
          return file.bytes()
        })
        return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
          'content-type': 'application/vnd.apache.parquet',
          'content-disposition': 'attachment; filename="result.parquet"',
        })
      } finally {
        isBusy = false
      }
    },
  )
}
