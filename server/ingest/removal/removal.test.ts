import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noAttributes } from '#proto/attributes.ts'
import { type CallObservation, cold, type LogRecord, noTelemetry } from '#proto/telemetry.ts'
import { openStore, type Store } from '../../store/store.ts'
import { createIngest, type Ingest } from '../ingest.ts'
import { createLedger, type Ledger } from '../ledger/ledger.ts'
import { remove } from './removal.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-removal-'))
let store: Store
let ledger: Ledger
let ingest: Ingest

const resource = { attributes: noAttributes(), serviceName: 'shop', droppedAttributesCount: 0, schemaUrl: '' }
const scope = { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }
const log = (session: string, timeUnixNano: bigint): LogRecord => ({
  resource,
  scope,
  hot: { ...cold(), sessionId: session },
  timeUnixNano,
  observedTimeUnixNano: 0n,
  severityNumber: 9,
  severityText: '',
  eventName: '',
  body: 'x',
  attributes: noAttributes(),
  droppedAttributesCount: 0,
  flags: 0,
  traceId: '',
  spanId: '',
})
const call = (session: string, timeUnixNano: bigint): CallObservation => ({
  source: 'otlp_logs',
  tool: 'codex',
  sessionId: session,
  observationId: `${session}/${timeUnixNano}`,
  keys: [`req:${session}/${timeUnixNano}`],
  timeUnixNano,
  status: 'ok',
  model: 'm',
  quality: 'exact',
  inputTokens: 5,
  outputTokens: 1,
  serviceName: 'shop',
})
const send = () =>
  ingest.submit(
    {
      ...noTelemetry(),
      logs: [log('old', 10n), log('new', 100n)],
      calls: [call('old', 10n), call('old', 12n), call('new', 100n)],
    },
    { source: 'otlp_logs', bytes: 1 },
  )
const count = async (sql: string) => Number((await store.all(sql))[0]!.n)

beforeAll(async () => {
  store = await openStore({ path: join(folder, 't.duckdb') })
  ledger = createLedger({ price: () => ({ state: 'unpriced', costNanoUsd: null }) })
  await store.reader((reader) => ledger.load(reader))
  ingest = await createIngest({ store, stages: [ledger] })
  await send()
})
afterAll(async () => {
  await ingest.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a dry run counts and takes nothing', async () => {
  const removed = await remove(store, ledger, { what: 'all', from: 0n, to: 50n, dryRun: true })
  expect(removed).toMatchObject({ logs: 1, model_calls: 2, sessions: 1 })
  expect(await count('select count(*) as n from model_calls')).toBe(3)
})

test('a window of logs leaves the ledger alone', async () => {
  expect(await remove(store, ledger, { what: 'logs', from: 0n, to: 50n })).toEqual({ logs: 1 })
  expect(await count('select count(*) as n from logs')).toBe(1)
  expect(await count('select count(*) as n from model_calls')).toBe(3)
})

test('a session goes whole, with its observations, and another service keeps its own', async () => {
  expect(
    await remove(store, ledger, { what: 'sessions', from: 0n, to: 0n, session: 'old', service: 'elsewhere' }),
  ).toMatchObject({ sessions: 0 })
  expect(await remove(store, ledger, { what: 'sessions', from: 0n, to: 0n, session: 'old' })).toMatchObject({
    sessions: 1,
    model_calls: 2,
    call_observations: 2,
  })
  expect(await count("select count(*) as n from call_observations where session_id = 'old'")).toBe(0)
  expect(await count('select count(*) as n from model_calls')).toBe(1)
})

test('what was removed and comes again is stored again, what stayed is not doubled', async () => {
  await send()
  expect(await count('select count(*) as n from model_calls')).toBe(3)
})
