// tools.ts: what an agent may ask over MCP: each tool as questions to the API, which alone knows the answers.
import { z } from 'zod'

/** One question to the API; with `body` it is a POST. */
export type Question = { path: string; body?: unknown }

/** What a tool asks: one answer, or several by name. */
export type Questions = Question | Record<string, Question>

export type Tool = {
  name: string
  title: string
  description: string
  input: z.ZodRawShape
  questions(input: Input, now: Date): Questions
  /** Where a person sees the same on the page. */
  page(input: Input): string
}

/** All parameters of all tools; each tool takes some of them. */
export type Input = {
  from?: string | undefined
  to?: string | undefined
  source?: string | undefined
  interval?: string | undefined
  limit?: number | undefined
  id?: string | undefined
  model?: string | undefined
  query?: string | undefined
  /** `query` under the names that the API has for it. */
  q?: string | undefined
  sql?: string | undefined
}

const moment = 'RFC 3339 with an offset (2026-11-22T04:00:00Z) or a date (2026-11-22)'
const from = z.string().optional().describe(`from when: ${moment}; the last 24 hours unless said otherwise`)
const to = z.string().optional().describe(`until when, inclusive: ${moment}; now unless given`)
const source = z
  .string()
  .optional()
  .describe('one agent: claude-code, codex, gemini, opencode, copilot, or the name of another')
const model = z.string().optional().describe('a model id')
const limit = z.number().int().min(1).max(200).optional().describe('at most so many entries (20 unless given)')
const id = z.string().min(1).describe('the id of a session, as in sessions')
const interval = z
  .enum(['1m', '5m', '15m', 'hour', 'day', 'week', 'month'])
  .optional()
  .describe('also by time, one row each')
const sameAsQuery = z.string().optional().describe('the same as query')
const usual = 20

/** What is looked for or run; without it the API says what is missing. */
const wanted = ({ query, q, sql }: Input): string => query ?? q ?? sql ?? ''

/** A path with those parameters that are given. */
function asked(path: string, params: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? path : `${path}?${search}`
}

const window = ({ from, to }: Input) => ({ from, to })

/** The last day, for questions whose own default is all time. */
function lastDay({ from, to }: Input, now: Date) {
  if (from !== undefined || to !== undefined) return { from, to }
  return { from: new Date(now.getTime() - 86_400_000).toISOString(), to }
}

export const tools: readonly Tool[] = [
  {
    name: 'observe',
    title: 'What is going on',
    description:
      'What coding agents did in a time: tokens and cost by agent, latest sessions, latest errors, state of the server.',
    input: { from, to, source },
    questions: (input, now) => ({
      usage: { path: asked('/api/usage', { groupBy: 'tool', tool: input.source, ...lastDay(input, now) }) },
      sessions: { path: asked('/api/sessions', { ...window(input), tool: input.source, limit: 5 }) },
      errors: { path: asked('/api/errors', { ...window(input), tool: input.source, limit: 5 }) },
      status: { path: '/api/status' },
    }),
    page: (input) => asked('/', window(input)),
  },
  {
    name: 'stats',
    title: 'How much there is',
    description:
      'How many traces, spans, logs, metric points, sessions and model calls are stored, of which services; all time.',
    input: {},
    questions: () => ({ path: '/api/stats' }),
    page: () => '/',
  },
  {
    name: 'tools',
    title: 'Tools that agents called',
    description: 'Tools by their calls: successes, failures, rejections and durations.',
    input: { from, to, source },
    questions: (input) => ({ path: asked('/api/tools', { ...window(input), tool: input.source }) }),
    page: (input) => asked('/tools', window(input)),
  },
  {
    name: 'sessions',
    title: 'Sessions',
    description: 'Sessions that were active in a time, the latest first, with tokens, cost, errors and project.',
    input: { from, to, source, model, limit },
    questions: (input) => ({
      path: asked('/api/sessions', {
        ...window(input),
        tool: input.source,
        model: input.model,
        limit: input.limit ?? usual,
      }),
    }),
    page: (input) => asked('/sessions', window(input)),
  },
  {
    name: 'session_detail',
    title: 'One session',
    description: 'A session with its models, agents, tools and commits, and the first messages of its transcript.',
    input: { id, limit: limit.describe('at most so many messages (20 unless given)') },
    questions: (input) => ({
      session: { path: `/api/sessions/${encodeURIComponent(input.id!)}` },
      transcript: {
        path: asked(`/api/sessions/${encodeURIComponent(input.id!)}/transcript`, { limit: input.limit ?? usual }),
      },
    }),
    page: (input) => `/sessions/${encodeURIComponent(input.id!)}`,
  },
  {
    name: 'errors',
    title: 'What failed',
    description: 'Failed model requests and tool calls, and events that tell of an error, the latest first.',
    input: { from, to, source, limit },
    questions: (input) => ({
      path: asked('/api/errors', { ...window(input), tool: input.source, limit: input.limit ?? usual }),
    }),
    page: (input) => asked('/errors', window(input)),
  },
  {
    name: 'costs',
    title: 'Tokens and cost',
    description:
      'Tokens and cost in dollars by agent and model, each request counted once; all time unless from or to is given.',
    input: { from, to, source, model, interval },
    questions: (input) => ({
      path: asked('/api/usage', {
        groupBy: 'tool,model',
        ...window(input),
        tool: input.source,
        model: input.model,
        interval: input.interval,
      }),
    }),
    page: (input) => asked('/costs', window(input)),
  },
  {
    name: 'search',
    title: 'Search what was said',
    description:
      'Finds a text, as it is written, in prompts, answers, tool inputs and outputs; all time unless from or to is given.',
    input: {
      query: z.string().optional().describe('the text, without regard to case'),
      q: sameAsQuery,
      from,
      to,
      source,
      limit,
    },
    questions: (input) => ({
      path: asked('/api/search', {
        q: wanted(input),
        ...window(input),
        tool: input.source,
        limit: input.limit ?? usual,
      }),
    }),
    page: (input) => asked('/sessions', { ...window(input), search: wanted(input) }),
  },
  {
    name: 'sql',
    title: 'SQL',
    description:
      'Runs one read-only SELECT of DuckDB. Tables: model_calls, tool_calls, sessions, messages, spans, logs, metric_points; `describe <table>` tells the columns. Costs are integers: cost_nano_usd.',
    input: {
      query: z.string().optional().describe('one SELECT statement'),
      sql: sameAsQuery,
      limit: limit.describe('at most so many rows (20 unless given)'),
    },
    questions: (input) => ({ path: '/api/sql', body: { sql: wanted(input), limit: input.limit ?? usual } }),
    page: () => '/sql',
  },
]
