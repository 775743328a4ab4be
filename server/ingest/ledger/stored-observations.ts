// stored-observations.ts: observations read back from their table.
import type { Source } from '#proto/telemetry.ts'
import { inBulk } from '../../store/bulk-query.ts'
import { flag, int, json, list, maybe, query, type Row, text, time } from '../../store/query.ts'
import type { Reader } from '../../store/store.ts'
import observationsSql from './call-observations.sql' with { type: 'text' }
import { identified, type Kept, type StoredObservation } from './observation.ts'

const shape = {
  component: int,
  tool: text,
  source: text,
  observation_id: text,
  session_id: text,
  keys: list(text),
  weak_key: maybe(text),
  time: time,
  model: text,
  status: text,
  quality: text,
  is_partial: flag,
  input_tokens: maybe(int),
  cache_read_tokens: maybe(int),
  cache_write_tokens: maybe(int),
  cache_write_5m_tokens: maybe(int),
  cache_write_1h_tokens: maybe(int),
  output_tokens: maybe(int),
  reasoning_tokens: maybe(int),
  web_searches: maybe(int),
  reported_cost_nano_usd: maybe(int),
  detail: json,
}
const observationsOf = query(observationsSql, { components: list(int) }, shape)
const observationsBetween = inBulk(
  query(
    observationsSql.replace('in (select unnest($components))', 'between $from and $to'),
    { from: int, to: int },
    shape,
  ),
)

type StoredRow = Row<typeof shape>

/** The observations of some components, by component. */
export async function loadComponents(
  reader: Pick<Reader, 'all'>,
  components: number[],
): Promise<Map<number, StoredObservation[]>> {
  if (components.length === 0) return new Map()
  return byComponent(await observationsOf(reader, { components }), (row) => identified(keptOf(row)))
}

/** The observations of the components from one number to another, by component, without their hashes. */
export async function componentsBetween(
  reader: Pick<Reader, 'all'>,
  from: number,
  to: number,
): Promise<Map<number, Kept[]>> {
  return byComponent(await observationsBetween(reader, { from, to }), keptOf)
}

function byComponent<T>(rows: StoredRow[], make: (row: StoredRow) => T): Map<number, T[]> {
  const found = new Map<number, T[]>()
  for (const row of rows) {
    const component = found.get(row.component)
    if (component) component.push(make(row))
    else found.set(row.component, [make(row)])
  }
  return found
}

function keptOf(row: StoredRow): Kept {
  const kept: Kept = {
    ...(JSON.parse(row.detail) as Partial<Kept>),
    source: row.source as Source,
    tool: row.tool,
    sessionId: row.session_id,
    observationId: row.observation_id,
    keys: row.keys,
    timeUnixNano: row.time,
    status: row.status as Kept['status'],
    model: row.model,
    quality: row.quality as Kept['quality'],
  }
  if (row.weak_key !== null) kept.weakKey = row.weak_key
  if (row.is_partial) kept.partial = true
  if (row.input_tokens !== null) kept.inputTokens = row.input_tokens
  if (row.cache_read_tokens !== null) kept.cacheReadTokens = row.cache_read_tokens
  if (row.cache_write_tokens !== null) kept.cacheWriteTokens = row.cache_write_tokens
  if (row.cache_write_5m_tokens !== null) kept.cacheWrite5mTokens = row.cache_write_5m_tokens
  if (row.cache_write_1h_tokens !== null) kept.cacheWrite1hTokens = row.cache_write_1h_tokens
  if (row.output_tokens !== null) kept.outputTokens = row.output_tokens
  if (row.reasoning_tokens !== null) kept.reasoningTokens = row.reasoning_tokens
  if (row.web_searches !== null) kept.webSearches = row.web_searches
  if (row.reported_cost_nano_usd !== null) kept.reportedCostNanoUsd = row.reported_cost_nano_usd
  return kept
}
