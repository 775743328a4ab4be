// mcp.ts: MCP over standard input and output, for agents that start their servers themselves.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { version } from '../cli.ts'
import type { Config } from '../config.ts'
import { createMcpServer } from '../mcp/server.ts'
import type { Question } from '../mcp/tools.ts'
import { connect, withClient } from './client.ts'

/**
 * Answers until standard input ends. Standard output carries the protocol alone. Every question finds the server that then
 * runs, or opens the database for as long as it takes: an agent that waits keeps nobody from starting a server.
 */
export async function mcp(config: Config): Promise<void> {
  // One at a time: two that find no server would want the database both.
  let turn: Promise<unknown> = Promise.resolve()
  const ask = ({ path, body }: Question): Promise<unknown> => {
    const asked = turn.then(() =>
      withClient(config, (client) => (body === undefined ? client.get(path) : client.send('POST', path, body))),
    )
    turn = asked.catch(() => {})
    return asked
  }
  const server = createMcpServer({ ask, version, pageUrl: (await connect(config))?.server?.apiUrl })
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve)
    process.stdin.once('close', resolve)
    server.server.onclose = resolve
  })
  await server.connect(new StdioServerTransport())
  await ended
  await turn
  await server.close()
}
