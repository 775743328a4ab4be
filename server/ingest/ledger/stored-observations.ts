// stored-observations.ts: observations read back from their table.
import type { Source } from '#proto/telemetry.ts'
import { type Columns, inBulk } from '../../store/bulk-query.ts'
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

/** The observations of some components, by component. */
export async function loadComponents(
  reader: Pick<Reader, 'all'>,
  components: number[],
): Promise<Map<number, StoredObservation[]>> {
  if (components.length === 0) return new Map()
  const found = new Map<number, StoredObservation[]>()
  for (const row of await observationsOf(reader, { components })) push(found, row.component, identified(keptOf(row)))
  return found
}

/** The observations of the components from one number to another, by component, without their hashes. */
export async function componentsBetween(
  reader: Pick<Reader, 'all'>,
  from: number,
  to: number,
): Promise<Map<number, Kept[]>> {
  const columns = await observationsBetween(reader, { from, to })
  const found = new Map<number, Kept[]>()
  for (let at = 0; at < columns.length; at++) push(found, columns.component[at] as number, keptOf(rowAt(columns, at)))
  return found
}

function push<T>(found: Map<number, T[]>, component: number, one: T): void {
  const others = found.get(component)
  if (others) others.push(one)
  else found.set(component, [one])
}

type ObservationRow = Row<typeof shape>

function rowAt(columns: Columns<typeof shape>, at: number): ObservationRow {
  const row: Partial<Record<keyof ObservationRow, unknown>> = {}
  for (const name of names) row[name] = columns[name][at]
  return row as ObservationRow
}

const names = Object.keys(shape) as (keyof ObservationRow)[]

function keptOf(row: ObservationRow): Kept {
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
