// routes.ts: POST /api/backup: the whole database of this moment as a file.
import { isAbsolute } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import { AlreadyThere, backup } from '../../store/backup.ts'
import { messageOf } from '../../store/errors.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { ApiError, unprocessable } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { send } from '../json.ts'
import { bodyOf } from '../params.ts'

const Backup = exactly({
  output: z.string().refine((path) => isAbsolute(path), { error: 'use the absolute path of a file' }),
})
const BackedUp = z.object({ output: z.string(), bytes: z.number(), durationMs: z.number() })

/** Records go on being taken meanwhile; a file that is there is not written over. */
export function backupRoutes({ store }: ApiDeps) {
  return new Hono().post(
    '/api/backup',
    about('Writes the whole database of this moment into a file on the server', BackedUp),
    bodyOf(Backup),
    async (c) => {
      const { output } = c.req.valid('json')
      const started = performance.now()
      try {
        const bytes = await backup(store, output)
        return send<z.infer<typeof BackedUp>>(c, { output, bytes, durationMs: Math.round(performance.now() - started) })
      } catch (error) {
        if (error instanceof AlreadyThere) throw new ApiError(409, error.message)
        throw unprocessable(`${output} cannot be written: ${messageOf(error)}`)
      }
    },
  )
}
