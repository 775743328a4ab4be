// http.ts: POST /mcp: MCP over Streamable HTTP, stateless: every request is answered by itself.
import { Hono, type MiddlewareHandler } from 'hono'
import type { Question } from './tools.ts'

/** Asks the API in this process, past the guard that the MCP request itself has passed. */
export type AskInside = (path: string, init?: RequestInit) => Promise<Response>

/**
 * The route, to be mounted on the API's port, where Host, Origin and token are checked first. Other methods than POST are
 * 405: there is no stream to open and no session to end.
 *
 * @param said what the API's description tells of the route; this folder knows no other.
 */
export function mcpRoutes(ask: AskInside, version: string, said: MiddlewareHandler = (_, next) => next()): Hono {
  return new Hono().post('/mcp', said, async (c) => {
    // Most servers never are asked.
    const { answerMcp } = await import('./transport.ts')
    return answerMcp(c.req.raw, { ask: askOver(ask), version, pageUrl: new URL(c.req.url).origin })
  })
}

/** Questions to the API as JSON. */
export function askOver(ask: AskInside): (question: Question) => Promise<unknown> {
  return async ({ path, body }) => {
    const init: RequestInit =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await ask(path, init)
    const answer = (await response.json()) as { message?: string }
    if (!response.ok) throw new Error(answer.message ?? `the server answered ${response.status}`)
    return answer
  }
}
