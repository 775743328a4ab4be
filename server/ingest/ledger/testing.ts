// testing.ts: short ways to say an observation, for the ledger's tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AggregateObservation, type CallObservation, noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { openStore, type Store } from '../../store/store.ts'
import { createLedger, type Ledger, type LedgerOptions } from './ledger.ts'
import { type Kept, mergedVersions, readied, type StoredObservation } from './observation.ts'
import type { PriceCall } from './price.ts'
import { type ResolvedCall, resolve } from './resolve.ts'

/** 2026-11-22T04:00:00Z in ns. */
export const noon = 1_795_320_000_000_000_000n
export const second = 1_000_000_000n

/** An observation of a request; what is not said is what most doors say. */
export function seen(part: Partial<CallObservation>): CallObservation {
  const keys = part.keys ?? []
  return {
    source: 'otlp_logs',
    tool: 'claude-code',
    sessionId: 's1',
    observationId: `${part.source ?? 'otlp_logs'} ${keys.join(' ')}${part.weakKey ?? ''}${part.timeUnixNano ?? ''}`,
    keys,
    timeUnixNano: noon,
    status: 'ok',
    model: 'claude-sonnet-4-5',
    quality: 'exact',
    ...part,
  }
}

/** The requests behind observations, each observation's versions merged as the ledger does. */
export function requests(observations: CallObservation[], forks: Record<string, string> = {}): ResolvedCall[] {
  const stored = new Map<number, StoredObservation>()
  for (const observation of observations) {
    const own = readied(observation)
    const before = stored.get(own.idHash)
    stored.set(own.idHash, before ? mergedVersions(before, own) : own)
  }
  const kept: Kept[] = [...stored.values()].map(({ observation }) => observation)
  return resolve(kept, (_tool, session) => {
    let depth = 0
    for (let at = forks[session]; at !== undefined && depth < 32; at = forks[at]) depth++
    return depth
  }).sort((a, b) => (a.callId < b.callId ? -1 : 1))
}

/** A counter point. */
export function counted(part: Partial<AggregateObservation>): AggregateObservation {
  return {
    source: 'otlp_metrics',
    tool: 'gemini',
    sessionId: 's1',
    seriesId: `${part.field ?? 'inputTokens'} ${part.model ?? 'gemini-2.5-pro'}`,
    field: 'inputTokens',
    temporality: 2,
    startTimeUnixNano: noon,
    timeUnixNano: noon + 10n * second,
    value: 0,
    model: 'gemini-2.5-pro',
    ...part,
  }
}

/** A batch of observations. */
export function batch(part: Partial<Telemetry>): Telemetry {
  return { ...noTelemetry(), ...part }
}

/** 1,000 nano-USD a token and 5,000 for output, for any model but `unknown-model`. */
export const flatPrice: PriceCall = (call) => {
  const { model, inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, outputTokens = 0 } = call
  if (model === 'unknown-model') return { costNanoUsd: null, state: 'unpriced' }
  return {
    costNanoUsd: (inputTokens + cacheReadTokens + cacheWriteTokens) * 1000 + outputTokens * 5000,
    state: 'priced',
    source: 'overlay',
    modelId: model,
    rule: 'exact',
    tier: 'base',
    validFrom: noon,
  }
}

/** A ledger over a real database in a folder of its own. */
export type Desk = {
  store: Store
  ledger: Ledger
  /** Commits one group. */
  keep(telemetry: Telemetry): Promise<void>
  /** Writes one group, and rolls it back. */
  fail(telemetry: Telemetry): Promise<void>
  /** Opens the database again, as a new process would. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function openDesk(options: Partial<LedgerOptions> = {}): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-ledger-'))
  const path = join(folder, 't.duckdb')
  let number = 0n
  const open = async () => {
    const store = await openStore({ path, threads: 2 })
    const ledger = createLedger({ price: flatPrice, ...options })
    await store.reader((reader) => ledger.load(reader))
    return { store, ledger }
  }
  const desk: Desk = {
    ...(await open()),
    async keep(telemetry) {
      const { store, ledger } = desk
      number++
      const group = { telemetry, batch: number, receivedUnixNano: noon }
      const outcome = await store.transaction((tx) => ledger.apply(tx, group))
      await outcome.committed()
    },
    async fail(telemetry) {
      const { store, ledger } = desk
      const failing = store.transaction(async (tx) => {
        const outcome = await ledger.apply(tx, { telemetry, batch: 0n, receivedUnixNano: noon })
        outcome.rolledBack()
        throw new Error('the disk is full')
      })
      await failing.catch((error: Error) => {
        if (error.message !== 'the disk is full') throw error
      })
    },
    async restart() {
      await desk.store.close()
      Object.assign(desk, await open())
    },
    async close() {
      await desk.store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return desk
}

/** Everything the ledger derives, in one order, without the numbers of components and batches. */
export async function ledgerRows(store: Store): Promise<Record<string, Record<string, unknown>[]>> {
  const rows: Record<string, Record<string, unknown>[]> = {}
  rows.model_calls = await store.all(
    'select * exclude (component, time), epoch_ns(time) as time from model_calls order by tool, call_id, time',
  )
  for (const [table, order] of [
    ['tool_calls', 'tool, session_id, call_id'],
    ['sessions', 'tool, session_id'],
    ['messages', 'tool, session_id, source, message_key'],
    ['commits', 'kind, hash'],
  ])
    rows[table as string] = await store.all(
      `select * ${table === 'messages' ? 'exclude (batch)' : ''} from ${table} order by ${order}`,
    )
  return rows
}

/** Batches as one group. */
export function joined(parts: readonly Partial<Telemetry>[]): Telemetry {
  const group = batch({})
  for (const part of parts)
    for (const key of Object.keys(part) as (keyof Telemetry)[])
      for (const record of part[key] ?? []) (group[key] as unknown[]).push(record)
  return group
}

/** Takes everything out of a desk's tables and memory. */
export async function emptyDesk({ store, ledger }: Desk): Promise<void> {
  await store.transaction(async (tx) => {
    for (const table of derivedTables) await tx.run(`delete from ${table}`)
  })
  await store.reader((reader) => ledger.load(reader))
}

const derivedTables = [
  'call_observations',
  'aggregate_observations',
  'model_calls',
  'tool_call_observations',
  'tool_calls',
  'session_observations',
  'sessions',
  'messages',
  'commit_observations',
  'commits',
]
