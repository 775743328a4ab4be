import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noAttributes } from '#proto/attributes.ts'
import { cold, type LogRecord, noTelemetry } from '#proto/telemetry.ts'
import { openStore, type Store } from '../../store/store.ts'
import { createIngest, type Ingest } from '../ingest.ts'
import { createLedger, type Ledger } from '../ledger/ledger.ts'
import { createGiveBack, isWorthIt } from './give-back.ts'
import { sweepOnce } from './retention.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-retention-'))
let store: Store
let ledger: Ledger
let ingest: Ingest

const resource = { attributes: noAttributes(), serviceName: 'shop', droppedAttributesCount: 0, schemaUrl: '' }
const scope = { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }
/** Half a kilobyte that does not compress. */
const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(375))).toString('base64')
const day = 86_400_000_000_000n
const today = BigInt(Date.now()) * 1_000_000n
const log = (timeUnixNano: bigint): LogRecord => ({
  resource,
  scope,
  hot: { ...cold(), sessionId: `s${timeUnixNano / day}` },
  timeUnixNano,
  observedTimeUnixNano: 0n,
  severityNumber: 9,
  severityText: '',
  eventName: '',
  body: noise(),
  attributes: noAttributes(),
  droppedAttributesCount: 0,
  flags: 0,
  traceId: '',
  spanId: '',
})
const send = (times: bigint[]) =>
  ingest.submit({ ...noTelemetry(), logs: times.map(log) }, { source: 'otlp_logs', bytes: 1 })
const count = async (sql: string) => Number((await store.all(sql))[0]!.n)
const usedBytes = () =>
  count("select used_blocks * block_size as n from pragma_database_size() where database_name = 'db'")

beforeAll(async () => {
  store = await openStore({ path: join(folder, 't.duckdb') })
  ledger = createLedger({ price: () => ({ state: 'unpriced', costNanoUsd: null }) })
  await store.reader((reader) => ledger.load(reader))
  ingest = await createIngest({ store, stages: [ledger] })
  // Forty days of a thousand records each.
  for (let age = 40n; age > 0n; age--)
    await send(Array.from({ length: 1000 }, (_, i) => today - age * day + BigInt(i) * 1_000_000n))
}, 120_000)
afterAll(async () => {
  await ingest.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const told: string[] = []
const deps = () => ({ store, ledger, sliceRows: 4000, told: (message: string) => void told.push(message) })

test('what is older than the age goes in many slices, between which records are taken', async () => {
  let transactions = 0
  const watched: Store = {
    ...store,
    transaction(work) {
      transactions++
      return store.transaction(work)
    },
  }
  let taken = 0
  const sweeping = sweepOnce({ seconds: 20.5 * 86_400 }, { ...deps(), store: watched })
  let isDone = false
  void sweeping.finally(() => {
    isDone = true
  })
  while (!isDone) {
    await send([today])
    taken++
    await Bun.sleep(5)
  }
  expect((await sweeping).logs).toBe(20_000)
  expect([transactions > 4, taken > 4]).toEqual([true, true])
  expect(
    await count(`select count(*) as n from logs where time < make_timestamp_ns(${today - 205n * (day / 10n)})`),
  ).toBe(0)
  expect(await count('select count(*) as n from logs')).toBe(20_000 + taken)
}, 120_000)

test('a database that uses more than its size loses the oldest, and no more than that', async () => {
  await store.checkpoint()
  const limit = Math.round((await usedBytes()) * 0.7)
  const before = await count('select count(*) as n from logs')
  const oldest = await count('select epoch_ns(min(time)) as n from logs')
  const removed = await sweepOnce({ bytes: limit }, deps())
  await store.checkpoint()
  expect(await usedBytes()).toBeLessThanOrEqual(limit)
  const left = await count('select count(*) as n from logs')
  expect(left).toBe(before - removed.logs!)
  expect(left).toBeGreaterThan(before / 3)
  // The oldest went, the newest stayed.
  expect(await count('select epoch_ns(min(time)) as n from logs')).toBeGreaterThan(oldest)
  expect(await count(`select count(*) as n from logs where time = make_timestamp_ns(${today})`)).toBeGreaterThan(4)
  expect(await sweepOnce({ bytes: limit }, deps())).toEqual({})
  expect(told).toEqual([])
}, 120_000)

test('what cannot be kept within a size is told, and everything that could go has gone', async () => {
  await sweepOnce({ bytes: 1 }, deps())
  expect(await count('select count(*) as n from logs')).toBe(0)
  expect(told).toEqual(['nothing is left to remove, and the database is larger than its retention still'])
}, 120_000)

test('the file is written anew when enough of it is free, in a quiet moment, and not again and again', async () => {
  expect(isWorthIt({ fileBytes: 400e6, freeBytes: 90e6 })).toBe(false)
  expect(isWorthIt({ fileBytes: 400e6, freeBytes: 110e6 })).toBe(true)
  expect(isWorthIt({ fileBytes: 40e6, freeBytes: 39e6 })).toBe(false)
  // What is free lies before what stays; at its end the file gives it back by itself.
  for (const time of [today - 10n * day, today]) {
    await send(Array.from({ length: 9_000 }, (_, i) => time + BigInt(i)))
    await store.checkpoint()
  }
  await sweepOnce({ seconds: 5 * 86_400 }, deps())
  const done: string[] = []
  let lastCommitUnixMs = Date.now()
  const giveBack = createGiveBack({
    store,
    told: (message) => void done.push(message),
    lastCommitUnixMs: () => lastCommitUnixMs,
    bytesMin: 1024,
  })
  const { databaseBytes } = store.size()
  await giveBack()
  expect([done, store.size().databaseBytes]).toEqual([[], databaseBytes])
  lastCommitUnixMs = 0
  await giveBack()
  expect(done).toEqual(['the database file was written anew, without what the retention had freed'])
  expect(store.size().databaseBytes).toBeLessThan(databaseBytes * 0.75)
  await send(Array.from({ length: 3000 }, (_, i) => today + BigInt(i)))
  await sweepOnce({ bytes: 1 }, deps())
  await giveBack()
  expect(done).toHaveLength(1)
}, 120_000)
