// routes.ts: GET /api/search: a term in everything that was said and done.
import { Hono } from 'hono'
import { z } from 'zod'
import { int, maybe, query, real, text, time } from '../../store/query.ts'
import type { Reader } from '../../store/store.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { allTime, limitParam, queryOf, requiredText, textParam, windowParams } from '../params.ts'
import { keptMessages, placesOf } from '../sessions/transcript.ts'
import { formatTime } from '../time.ts'
import searchSql from './search.sql' with { type: 'text' }

const findMessages = query(
  searchSql.replace('/* kept */ select null', keptMessages),
  { term: text, from: time, to: time, tool: maybe(text), limit: int },
  { row: real, tool: text, session_id: text, time, role: text, total: int, text },
)

const Hits = z.object({
  hits: z.array(
    z.object({
      sessionId: z.string(),
      tool: z.string(),
      messageIndex: z.number().describe('the message’s index in /api/sessions/{id}/transcript'),
      timestamp: z.string(),
      role: z.string(),
      snippet: z.string().describe('the text around the term; … where it was cut'),
    }),
  ),
  total: z.number(),
})

const snippetChars = 160

/** The text around the first place of the term, on one line. */
export function snippet(whole: string, term: string): string {
  const place = Math.max(0, whole.toLowerCase().indexOf(term.toLowerCase()))
  const start = Math.max(0, place - snippetChars / 2)
  const end = Math.min(whole.length, place + term.length + snippetChars / 2)
  const cut = whole.slice(start, end).replace(/\s+/g, ' ').trim().toWellFormed()
  return `${start > 0 ? '…' : ''}${cut}${end < whole.length ? '…' : ''}`
}

async function findHits(reader: Reader, asked: Parameters<typeof findMessages>[1]) {
  const rows = await findMessages(reader, asked)
  const sessions = new Map(
    rows.map(({ tool, session_id }) => [`${tool}\n${session_id}`, { tool, sessionId: session_id }]),
  )
  const places = sessions.size === 0 ? new Map<number, number>() : await placesOf(reader, [...sessions.values()])
  const hits = rows.map((row) => ({
    sessionId: row.session_id,
    tool: row.tool,
    messageIndex: places.get(row.row)!,
    timestamp: formatTime(row.time),
    role: row.role,
    snippet: snippet(row.text, asked.term),
  }))
  return { hits, total: rows[0]?.total ?? 0 }
}

/** `q` is looked for as it is written, without regard to case; all time unless asked. */
export function searchRoutes({ store }: ApiDeps) {
  return new Hono().get(
    '/api/search',
    about('Finds a term in everything that was said and done', Hits),
    queryOf(z.object({ q: requiredText, tool: textParam, ...windowParams, limit: limitParam })),
    async (c) => {
      const { q, tool, limit, from, to } = c.req.valid('query')
      const asked = { term: q, tool, limit, ...allTime({ from, to }) }
      return send<z.infer<typeof Hits>>(c, await store.reader((reader) => findHits(reader, asked)))
    },
  )
}
