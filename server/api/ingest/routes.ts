// routes.ts: POST /api/ingest: records of agents and scripts without OTLP, once each, however often they are sent.
import { Hono } from 'hono'
import { z } from 'zod'
import type { TableWriter } from '../../store/append.ts'
import { list, query, text } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { badRequest } from '../errors.ts'
import { exactly, itemsOf } from '../exactly.ts'
import { callerOf } from '../guard.ts'
import { send } from '../json.ts'
import { bodyOf, firstIssue } from '../params.ts'
import knownSql from './known.sql' with { type: 'text' }
import {
  type Kind,
  kinds,
  type Pushed,
  PushedCall,
  PushedError,
  PushedEvent,
  PushedSession,
  PushedToolCall,
  readRecord,
} from './records.ts'
import { translatePushed } from './translate.ts'

const recordsMax = 1000

const findKnown = query(knownSql, { source: text, ids: list(text) }, { kind: text, id: text })

type Remembered = { source: string; kind: Kind; id: string }
const pushedWriter: TableWriter<Remembered> = {
  table: 'pushed_records',
  columns: [
    { name: 'source', type: 'text', take: ({ source }) => source },
    { name: 'kind', type: 'text', take: ({ kind }) => kind },
    { name: 'id', type: 'text', take: ({ id }) => id },
  ],
}

/** A list whose records are looked at one by one, so that a bad one is rejected alone; described by what it should hold. */
const listOf = (shape: z.ZodType) =>
  z
    .array(z.unknown(), 'is not a list')
    .nullable()
    .optional()
    .meta({ type: 'array', items: itemsOf(shape) })

const name = z.string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not a text') }).trim()
const Push = exactly({
  source: name
    .min(1, 'is empty')
    .max(100, 'is longer than 100 characters')
    .describe('the name of the agent or script; it stands as the tool on every screen'),
  host: name
    .max(255, 'is longer than 255 characters')
    .nullable()
    .optional()
    .describe('the machine, where a record names none'),
  sessions: listOf(PushedSession),
  calls: listOf(PushedCall),
  toolCalls: listOf(PushedToolCall),
  errors: listOf(PushedError),
  events: listOf(PushedEvent),
})

const Pushing = z.object({
  accepted: z.number().describe('records that are now on disk'),
  duplicates: z.number().describe('records whose ids were accepted before'),
  rejected: z.array(
    z.object({
      kind: z.enum(kinds).describe('the list'),
      index: z.number().describe('the place in that list, from 0'),
      reason: z.string(),
    }),
  ),
})
type Pushing = z.infer<typeof Pushing>

/** Apart what can be read from what cannot. */
function read(body: z.infer<typeof Push>) {
  const good: Pushed[] = []
  const rejected: Pushing['rejected'] = []
  for (const kind of kinds) {
    for (const [index, given] of (body[kind] ?? []).entries()) {
      const parsed = readRecord(kind, given)
      if (parsed.success) good.push({ kind, index, record: parsed.data } as Pushed)
      else rejected.push({ kind, index, reason: firstIssue(parsed.error, 'the record') })
    }
  }
  return { good, rejected }
}

/** JSON only; at most 1,000 records a request; a record is known by its list and its id for ever. */
export function ingestRoutes({ store, ingest }: ApiDeps) {
  // One request of a sender after the other: of two with the same ids the second finds what the first stored.
  const turns = new Map<string, Promise<unknown>>()
  async function inTurn<T>(source: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(source) ?? Promise.resolve()).then(work)
    const settled = turn.catch(() => {})
    turns.set(source, settled)
    try {
      return await turn
    } finally {
      if (turns.get(source) === settled) turns.delete(source)
    }
  }

  /** @throws Unavailable when nothing of it was stored */
  async function keep(
    body: z.infer<typeof Push>,
    good: Pushed[],
    user: string | undefined,
  ): Promise<{ accepted: number; duplicates: number }> {
    const { source, host } = body
    const ids = [...new Set(good.map(({ record }) => record.id))]
    const rows = ids.length === 0 ? [] : await findKnown(store, { source, ids })
    const known = new Set(rows.map(({ kind, id }) => `${kind}\n${id}`))
    const fresh = good.filter(({ kind, record: { id } }) => {
      const key = `${kind}\n${id}`
      if (known.has(key)) return false
      known.add(key)
      return true
    })
    if (fresh.length > 0) {
      const receivedUnixNano = BigInt(Date.now()) * 1_000_000n
      const telemetry = translatePushed(fresh, { source, host: host || undefined, receivedUnixNano })
      await ingest.submit(telemetry, {
        source: 'push',
        bytes: JSON.stringify(body).length,
        ...(user === undefined ? {} : { user }),
        alongside: (tx) =>
          tx.append(
            pushedWriter,
            fresh.map(({ kind, record: { id } }) => ({ source, kind, id })),
          ),
      })
    }
    return { accepted: fresh.length, duplicates: good.length - fresh.length }
  }

  return new Hono().post(
    '/api/ingest',
    about(
      'Takes sessions, model calls, tool calls, errors and events of agents without OTLP; sent again, they count once',
      Pushing,
    ),
    bodyOf(Push),
    async (c) => {
      const body = c.req.valid('json')
      const count = kinds.reduce((sum, kind) => sum + (body[kind]?.length ?? 0), 0)
      if (count > recordsMax) throw badRequest(`holds ${count} records; send at most ${recordsMax} in one request`)
      const { good, rejected } = read(body)
      return send<Pushing>(c, { ...(await inTurn(body.source, () => keep(body, good, callerOf(c).user))), rejected })
    },
  )
}
