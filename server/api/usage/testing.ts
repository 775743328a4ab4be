// testing.ts: a real database with rows of the ledger in it, for the tests of routes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { createLedger } from '../../ingest/ledger/ledger.ts'
import type { ModelCall } from '../../ingest/ledger/model-call.ts'
import { flatPrice } from '../../ingest/ledger/testing.ts'
import { modelCallWriter } from '../../ingest/ledger/writers.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { ApiDeps } from '../deps.ts'
import { errorHandler } from '../errors.ts'

/** ns since 1970 of a time in text. */
export const at = (text: string) => BigInt(Date.parse(text)) * 1_000_000n

/** A row of `model_calls`; what is not said is an answered request of 1,000 + 100 tokens that cost 0.01 dollars. */
export function modelCall(part: Partial<ModelCall> = {}): ModelCall {
  const call: ModelCall = {
    callId: `c${serial++}`,
    component: serial,
    tool: 'claude-code',
    serviceName: 'claude-code',
    sessionId: 's1',
    timeUnixNano: at('2026-11-22T04:00:00Z'),
    model: 'claude-sonnet-4-5',
    status: 'ok',
    requests: 1,
    errors: 0,
    inputTokens: 1000,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 100,
    reasoningTokens: 0,
    totalTokens: 0,
    webSearches: 0,
    sources: ['otlp_logs'],
    quality: 'exact',
    computedCostNanoUsd: 10_000_000,
    costNanoUsd: 10_000_000,
    costBasis: 'computed',
    differences: [],
    inherited: 0,
    ...part,
  }
  call.totalTokens = call.inputTokens + call.cacheReadTokens + call.cacheWriteTokens + call.outputTokens
  return call
}
let serial = 1

/** A failed request: nothing used, nothing to pay. */
export function failedCall(part: Partial<ModelCall> = {}): ModelCall {
  return modelCall({
    status: 'error',
    requests: 0,
    errors: 1,
    inputTokens: 0,
    outputTokens: 0,
    computedCostNanoUsd: 0,
    costNanoUsd: 0,
    ...part,
  })
}

export async function insertCalls(store: Store, calls: readonly ModelCall[]): Promise<void> {
  await store.transaction((tx) => tx.append(modelCallWriter, calls))
}

/** An answer's status and its JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Answer = { status: number; body: any }

export type Bench = {
  store: Store
  /** Commits a batch through the ledger, as a door would. */
  keep(part: Partial<Telemetry>): Promise<void>
  get(path: string): Promise<Answer>
  send(method: string, path: string, body?: unknown): Promise<Answer>
  close(): Promise<void>
}

/** A fresh database and routes over it, without a port. */
export async function openBench(routes: (deps: ApiDeps) => Hono, more: Partial<ApiDeps> = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-api-'))
  const store = await openStore({ path: join(folder, 't.duckdb'), threads: 2 })
  const app = routes({ store, ...more } as ApiDeps)
  const ledger = createLedger({ price: flatPrice })
  await store.reader((reader) => ledger.load(reader))
  let batch = 0n
  const failures: unknown[] = []
  app.onError(errorHandler({ error: (...said: unknown[]) => void failures.push(said), warn: () => {} } as never))
  const send = async (method: string, path: string, body?: unknown) => {
    const init: RequestInit = { method }
    if (body !== undefined)
      Object.assign(init, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    const response = await app.request(path, init)
    if (response.status === 500) throw new Error(JSON.stringify(failures))
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  return {
    store,
    async keep(part) {
      batch++
      const group = { telemetry: { ...noTelemetry(), ...part }, batch, receivedUnixNano: at('2026-11-22T04:00:00Z') }
      const outcome = await store.transaction((tx) => ledger.apply(tx, group))
      await outcome.committed()
    },
    get: (path) => send('GET', path),
    send,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
