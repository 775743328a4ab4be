// transcript.ts: what was said and done in a session, in order, with what each answer used.
import { z } from 'zod'
import { big, flag, int, list, maybe, query, type Row, type Runner, real, text, time } from '../../store/query.ts'
import { pageBytesMax } from '../page.ts'
import { formatTime } from '../time.ts'
import { usd } from '../usage/shape.ts'
import entriesTemplate from './entries.sql' with { type: 'text' }
import keptSql from './kept.sql' with { type: 'text' }
import { type SessionRow, serviceNameOf } from './session.ts'
import transcriptSql from './transcript.sql' with { type: 'text' }

const roles = ['user', 'assistant', 'tool_use', 'tool_result', 'thinking', 'system'] as const

export const Message = z
  .object({
    index: z.number().describe('place in the transcript, from 0'),
    timestamp: z.string(),
    role: z.enum(roles),
    content: z.string(),
    model: z.string().optional(),
    agentId: z.string().optional(),
    parentIndex: z.number().optional(),
    promptId: z.string().optional(),
    toolName: z.string().optional(),
    toolUseId: z.string().optional(),
    toolInput: z.string().optional().describe('JSON or plain text'),
    toolOutput: z.string().optional(),
    diff: z.string().optional(),
    inputTokens: z.number().optional().describe('of the whole request, at one of its messages'),
    outputTokens: z.number().optional(),
    cacheRead: z.number().optional(),
    cacheWrite: z.number().optional(),
    costUsd: z.number().optional().describe('absent where it is not known'),
    durationMs: z.number().optional(),
    success: z.boolean().optional(),
    source: z.string().describe('the door that told it'),
  })
  .meta({ id: 'Message' })

export const Transcript = z
  .object({
    sessionId: z.string(),
    tool: z.string(),
    serviceName: z.string(),
    startTime: z.string(),
    lastTime: z.string(),
    total: z.number(),
    hasMore: z.boolean(),
    messages: z.array(Message),
  })
  .meta({ id: 'Transcript' })
export type Transcript = z.infer<typeof Transcript>

/** The messages that the transcripts of the sessions in a CTE `asked` (tool, session_id) tell. */
export const keptMessages = keptSql

const entriesSql = entriesTemplate.replace('/* kept */ select null', keptSql)

const entryColumns = {
  place: int,
  time,
  role: text,
  content: text,
  model: maybe(text),
  agent_id: maybe(text),
  prompt_id: maybe(text),
  tool_name: maybe(text),
  tool_use_id: maybe(text),
  tool_input: maybe(text),
  tool_output: maybe(text),
  diff: maybe(text),
  duration_ms: maybe(real),
  success: maybe(flag),
  source: text,
  input_tokens: maybe(int),
  output_tokens: maybe(int),
  cache_read_tokens: maybe(int),
  cache_write_tokens: maybe(int),
  cost_nano_usd: maybe(big),
  parent_place: maybe(int),
  total: int,
}

const readPage = query(
  transcriptSql.replace('/* entries */ select null', entriesSql),
  { tools: list(text), sessions: list(text), limit: int, offset: int, bytes: int },
  entryColumns,
)

const readPlaces = query(
  `select row, place from (${entriesSql}) where kind = 'message'`,
  { tools: list(text), sessions: list(text) },
  { row: real, place: int },
)

/** A page of a session's transcript. */
export async function readTranscript(runner: Runner, session: SessionRow, limit: number, offset: number) {
  const asked = { tools: [session.tool], sessions: [session.session_id], bytes: pageBytesMax }
  const rows = await readPage(runner, { ...asked, limit, offset })
  // A page past the end has no row to carry the total.
  const total =
    rows[0]?.total ?? (offset > 0 ? ((await readPage(runner, { ...asked, limit: 1, offset: 0 }))[0]?.total ?? 0) : 0)
  return {
    sessionId: session.session_id,
    tool: session.tool,
    serviceName: serviceNameOf(session),
    startTime: formatTime(session.start_time),
    lastTime: formatTime(session.last_time),
    total,
    hasMore: offset + rows.length < total,
    messages: rows.map(message),
  }
}

/**
 * The places that messages, by their `hash`, have in their sessions' transcripts; a row that another door tells of better has none.
 */
export async function placesOf(
  runner: Runner,
  sessions: readonly { tool: string; sessionId: string }[],
): Promise<Map<number, number>> {
  const rows = await readPlaces(runner, {
    tools: sessions.map(({ tool }) => tool),
    sessions: sessions.map(({ sessionId }) => sessionId),
  })
  return new Map(rows.map(({ row, place }) => [row, place]))
}

function message(row: Row<typeof entryColumns>) {
  return {
    index: row.place,
    timestamp: formatTime(row.time),
    role: row.role as (typeof roles)[number],
    content: row.content,
    model: row.model ?? undefined,
    agentId: row.agent_id ?? undefined,
    parentIndex: row.parent_place ?? undefined,
    promptId: row.prompt_id ?? undefined,
    toolName: row.tool_name ?? undefined,
    toolUseId: row.tool_use_id ?? undefined,
    toolInput: row.tool_input ?? undefined,
    toolOutput: row.tool_output ?? undefined,
    diff: row.diff ?? undefined,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
    cacheRead: row.cache_read_tokens ?? undefined,
    cacheWrite: row.cache_write_tokens ?? undefined,
    costUsd: usd(row.cost_nano_usd) ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    success: row.success ?? undefined,
    source: row.source,
  }
}
