// routes.ts: POST /api/rebuild: the ledger computed anew from its observations.
import { Hono } from 'hono'
import { z } from 'zod'
import { rebuild } from '../../ingest/ledger/rebuild.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { exactly } from '../exactly.ts'
import { bodyOf } from '../params.ts'

/** Says what moved; a healthy ledger does not. */
export function ledgerRoutes({ core }: ApiDeps) {
  return new Hono().post(
    '/api/rebuild',
    about('Rebuilds the ledger from its observations and says what moved'),
    bodyOf(exactly({ dryRun: z.boolean().optional() })),
    async (c) => {
      const pricing = { price: core.prices.price, mode: core.pricingMode }
      const dryRun = c.req.valid('json').dryRun ?? false
      return c.json(await rebuild(core.store, pricing, { dryRun, ledger: core.ledger }))
    },
  )
}
