// about-mcp.ts: what the API's description says of POST /mcp, whose folder knows nothing of the API.
import type { MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { describeWith } from '../api/describe.ts'

const id = z.union([z.string(), z.number()])
const Call = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: id.optional().describe('absent: a notification, which is answered by 202 alone'),
    method: z.string().describe('initialize, tools/list, tools/call and the like'),
    params: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({
    id: 'McpMessage',
    examples: [
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'costs', arguments: { from: '2026-11-22', interval: 'day' } },
      },
    ],
  })
const Answer = z
  .object({
    jsonrpc: z.literal('2.0'),
    id,
    result: z.record(z.string(), z.unknown()).optional(),
    error: z.object({ code: z.number(), message: z.string() }).optional(),
  })
  .meta({ id: 'McpAnswer' })

/** A middleware that does nothing but tell. */
export const aboutMcp: MiddlewareHandler = describeWith(
  {
    summary:
      'MCP over Streamable HTTP, stateless; send Accept: application/json, text/event-stream. Tools: observe, stats, tools, sessions, session_detail, errors, costs, search, sql',
    body: Call,
    answer: Answer,
  },
  async (_, next) => next(),
)
