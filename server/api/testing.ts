// testing.ts: a real server's parts in a throw-away folder, for the tests of this folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { agents } from '#importers/index.ts'
import type { Source } from '#proto/telemetry.ts'
import { loadConfig } from '../config.ts'
import { type Core, openCore } from '../core.ts'
import { createLog } from '../log.ts'
import { decode, type Encoding, type Signal } from '../receivers/codec.ts'
import type { ApiDeps } from './deps.ts'
import { type ApiApp, type ApiOptions, createApi } from './index.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look at answers of every shape, and what they expect says which.
type Answer = { status: number; body: any; text: string; headers: Headers }

export type TestApi = {
  core: Core
  api: ApiApp
  deps: ApiDeps
  /** GET (or what `init` says), with the answer's JSON. */
  ask(path: string, init?: RequestInit): Promise<Answer>
  /** POST of a JSON body. */
  post(path: string, body: unknown): Promise<Answer>
  /** Stores an OTLP/JSON request. */
  send(signal: Signal, request: unknown): Promise<void>
  /** Stores the recorded requests of a folder in `fixtures/`, such as `claude-code/otlp/01-http-json`. */
  replay(folder: string): Promise<void>
  close(): Promise<void>
}

const sources: Record<Signal, Source> = { traces: 'otlp_traces', metrics: 'otlp_metrics', logs: 'otlp_logs' }

/** Opens everything but the ports. */
export async function openTestApi(options: ApiOptions = {}): Promise<TestApi> {
  const home = mkdtempSync(join(tmpdir(), 'telltale-api-'))
  const log = createLog('ERROR')
  const core = await openCore(loadConfig({ home }, {}), log)
  const deps: ApiDeps = {
    core,
    store: core.store,
    ingest: core.ingest,
    agents,
    version: '0.0.0-test',
    log,
    urls: { otlpUrl: 'http://127.0.0.1:4318', grpcUrl: 'http://127.0.0.1:4317' },
    startedAt: new Date(),
  }
  const api = createApi(deps, options)

  async function store(signal: Signal, encoding: Encoding, body: Uint8Array): Promise<void> {
    const { telemetry, rejected } = decode(signal, encoding, body, BigInt(Date.now()) * 1_000_000n)
    await core.ingest.submit(telemetry, { source: sources[signal], bytes: body.byteLength, rejected })
  }
  async function ask(path: string, init?: RequestInit) {
    const response = await api.request(path, init)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      body: isJson && text ? JSON.parse(text) : undefined,
      text,
      headers: response.headers,
    }
  }

  return {
    core,
    api,
    deps,
    ask,
    post: (path, body) =>
      ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    send: (signal, request) => store(signal, 'json', Buffer.from(JSON.stringify(request))),
    async replay(folder) {
      const path = join(import.meta.dir, '../../fixtures', folder)
      for (const name of readdirSync(path)
        .filter((name) => /^\d+\.json$/.test(name))
        .sort()) {
        const recorded = JSON.parse(readFileSync(join(path, name), 'utf8'))
        const { signal, encoding } = kindOf(recorded)
        if (signal) await store(signal, encoding, bodyOf(join(path, name), recorded))
      }
    },
    async close() {
      api.stop()
      await core.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

type Recorded = { path: string; method: string; headers: Record<string, string> }

function kindOf({ path, method, headers }: Recorded): { signal: Signal | undefined; encoding: Encoding } {
  const encoding = headers['content-type']?.startsWith('application/json') ? 'json' : 'protobuf'
  if (method !== 'POST') return { signal: undefined, encoding }
  const named = /(traces|metrics|logs)$/.exec(path)?.[1] ?? /\.(trace|metrics|logs)\.v1\./.exec(path)?.[1]
  return { signal: (named === 'trace' ? 'traces' : (named ?? 'logs')) as Signal, encoding }
}

function bodyOf(path: string, { headers }: Recorded): Uint8Array {
  const bin = path.replace(/json$/, 'bin')
  let body: Uint8Array
  try {
    body = readFileSync(bin)
  } catch {
    body = gunzipSync(readFileSync(`${bin}.gz`))
  }
  return headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}
