// truth.ts: what the ledger must say of a recording: the requests that were really served, as far as the payloads tell of them.
import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Client, credentials, Client as GrpcClient, Metadata } from '@grpc/grpc-js'
import { type Item, items, type Signal } from './decoded.ts'
import { type Recorded, send } from './recordings.ts'
import type { Running, ServerFile } from './telltale.ts'

/** Contract §4 Usage, the tokens of it. */
export type Tokens = {
  requests: number
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  outputTokens: number
  totalTokens: number
}

/** By session and model. */
export type Usage = Record<string, Tokens>

/** One model request as it was served (expected.json). */
export type Served = {
  session: string
  variant: string
  kind: 'main' | 'subagent' | 'utility'
  model: string
  status: number
  request_id: string
  message_id: string
  usage: {
    input: number
    output: number
    cache_read: number
    cache_write: number
    input_incl_cache: number
    total: number
  }
  tool_calls: { id: string; name: string }[]
}

/** Every answered request of an agent, in order. A Codex thread is a session of its own. */
export function served(agent: string): Served[] {
  const file = JSON.parse(readFileSync(`${import.meta.dir}/../fixtures/${agent}/expected.json`, 'utf8'))
  return file.sessions
    .flatMap((session: any) =>
      session.requests.map((request: any) => ({ ...request, session: request.thread_id ?? session.session_id })),
    )
    .filter((request: Served) => request.status === 200)
}

/** A request's tokens in the contract's words: uncached input, and output with its reasoning, however it was served. */
function tokensOf({ usage }: Served): Tokens {
  return {
    requests: 1,
    inputTokens: usage.input,
    cacheReadTokens: usage.cache_read,
    cacheWriteTokens: usage.cache_write,
    outputTokens: usage.total - usage.input_incl_cache,
    totalTokens: usage.total,
  }
}

/** The sum of tokens by session and model. */
export function summed(requests: Served[], tokens: (request: Served) => Tokens = tokensOf): Usage {
  const sums: Usage = {}
  for (const request of requests) {
    const of = tokens(request)
    const key = `${request.session} ${request.model}`
    sums[key] = sums[key] ? plus(sums[key], of) : of
  }
  return sums
}

/** Usages put together. */
export function added(usages: Usage[]): Usage {
  const sums: Usage = {}
  for (const usage of usages)
    for (const [key, of] of Object.entries(usage)) sums[key] = sums[key] ? plus(sums[key], of) : of
  return sums
}

function plus(one: Tokens, other: Tokens): Tokens {
  const sum = { ...one }
  for (const field of Object.keys(other) as (keyof Tokens)[]) sum[field] += other[field]
  return sum
}

const sessionKeys = ['session.id', 'conversation.id', 'gen_ai.conversation.id', 'thread.id']

/** What the ledger must say after these requests of one variant, by the rules of the captures; of `counted` requests. */
export function expectedUsage(
  agent: string,
  variant: string,
  recorded: Recorded[],
  counted: (request: Served) => boolean = () => true,
): Usage {
  const seen: Record<Signal, Item[]> = { logs: [], traces: [], metrics: [] }
  for (const request of recorded) {
    const { signal, items: found } = items(request)
    seen[signal].push(...found)
  }
  const exact = [...seen.logs, ...seen.traces]
  const onlyMetrics = exact.length === 0
  let truth = served(agent).filter((request) => request.variant === variant && counted(request))
  // What nothing ties to a session is of none.
  const tied = (onlyMetrics ? seen.metrics : exact).some(({ attributes }) => sessionKeys.some((key) => attributes[key]))
  if (!tied) truth = truth.map((request) => ({ ...request, session: '' }))
  if (agent === 'opencode') truth = toldByOpenCode(truth, exact, seen.metrics)
  if (agent === 'gemini' && seen.logs.length + seen.metrics.length === 0) {
    // Its spans say input with the cached part in it and the visible output, and only when asked for them.
    if (!seen.traces.some(({ attributes }) => 'gen_ai.usage.input_tokens' in attributes)) return {}
    return summed(truth, ({ usage }) => ({
      requests: 1,
      inputTokens: usage.input_incl_cache,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: usage.output,
      totalTokens: usage.input_incl_cache + usage.output,
    }))
  }
  const usage = summed(truth)
  // No counter of Claude Code counts its requests.
  if (agent === 'claude-code' && onlyMetrics) for (const of of Object.values(usage)) of.requests = 0
  return usage
}

