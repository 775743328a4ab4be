// client.ts: how commands ask: the running server, which alone owns the database, else the database itself.
import { agents } from '#importers/index.ts'
import { createApi } from '../api/index.ts'
import { version } from '../cli.ts'
import type { Config } from '../config.ts'
import { type CoreOptions, openCore } from '../core.ts'
import { createLog } from '../log.ts'
import { callerHeaders, readServerFile, type ServerFile } from '../server-file.ts'
import { createTranscripts, type ImportLimits } from '../transcripts/service.ts'
import { extraRoutes } from './extra-routes.ts'

/** Who answers a command's questions: the same API, over the network or in this process. */
export type Client = {
  /** The server that runs, `undefined` when this process has opened the database itself. */
  server: ServerFile | undefined
  /** GET as JSON. @throws Error with the API's own message when the status is not 2xx. */
  get<T>(path: string): Promise<T>
  /** Any other method with a JSON body; an empty answer gives `undefined`. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** POST whose answer is NDJSON: each line as it comes. */
  lines<T>(path: string, body: unknown, signal?: AbortSignal): AsyncGenerator<T>
}

/** What an import in a process of its own may take: of the machine, and of text before it commits. */
export type OwnLimits = NonNullable<CoreOptions['limits']> & Pick<ImportLimits, 'commitBytes'>

/** The server that owns this home, or nothing when none runs or it does not answer within two seconds. */
export async function connect(config: Pick<Config, 'home' | 'token'>): Promise<Client | undefined> {
  const server = readServerFile(config.home)
  if (!server) return undefined
  const headers = callerHeaders(config)
  try {
    await fetch(new URL('/health', server.apiUrl), { headers, signal: AbortSignal.timeout(2000) })
  } catch {
    return undefined
  }
  return clientOf(server, (path, init) =>
    fetch(new URL(path, server.apiUrl), { ...init, headers: { ...headers, ...init.headers } }),
  )
}

/**
 * Does `work` through the running server, or on the database itself when none runs; the caller cannot tell the two apart.
 *
 * @param limits of a database that this process opens itself.
 * @throws CannotOpen when another process holds the database without being a server of this home.
 */
export async function withClient<T>(
  config: Config,
  work: (client: Client) => Promise<T>,
  limits: OwnLimits = {},
): Promise<T> {
  const remote = await connect(config)
  if (remote) return work(remote)
  const log = createLog(config.logLevel === 'INFO' ? 'WARN' : config.logLevel)
  const { commitBytes, ...ofDatabase } = limits
  const core = await openCore(config, log, { mayOnlyRead: true, limits: ofDatabase })
  const transcripts = createTranscripts(core, config, log, { commitBytes })
  const app = createApi(
    {
      core,
      store: core.store,
      ingest: core.ingest,
      agents,
      version,
      log,
      urls: { otlpUrl: '', grpcUrl: null },
      startedAt: new Date(),
    },
    { mounts: extraRoutes(core, transcripts) },
  )
  try {
    return await work(clientOf(undefined, async (path, init) => app.fetch(new Request(`http://telltale${path}`, init))))
  } finally {
    app.stop()
    await transcripts.close()
    await core.close()
  }
}

/** The last of an answer's lines: its summary. @throws Error with the message of a line that tells of a failure, or with `cutOff`. */
export async function lastOf<T>(lines: AsyncGenerator<unknown>, cutOff: string): Promise<T> {
  let last: { progress?: unknown; error?: string; message?: string } | undefined
  for await (const line of lines) last = line as typeof last
  if (!last || last.progress !== undefined) throw new Error(cutOff)
  if (last.error !== undefined) throw new Error(last.message)
  return last as T
}

type Ask = (
  path: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal?: AbortSignal },
) => Promise<Response>

function clientOf(server: ServerFile | undefined, ask: Ask): Client {
  async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const response = await ask(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
    if (response.ok) return response
    const text = await response.text()
    let message = text
    try {
      message = (JSON.parse(text) as { message?: string }).message ?? text
    } catch {
      // Not our JSON: show what came.
    }
    throw new Error(message || `the server answered ${response.status} to ${path}`)
  }
  return {
    server,
    get: async (path) => (await request('GET', path)).json() as Promise<never>,
    send: async (method, path, body) => {
      const text = await (await request(method, path, body)).text()
      return (text === '' ? undefined : JSON.parse(text)) as never
    },
    async *lines(path, body, signal) {
      const response = await request('POST', path, body, signal)
      let rest = ''
      const decoder = new TextDecoder()
      for await (const chunk of response.body!) {
        rest += decoder.decode(chunk, { stream: true })
        const lines = rest.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line) yield JSON.parse(line) as never
      }
      if (rest) yield JSON.parse(rest) as never
    },
  }
}
