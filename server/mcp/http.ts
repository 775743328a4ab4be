// http.ts: POST /mcp: MCP over Streamable HTTP, stateless: every request is answered by itself.
import { Hono } from 'hono'
import type { Question } from './tools.ts'

/** Asks the API in this process, past the guard that the MCP request itself has passed. */
export type AskInside = (path: string, init?: RequestInit) => Promise<Response>

/**
 * The route, to be mounted on the API's port, where Host, Origin and token are checked first. Other methods than POST are
 * 405: there is no stream to open and no session to end.
 */
export function mcpRoutes(ask: AskInside, version: string): Hono {
  return new Hono().post('/mcp', async (c) => {
    // Loaded when it is first asked: most servers never are.
    const [{ createMcpServer }, { WebStandardStreamableHTTPServerTransport }] = await Promise.all([
      import('./server.ts'),
      import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
    ])
    const server = createMcpServer({ ask: askOver(ask), version, pageUrl: new URL(c.req.url).origin })
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    try {
      return await transport.handleRequest(c.req.raw)
    } finally {
      await server.close()
    }
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
