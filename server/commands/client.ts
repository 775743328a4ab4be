// client.ts: commands talk to the running server, which alone owns the database.
import type { Config } from '../config.ts'
import { readServerFile, type ServerFile } from '../server-file.ts'

/** A running server, as a command sees it. */
export type Client = {
  server: ServerFile
  /** GET as JSON. @throws Error with the server's own message when the status is not 2xx. */
  get<T>(path: string): Promise<T>
  /** Any other method with a JSON body; an empty answer gives `undefined`. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** POST whose answer is NDJSON: each line as it comes. */
  lines<T>(path: string, body: unknown): AsyncGenerator<T>
}

/** The client of the server that owns this home, or nothing when none runs or it does not answer. */
export async function connect(config: Pick<Config, 'home' | 'token'>): Promise<Client | undefined> {
  const server = readServerFile(config.home)
  if (!server) return undefined
  const headers: Record<string, string> = config.token ? { authorization: `Bearer ${config.token}` } : {}

  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(new URL(path, server!.apiUrl), {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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

  try {
    await fetch(new URL('/health', server.apiUrl), { headers, signal: AbortSignal.timeout(2000) })
  } catch {
    return undefined
  }

  return {
    server,
    get: async (path) => (await request('GET', path)).json() as Promise<never>,
    send: async (method, path, body) => {
      const text = await (await request(method, path, body)).text()
      return (text === '' ? undefined : JSON.parse(text)) as never
    },
    async *lines(path, body) {
      const response = await request('POST', path, body)
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
