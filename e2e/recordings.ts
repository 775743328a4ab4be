// recordings.ts: the requests that real agents sent, as recorded in fixtures/, and how to send them again.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const root = join(import.meta.dir, '../fixtures')

/** The agents with recordings, by their folder. */
export const agents = ['claude-code', 'codex', 'gemini', 'opencode', 'copilot'] as const

/** One request as it was received. */
export type Recorded = {
  file: string
  transport: string
  method: string
  path: string
  headers: Record<string, string>
  /** The body's bytes as received: still compressed when `content-encoding` says so; a gRPC message without its prefix. */
  body: Uint8Array
}

/** The variants recorded of one agent. */
export function variants(agent: string): string[] {
  return readdirSync(join(root, agent, 'otlp')).sort()
}

/** The requests of one variant in order of arrival. */
export function requests(agent: string, variant: string): Recorded[] {
  const folder = join(root, agent, 'otlp', variant)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const meta = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      const plain = join(folder, name.replace(/\.json$/, '.bin'))
      const body = readdirSync(folder).includes(`${name.replace(/\.json$/, '.bin')}.gz`)
        ? gunzipSync(readFileSync(`${plain}.gz`))
        : readFileSync(plain)
      return {
        file: `${agent}/${variant}/${name}`,
        transport: meta.transport as string,
        method: meta.method as string,
        path: meta.path as string,
        headers: meta.headers as Record<string, string>,
        body: new Uint8Array(body),
      }
    })
    .filter((request) => request.method === 'POST')
}

/** The headers of a recording that say how its body is to be read. */
export function sendableHeaders(request: Recorded): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ['content-type', 'content-encoding', 'user-agent']) {
    const value = request.headers[name]
    if (value) kept[name] = value
  }
  return kept
}

/** Sends one recorded HTTP request to a server, byte for byte. */
export function send(otlpUrl: string, request: Recorded): Promise<Response> {
  return fetch(new URL(request.path, otlpUrl), {
    method: 'POST',
    headers: sendableHeaders(request),
    body: request.body as Uint8Array<ArrayBuffer>,
  })
}

/** What the fake model server says it served: the ground truth of one agent's sessions. */
export type Expected = {
  sessions: {
    session_id: string
    variants: string[]
    totals: {
      requests_ok: number
      requests_failed: number
      tool_calls_total: number
      tokens_by_model: Record<string, ExpectedTokens & { requests: number }>
      tokens_by_kind: Record<string, ExpectedTokens & { requests: number }>
    }
  }[]
}

export type ExpectedTokens = {
  input: number
  output: number
  cache_read: number
  cache_write: number
  reasoning?: number
  input_incl_cache: number
  total: number
}

/** The ground truth of one agent. */
export function expected(agent: string): Expected {
  return JSON.parse(readFileSync(join(root, agent, 'expected.json'), 'utf8')) as Expected
}
