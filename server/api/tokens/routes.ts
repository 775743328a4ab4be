// routes.ts: /api/tokens: bearer tokens for a shared server; for admins alone (guard.ts).
import { Hono } from 'hono'
import { z } from 'zod'
import { scopes } from '../../receivers/guard.ts'
import type { ApiDeps } from '../deps.ts'
import { about, describeWith } from '../describe.ts'
import { notFound } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { created, send, type Wire } from '../json.ts'
import type { Live } from '../live/live.ts'
import { bodyOf, pathOf, requiredText } from '../params.ts'
import { formatTime } from '../time.ts'
import type { Token as Stored } from './tokens.ts'

const word = requiredText.pipe(z.string().trim().min(1, 'is empty').max(255, 'is longer than 255 characters'))
const scope = z.enum(scopes, {
  error: (issue) => `${JSON.stringify(issue.input)} is not valid; use ${scopes.join(', ')}`,
})

const TokenBody = exactly({
  name: word.describe('what it is for, such as the machine that will use it'),
  user: word.nullable().optional().describe('whose records come by it, where a record names nobody'),
  scopes: z
    .array(scope)
    .min(1, 'is empty')
    .default(['ingest'])
    .describe('ingest: send records; read: ask and see the page; admin: everything'),
})
const shape = {
  id: z.string(),
  name: z.string(),
  user: z.string().optional(),
  scopes: z.array(z.enum(scopes)),
  createdAt: z.string(),
  revokedAt: z.string().optional().describe('since when it is refused'),
}
const Token = z.object(shape).meta({ id: 'Token' })
const NewToken = z.object({ ...shape, token: z.string().describe('told once; only its hash is kept') })
const TokenList = z.object({
  tokens: z.array(Token),
  required: z.boolean().describe('whether callers need one: as soon as one was ever made, or --token is set'),
})
type TokenList = z.infer<typeof TokenList>

const shown = ({ createdUnixNano, revokedUnixNano, ...rest }: Stored) => ({
  ...rest,
  createdAt: formatTime(createdUnixNano),
  revokedAt: revokedUnixNano === undefined ? undefined : formatTime(revokedUnixNano),
})

const tokenPath = pathOf(z.object({ id: requiredText.describe('its id, or its name where no other has it') }))

/** Whoever listens is asked for its token again when one is made or taken back. */
export function tokensRoutes({ core: { tokens } }: ApiDeps, live: Live) {
  const changed = () => live.disconnect('the tokens of this server changed; connect again')
  return new Hono()
    .get('/api/tokens', about('The tokens of this server, without what they are', TokenList), (c) =>
      send<TokenList>(c, {
        tokens: tokens.list().map(shown) as Wire<TokenList['tokens']>,
        required: tokens.required(),
      }),
    )
    .post(
      '/api/tokens',
      describeWith({ summary: 'Makes a token', answer: NewToken, status: 201 }, async (_c, next) => next()),
      bodyOf(TokenBody),
      async (c) => {
        const { name, user, scopes } = c.req.valid('json')
        const { token, ...made } = await tokens.create({ name, user: user ?? undefined, scopes: [...new Set(scopes)] })
        if (tokens.list().length === 1) changed()
        return created(c, { ...shown(made), token })
      },
    )
    .delete('/api/tokens', about('Forgets all tokens, so that a local server asks for none again'), async (c) => {
      await tokens.forget()
      return c.body(null, 204)
    })
    .delete('/api/tokens/:id', about('Revokes a token'), tokenPath, async (c) => {
      const { id } = c.req.valid('param')
      if (!(await tokens.revoke(id)))
        throw notFound(`no token in force has the id ${JSON.stringify(id)}, nor is it the name of just one`)
      changed()
      return c.body(null, 204)
    })
}
