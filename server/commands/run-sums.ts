// run-sums.ts: what the sessions of a run used, and how that is told.
import type { UsageReport } from '../api/usage/routes.ts'
import { oneLine } from '../log.ts'
import type { Client } from './client.ts'
import { count, dollars } from './words.ts'

const numbers = [
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'totalTokens',
  'unpricedTokens',
  'errors',
] as const

/** What was used: tokens as in the API's Usage; `costUsd` is null where nothing of it has a price. */
export type Sums = Record<(typeof numbers)[number], number> & { costUsd: number | null; toolCalls: number }

/** Sums of each model. */
type ModelSums = Map<string, Omit<Sums, 'toolCalls'>>
export type SessionSums = { models: ModelSums; toolCalls: number }

/**
 * What a session used, of all that is known of it, or of what lies before a moment.
 *
 * @param to RFC 3339.
 */
export async function sessionSums(client: Client, session: string, to?: string): Promise<SessionSums> {
  const asked = new URLSearchParams({ session, groupBy: 'tool,model', ...(to ? { to } : {}) })
  const { rows } = await client.get<UsageReport>(`/api/usage?${asked}`)
  const models: ModelSums = new Map()
  for (const row of rows) {
    const sums = Object.fromEntries(numbers.map((name) => [name, row[name]])) as Sums
    models.set(`${row.tool ?? ''}\n${row.model ?? ''}`, { ...sums, costUsd: row.costUsd })
  }
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const before = to ? ` and time < ${quoted(to)}::timestamptz::timestamp` : ''
  const sql = `select count(*) as calls from tool_calls where session_id = ${quoted(session)}${before}`
  const { rows: counted } = await client.send<{ rows: unknown[][] }>('POST', '/api/sql', { sql })
  return { models, toolCalls: Number(counted[0]?.[0] ?? 0) }
}

/** The later sums without the earlier ones, over all sessions: by tool and model, and all together. */
export function usedBetween(pairs: readonly { before: SessionSums; after: SessionSums }[]) {
  const models: ModelSums = new Map()
  let toolCalls = 0
  for (const { before, after } of pairs) {
    toolCalls += Math.max(0, after.toolCalls - before.toolCalls)
    for (const [key, sums] of after.models) {
      const was = before.models.get(key)
      const into = models.get(key) ?? nothing()
      for (const name of numbers) into[name] += Math.max(0, sums[name] - (was?.[name] ?? 0))
      if (sums.costUsd !== null) into.costUsd = (into.costUsd ?? 0) + Math.max(0, sums.costUsd - (was?.costUsd ?? 0))
      models.set(key, into)
    }
  }
  const rows = [...models]
    .filter(([, sums]) => sums.requests > 0 || sums.totalTokens > 0 || sums.errors > 0)
    .map(([key, sums]) => {
      const [tool = '', model = ''] = key.split('\n')
      return { tool, model, ...sums, costUsd: nano(sums.costUsd) }
    })
  const totals: Sums = { ...nothing(), toolCalls }
  for (const row of rows) {
    for (const name of numbers) totals[name] += row[name]
    if (row.costUsd !== null) totals.costUsd = nano((totals.costUsd ?? 0) + row.costUsd)
  }
  if (totals.totalTokens === 0) totals.costUsd ??= 0
  return { totals, models: rows }
}

const nothing = () => ({
  ...(Object.fromEntries(numbers.map((name) => [name, 0])) as Omit<Sums, 'costUsd'>),
  costUsd: null as number | null,
})
/** Costs are whole nano-dollars; differences of floating numbers are not. */
const nano = (value: number | null) => (value === null ? null : Math.round(value * 1e9) / 1e9)

/** Two lines for a person: what it cost, and by which models. */
export function runText({ totals, models }: ReturnType<typeof usedBetween>, sessions: number): string {
  if (totals.requests === 0 && totals.totalTokens === 0)
    return sessions === 0
      ? 'telltale: the command sent no telemetry\n'
      : `telltale: no model request, ${count(totals.toolCalls)} tool calls\n`
  const cost =
    totals.costUsd === null ? 'no price' : `${dollars(totals.costUsd)}${totals.unpricedTokens > 0 ? '+' : ''}`
  const parts = [
    cost,
    `${count(totals.requests)} ${totals.requests === 1 ? 'request' : 'requests'}`,
    `${count(totals.inputTokens)} in`,
    `${count(totals.cacheReadTokens)} cache read`,
    `${count(totals.cacheWriteTokens)} cache write`,
    `${count(totals.outputTokens)} out`,
    `${count(totals.toolCalls)} tool ${totals.toolCalls === 1 ? 'call' : 'calls'}`,
    ...(totals.errors > 0 ? [`${count(totals.errors)} errors`] : []),
  ]
  const names = [...new Set(models.map(({ model }) => oneLine(model)))].filter((name) => name !== '')
  return `telltale: ${parts.join(', ')}${names.length > 0 ? ` (${names.join(', ')})` : ''}\n`
}
