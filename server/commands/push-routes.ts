// push-routes.ts: /api/push: takes the transcripts of other machines (`telltale push --to`).
import { Hono } from 'hono'
import { z } from 'zod'
import { about, describeWith } from '../api/describe.ts'
import { ApiError, badRequest } from '../api/errors.ts'
import { callerOf } from '../api/guard.ts'
import { firstIssue, queryOf, requiredText } from '../api/params.ts'
import type { Core } from '../core.ts'
import { CorruptError, createDecompressor, knowsEncoding, TooLargeError } from '../receivers/decompress.ts'
import { PushBody, PushedFiles } from '../transcripts/push-shape.ts'
import { pushedFiles, storePushed } from '../transcripts/pushed.ts'
import { allTools } from '../transcripts/service.ts'

/** A batch after decompression; senders cut theirs at a tenth of it. */
const bodyBytesMax = 64 * 1024 * 1024

const Pushed = z.object({ accepted: z.number().describe('records that are now on disk') })

/** Mounted beside the API's own routes. */
export function pushRoutes(core: Core): Hono {
  const decompress = createDecompressor(bodyBytesMax)

  async function read(request: Request): Promise<{ body: PushBody; bytes: number }> {
    const encoding = request.headers.get('content-encoding')
    if (!knowsEncoding(encoding)) throw new ApiError(415, 'use Content-Encoding zstd, gzip or none')
    let text: string
    try {
      text = new TextDecoder().decode(await decompress(encoding, new Uint8Array(await request.arrayBuffer())))
    } catch (error) {
      if (error instanceof TooLargeError) throw new ApiError(413, 'the batch is too large; send less at once')
      if (error instanceof CorruptError) throw badRequest(error.message)
      throw error
    }
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw badRequest('the body is not JSON')
    }
    const parsed = PushBody.safeParse(value)
    if (!parsed.success) throw badRequest(firstIssue(parsed.error))
    const { data } = parsed
    for (const { tool } of [...data.files, ...data.calls, ...data.sessions, ...data.toolCalls, ...data.messages])
      if (!allTools.includes(tool))
        throw badRequest(`tool: ${JSON.stringify(tool)} is not known here; is this server older than the sender?`)
    return { body: data, bytes: text.length }
  }

  return new Hono()
    .get(
      '/api/push',
      about('Where the last push of a machine ended, file by file', PushedFiles),
      queryOf(z.object({ host: requiredText.describe('the machine, by the name it pushes under') })),
      async (c) => {
        const files = await pushedFiles(core, allTools, c.req.valid('query').host)
        const text = JSON.stringify({ files }, (_, value) => (typeof value === 'bigint' ? String(value) : value))
        return c.body(text, 200, { 'content-type': 'application/json' })
      },
    )
    .post(
      '/api/push',
      describeWith(
        {
          summary: 'Takes records that another telltale read from its transcripts; sent again, they count once',
          answer: Pushed,
          body: PushBody,
        },
        async (_, next) => next(),
      ),
      async (c) => {
        const { body, bytes } = await read(c.req.raw)
        return c.json({ accepted: await storePushed(core, body, bytes, callerOf(c).user) })
      },
    )
}
