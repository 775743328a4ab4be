// unpriced.ts: the models that were used and have no price.
import { int, maybe, query, type Runner, text, time } from '../../store/query.ts'
import unpricedSql from './unpriced.sql' with { type: 'text' }

/** A model that nobody prices, and what it was used for; times in ns. */
export type UnpricedModel = {
  tool: string
  model: string
  provider: string | undefined
  speed: string | undefined
  requests: number
  totalTokens: number
  firstTimeUnixNano: bigint
  lastTimeUnixNano: bigint
}

const listUnpriced = query(
  unpricedSql,
  {},
  {
    tool: text,
    model: text,
    provider: maybe(text),
    speed: maybe(text),
    requests: int,
    total_tokens: int,
    first_time: time,
    last_time: time,
  },
)

/** All of them, the most used first. */
export async function unpricedModels(runner: Runner): Promise<UnpricedModel[]> {
  return (await listUnpriced(runner, {})).map((row) => ({
    tool: row.tool,
    model: row.model,
    provider: row.provider ?? undefined,
    speed: row.speed ?? undefined,
    requests: row.requests,
    totalTokens: row.total_tokens,
    firstTimeUnixNano: row.first_time,
    lastTimeUnixNano: row.last_time,
  }))
}
