// routes.ts: /api/running: what the agents are doing at this moment.
import { Hono } from 'hono'
import { z } from 'zod'
import { contextWindow } from '../../ingest/prices/context-windows.ts'
import { int, list, maybe, query, type Row, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { allTime } from '../params.ts'
import { listSessions, Session, type SessionRow, sessionOf } from '../sessions/session.ts'
import { formatTime, nowNano } from '../time.ts'
import activitySql from './activity.sql' with { type: 'text' }

const Running = Session.extend({
  doing: z
    .enum(['permission', 'tool', 'thinking', 'idle'])
    .describe('waits for a person; runs a tool; a model is asked; waits for a prompt or nothing is known'),
  toolName: z.string().optional().describe('the tool that runs, or that is asked for'),
  toolInput: z.string().optional().describe('the beginning of its input'),
  openTools: z.number().describe('calls that run at once'),
  since: z.string().optional().describe('when what it does now began'),
  prompt: z.string().optional().describe('the beginning of what was asked for last'),
  contextTokens: z.number().optional().describe('what the next request begins with'),
  contextWindow: z.number().optional().describe('tokens that the model takes, where they are known'),
}).meta({ id: 'RunningSession' })
const RunningList = z.object({ sessions: z.array(Running) })
type Running = z.infer<typeof Running>

const columns = {
  tool: text,
  session_id: text,
  tool_name: maybe(text),
  tool_since: maybe(time),
  tool_input: maybe(text),
  open_tools: int,
  waiting_for: maybe(text),
  waiting_since: maybe(time),
  context_model: maybe(text),
  context_provider: maybe(text),
  context_tokens: maybe(int),
  prompt: maybe(text),
  last_role: maybe(text),
}
type Activity = Row<typeof columns>
const readActivity = query(activitySql, { tools: list(text), sessions: list(text), since: time }, columns)

const minuteNano = 60n * 1_000_000_000n
/** A tool may run, and a question wait, much longer than a session is active without a word. */
const patienceNano = 60n * minuteNano
/** Further back nothing is looked for: what was announced then and never ended was lost. */
const lookBackNano = 360n * minuteNano
/** Where nothing of what is said is kept, a session that told something this lately is at work. */
const lateNano = minuteNano / 2n
const sessionsMax = 50

export function runningRoutes({ store, core }: ApiDeps) {
  return new Hono().get(
    '/api/running',
    about('The sessions that run now, and what each is doing', RunningList),
    async (c) => {
      const now = nowNano()
      const found = await store.reader(async (reader) => {
        const asked = { ...allTime({}), sort: 'lastTime', direction: 1, limit: sessionsMax, offset: 0 }
        const recent = await listSessions(reader, { ...asked, from: now - patienceNano })
        const rows = recent.filter(({ ended }) => !ended)
        const activities = await readActivity(reader, {
          tools: rows.map(({ tool }) => tool),
          sessions: rows.map(({ session_id }) => session_id),
          since: now - lookBackNano,
        })
        const byKey = new Map(activities.map((activity) => [keyOf(activity), activity]))
        return rows.map((row) => runningOf(row, byKey.get(keyOf(row)), now))
      })
      const sessions = found.filter(
        ({ status, doing }) => status === 'active' || doing === 'permission' || doing === 'tool',
      )
      return send<z.infer<typeof RunningList>>(c, { sessions: sessions.map(withWindow) })
    },
  )

  function withWindow({ contextModel, contextProvider, ...session }: ReturnType<typeof runningOf>): Running {
    const shown = contextModel === undefined ? undefined : core.prices.show(contextModel, contextProvider, nowNano())
    const window = shown && contextWindow(shown.providerId, shown.modelId)
    // A request that held more shows that the table's window is not the one in use.
    const isRight = window !== undefined && (session.contextTokens ?? 0) <= window
    return { ...session, status: 'active', contextWindow: isRight ? window : undefined } as Running
  }
}

const keyOf = ({ tool, session_id }: { tool: string; session_id: string }) => `${tool}/${session_id}`

function runningOf(row: SessionRow, activity: Activity | undefined, now: bigint) {
  const session = sessionOf(row)
  const { waiting_since, waiting_for, tool_since, tool_name, tool_input } = activity ?? {}
  const facts = {
    ...session,
    openTools: activity?.open_tools ?? 0,
    prompt: activity?.prompt ?? undefined,
    contextTokens: activity?.context_tokens ?? undefined,
    contextModel: activity?.context_model ?? undefined,
    contextProvider: activity?.context_provider || undefined,
  }
  if (typeof waiting_since === 'bigint')
    return {
      ...facts,
      doing: 'permission' as const,
      toolName: waiting_for || tool_name || undefined,
      toolInput: tool_input || undefined,
      since: formatTime(waiting_since),
    }
  if (typeof tool_since === 'bigint')
    return {
      ...facts,
      doing: 'tool' as const,
      toolName: tool_name ?? undefined,
      toolInput: tool_input || undefined,
      since: formatTime(tool_since),
    }
  const lastRole = activity?.last_role
  const isThinking = lastRole ? lastRole !== 'assistant' : row.last_time > now - lateNano
  return { ...facts, doing: isThinking ? ('thinking' as const) : ('idle' as const) }
}
