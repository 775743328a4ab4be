// token.ts: `telltale token create|list|revoke`: bearer tokens for a shared server.
import Table from 'cli-table3'
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import { scopes } from '../receivers/guard.ts'
import { UsageError } from '../usage-error.ts'
import { withClient } from './client.ts'
import { printDocument } from './document.ts'

type Token = { id: string; name: string; user?: string; scopes: string[]; createdAt: string; revokedAt?: string }

/** Prints the token alone on standard output, so that a script can take it; the rest goes to stderr. */
export async function createToken(
  config: Config,
  options: { name?: string; user?: string; scope?: string[]; json?: boolean },
): Promise<void> {
  const asked = (options.scope ?? ['ingest']).flatMap((text) => text.split(',')).map((text) => text.trim())
  for (const scope of asked)
    if (!scopes.some((known) => known === scope))
      throw new UsageError(`--scope: ${JSON.stringify(scope)} is not valid; use ${scopes.join(', ')}`)
  const { user } = options
  const name = options.name ?? user ?? asked.join(', ')
  const made = await withClient(config, (client) =>
    client.send<Token & { token: string }>('POST', '/api/tokens', { name, user, scopes: asked }),
  )
  if (options.json) return printDocument(made)
  print(made.token)
  process.stderr.write(
    `telltale: made token ${made.id} (${made.scopes.join(', ')}${made.user ? `, of ${made.user}` : ''}); it is shown only now. Callers of every port need one from now on: "Authorization: Bearer <token>"\n`,
  )
}

/** What was made, for whom, and whether it is in force. */
export async function listTokens(config: Config, options: { json?: boolean }): Promise<void> {
  const answer = await withClient(config, (client) => client.get<{ tokens: Token[]; required: boolean }>('/api/tokens'))
  if (options.json) return printDocument(answer)
  if (answer.tokens.length === 0)
    return print(answer.required ? 'only the token of --token is in force' : 'no token was made; none is asked for')
  const table = new Table({
    head: ['ID', 'Name', 'User', 'Scopes', 'Made', 'State'],
    style: { head: [], border: [] },
  })
  for (const { id, name, user, scopes, createdAt, revokedAt } of answer.tokens)
    table.push([
      id,
      oneLine(name),
      oneLine(user ?? ''),
      scopes.join(', '),
      createdAt.slice(0, 10),
      revokedAt ? `revoked ${revokedAt.slice(0, 10)}` : 'in force',
    ])
  print(table.toString())
}

/** One by its id or name; with `--all` the server forgets that it ever had any. */
export async function revokeToken(
  config: Config,
  which: string | undefined,
  options: { all?: boolean; json?: boolean },
): Promise<void> {
  if ((which === undefined) === !options.all)
    throw new UsageError('say which token: its id or name (telltale token list shows them), or --all')
  await withClient(config, (client) =>
    client.send('DELETE', which === undefined ? '/api/tokens' : `/api/tokens/${encodeURIComponent(which)}`),
  )
  if (options.json) return printDocument({ revoked: which ?? 'all' })
  print(which === undefined ? 'all tokens are forgotten' : `${oneLine(which)} is refused from now on`)
}

const print = (text: string) => void process.stdout.write(`${text}\n`)
