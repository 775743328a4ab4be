// tokens.ts: the bearer tokens of a server: its own two (the setting, the owner's) and those in the database.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Authorize, type Caller, type Scope, scopes } from '../../receivers/guard.ts'
import type { TableWriter } from '../../store/append.ts'
import { list, maybe, query, text, time } from '../../store/query.ts'
import type { Store } from '../../store/store.ts'
import tokensSql from './tokens.sql' with { type: 'text' }

/** A stored token, without what it is. */
export type Token = {
  id: string
  name: string
  user: string | undefined
  scopes: Scope[]
  createdUnixNano: bigint
  /** In force while there is none. */
  revokedUnixNano: bigint | undefined
}

type Stored = Token & { hash: string }

export type Tokens = {
  /** Decides about a caller; lets everybody pass while no token was ever set or made. */
  authorize: Authorize
  /** Whether callers need one. */
  required(): boolean
  list(): Token[]
  /** Makes one; `token` is told here and never again. */
  create(asked: {
    name: string
    user?: string | undefined
    scopes: readonly Scope[]
  }): Promise<Token & { token: string }>
  /** Takes one back by its id or, where that is one alone, its name; `undefined` when none in force is called so. */
  revoke(idOrName: string): Promise<Token | undefined>
  /** Forgets all that were ever made, so that callers of a local server need none again. */
  forget(): Promise<number>
}

const readTokens = query(
  tokensSql,
  {},
  {
    id: text,
    name: text,
    user: maybe(text),
    scopes: list(text),
    hash: text,
    created_at: time,
    revoked_at: maybe(time),
  },
)
const revokeOne = query(
  'update tokens set revoked_at = make_timestamp_ns($now) where id = $id and revoked_at is null returning id',
  { id: text, now: time },
  { id: text },
)
const forgetAll = query('delete from tokens returning id', {}, { id: text })

const tokenWriter: TableWriter<Stored> = {
  table: 'tokens',
  columns: [
    { name: 'id', type: 'text', take: ({ id }) => id },
    { name: 'name', type: 'text', take: ({ name }) => name },
    { name: 'user', type: 'text', take: ({ user }) => user },
    { name: 'scopes', type: 'text[]', take: ({ scopes }) => scopes },
    { name: 'hash', type: 'text', take: ({ hash }) => hash },
    { name: 'created_at', type: 'time', take: ({ createdUnixNano }) => createdUnixNano },
    { name: 'revoked_at', type: 'time', take: ({ revokedUnixNano }) => revokedUnixNano },
  ],
}

/** A prefix by which secret scanners and people know what they found. */
export const tokenPrefix = 'telltale_'

export type OwnTokens = {
  /** `--token`: everything. */
  setting?: string | undefined
  /** Of this process alone, left for commands of the same user in `<home>/server.token`. */
  owner?: string | undefined
}

/** Reads what is stored; from then on the database is only written to. */
export async function loadTokens(store: Store, own: OwnTokens = {}): Promise<Tokens> {
  const stored: Stored[] = (await readTokens(store, {})).map(({ created_at, revoked_at, user, ...row }) => ({
    ...row,
    user: user ?? undefined,
    scopes: row.scopes.filter((scope): scope is Scope => scopes.some((one) => one === scope)),
    createdUnixNano: created_at,
    revokedUnixNano: revoked_at ?? undefined,
  }))
  const required = () => own.setting !== undefined || stored.length > 0
  const mine = [own.setting, own.owner].filter((token) => token !== undefined).map(sha256)

  /** Looks at every one, found or not, so that the time taken says nothing about which. */
  function callerOf(token: string): (Caller & { scopes: readonly Scope[] }) | undefined {
    const digest = sha256(token)
    let found: (Caller & { scopes: readonly Scope[] }) | undefined
    for (const expected of mine) if (timingSafeEqual(digest, expected)) found = { scopes }
    for (const { hash, user, scopes, revokedUnixNano } of stored) {
      const isIt = timingSafeEqual(digest, Buffer.from(hash, 'hex'))
      if (isIt && revokedUnixNano === undefined) found = user === undefined ? { scopes } : { user, scopes }
    }
    return found
  }

  return {
    authorize(token, need) {
      if (!required()) return {}
      const found = token === undefined ? undefined : callerOf(token)
      if (!found) return undefined
      if (need && !found.scopes.includes(need) && !found.scopes.includes('admin')) return 'forbidden'
      return found.user === undefined ? {} : { user: found.user }
    },
    required,
    list: () => stored.map(withoutHash),
    async create({ name, user, scopes }) {
      const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`
      const made: Stored = {
        id: randomBytes(6).toString('hex'),
        name,
        user,
        scopes: [...scopes],
        hash: sha256(token).toString('hex'),
        createdUnixNano: BigInt(Date.now()) * 1_000_000n,
        revokedUnixNano: undefined,
      }
      await store.transaction((tx) => tx.append(tokenWriter, [made]))
      stored.push(made)
      return { ...withoutHash(made), token }
    },
    async revoke(idOrName) {
      const inForce = stored.filter(({ revokedUnixNano }) => revokedUnixNano === undefined)
      const named = inForce.filter(({ name }) => name === idOrName)
      const found = inForce.find(({ id }) => id === idOrName) ?? (named.length === 1 ? named[0] : undefined)
      if (!found) return undefined
      const now = BigInt(Date.now()) * 1_000_000n
      await store.transaction((tx) => revokeOne(tx, { id: found.id, now }))
      found.revokedUnixNano = now
      return withoutHash(found)
    },
    async forget() {
      await store.transaction((tx) => forgetAll(tx, {}))
      return stored.splice(0).length
    },
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const withoutHash = ({ hash: _, ...token }: Stored): Token => token