/** OpenCode's plug-in never tells of the title and loses what was not yet exported when the process ended. */
function toldByOpenCode(truth: Served[], exact: Item[], metrics: Item[]): Served[] {
  const told = new Set<string>()
  for (const { name, attributes: a } of exact) {
    const sum = (...names: string[]) => names.reduce((total, key) => total + Number(a[key] ?? 0), 0)
    if (name === 'api_request')
      told.add(
        `${sum('input_tokens', 'cache_read_tokens', 'cache_creation_tokens')}/${sum('output_tokens', 'reasoning_tokens')}`,
      )
    else if ('llm.token_count.prompt' in a)
      told.add(
        `${sum('llm.token_count.prompt', 'llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_write')}/${sum('llm.token_count.completion', 'llm.token_count.completion_details.reasoning')}`,
      )
    else if ('gen_ai.usage.input_tokens' in a)
      told.add(`${sum('gen_ai.usage.input_tokens')}/${sum('gen_ai.usage.output_tokens')}`)
  }
  if (exact.length > 0)
    return truth.filter(({ usage }) => told.has(`${usage.input_incl_cache}/${usage.total - usage.input_incl_cache}`))
  const counted = countersOf(metrics.filter(({ name }) => name.endsWith('.token.usage')))
  const main = truth.filter(({ kind }) => kind !== 'utility')
  for (let n = 0, sum = 0; n <= main.length; sum += main[n]?.usage.total ?? 0, n++)
    if (sum === counted) return main.slice(0, n)
  throw new Error(`counters of ${counted} tokens are of no first requests`)
}

/** What counters counted: increases, or the last value of each start. */
function countersOf(points: Item[]): number {
  const last = new Map<string, Item>()
  for (const point of points) {
    const key = JSON.stringify([point.name, point.attributes, point.startTime, point.delta && point.time])
    if (BigInt(point.time) >= BigInt(last.get(key)?.time ?? 0)) last.set(key, point)
  }
  return [...last.values()].reduce((sum, { value }) => sum + value, 0)
}

/** What the ledger says, of everything that used tokens. */
export async function actualUsage(server: Running): Promise<Usage> {
  const { rows } = await server.get('/api/usage?groupBy=session,model')
  const usage: Usage = {}
  for (const row of rows) {
    if (row.requests === 0 && row.totalTokens === 0) continue
    const { requests, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, totalTokens } = row
    usage[`${row.session ?? ''} ${row.model}`] = {
      requests,
      inputTokens,
      cacheReadTokens,
      cacheWriteTokens,
      outputTokens,
      totalTokens,
    }
  }
  return usage
}

/** Rows of a read-only statement. */
export async function sql(server: Running, statement: string): Promise<unknown[][]> {
  const response = await fetch(new URL('/api/sql', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: statement, limit: 10_000 }),
  })
  if (!response.ok) throw new Error(await response.text())
  const answer = (await response.json()) as { rows: unknown[][]; truncated: boolean }
  if (answer.truncated) throw new Error(`more rows than asked for: ${statement}`)
  return answer.rows
}

/** Everything the ledger says, in an order of its own; equal when nothing moved. */
export async function ledger(server: Running): Promise<Record<string, unknown[][]>> {
  return {
    calls: await sql(server, 'select * exclude (component) from model_calls order by call_id'),
    tools: await sql(server, 'select * from tool_calls order by tool, session_id, call_id'),
    sessions: await sql(server, 'select * from sessions order by tool, session_id'),
    commits: await sql(server, 'select * from commits order by all'),
  }
}

/** Sends recorded requests as they came: HTTP byte for byte, gRPC by a real client to the port they had come to. */
export class Sender {
  #clients = new Map<string, Client>()

  constructor(readonly server: ServerFile) {}

  /** The HTTP status, or 200 for a gRPC call that was answered OK. */
  async send(request: Recorded): Promise<number> {
    if (request.transport.startsWith('http')) {
      const response = await send(this.server.otlpUrl, request)
      await response.arrayBuffer()
      return response.status
    }
    const client = this.#client(this.server.grpcUrl!, request.headers['grpc-encoding'] === 'gzip')
    await new Promise<void>((resolve, reject) =>
      client.makeUnaryRequest(
        request.path,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.from(request.body),
        new Metadata(),
        { deadline: Date.now() + 20_000 },
        (error) => (error ? reject(error) : resolve()),
      ),
    )
    return 200
  }

  /** Four at a time unless told otherwise: what comes at once is stored in one transaction. Throws when one is not stored. */
  async sendAll(requests: Recorded[], atOnce = 4): Promise<void> {
    for (let first = 0; first < requests.length; first += atOnce)
      await Promise.all(
        requests.slice(first, first + atOnce).map(async (request) => {
          const status = await this.send(request)
          if (status !== 200) throw new Error(`${request.file}: ${status}`)
        }),
      )
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
  }

  #client(url: string, gzip: boolean): Client {
    const key = `${url} ${gzip}`
    const client =
      this.#clients.get(key) ??
      new GrpcClient(new URL(url).host, credentials.createInsecure(), {
        'grpc.default_compression_algorithm': gzip ? 2 : 0,
      })
    this.#clients.set(key, client)
    return client
  }
}

/** The same records in other bytes, so that not the body but the records must be recognised. */
export function respelled(request: Recorded): Recorded {
  const gzipped = request.headers['content-encoding'] === 'gzip'
  const body = gzipped ? gunzipSync(request.body) : request.body
  // White space, or a field of a number that no version of the protocol has.
  const more = request.headers['content-type']?.includes('json') ? [0x20] : [0xc0, 0x3e, 0x01]
  const longer = Buffer.concat([body, Buffer.from(more)])
  return { ...request, body: new Uint8Array(gzipped ? gzipSync(longer) : longer) }
}

/** mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The same things in another order. */
export function shuffled<T>(things: readonly T[], random: () => number): T[] {
  const order = [...things]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
