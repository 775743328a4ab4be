// webhook-routes.ts: /api/alerts/webhook: where alerts are sent, if anywhere.
import { Hono } from 'hono'
import { z } from 'zod'
import { about } from '../describe.ts'
import { badRequest } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { send } from '../json.ts'
import { bodyOf } from '../params.ts'
import type { AlertWatch } from './alert-watch.ts'

const Delivery = {
  ok: z.boolean(),
  status: z.number().optional().describe('what the address answered'),
  message: z.string(),
}
const Webhook = z
  .object({
    webhook: z.string().nullable().describe('the address without its secret part; null: nothing is ever sent'),
    last: z
      .object({ ...Delivery, time: z.string() })
      .optional()
      .describe('the last message, and how it fared'),
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof Webhook>
const Tried = z.object(Delivery)

const body = exactly({ url: z.string().trim().max(2000, 'is longer than 2000 characters').nullable() }).describe(
  'null takes the address away',
)

export function webhookRoutes(alerts: AlertWatch) {
  const shown = (): Webhook => {
    const { webhook, last } = alerts.state()
    return { webhook: webhook ?? null, ...(last ? { last: { ...last, time: last.time.toISOString() } } : {}) }
  }
  return new Hono()
    .get('/api/alerts/webhook', about('Where alerts are sent, and how the last one fared', Webhook), (c) =>
      send<Webhook>(c, shown()),
    )
    .put(
      '/api/alerts/webhook',
      about('Sets the address that alerts are posted to; nothing is sent anywhere else, or without it', Webhook),
      bodyOf(body),
      (c) => {
        const { url } = c.req.valid('json')
        if (url !== null && !isHttp(url))
          throw badRequest('url: is not an address; use one that begins with https:// or http://')
        alerts.set(url ?? undefined)
        return send<Webhook>(c, shown())
      },
    )
    .post(
      '/api/alerts/test',
      about('Sends a message for trying to the address', Tried),
      bodyOf(exactly({})),
      async (c) => send<z.infer<typeof Tried>>(c, await alerts.test()),
    )
}

function isHttp(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol)
  } catch {
    return false
  }
}
