// read-tools.ts: the tools that agents called, for /api/tools and for one session.
import { z } from 'zod'
import { int, maybe, query, type Runner, real, text, time } from '../../store/query.ts'
import { formatTime } from '../time.ts'
import toolsSql from './tools.sql' with { type: 'text' }

const duration = z.number().nullable().describe('null: nobody measured')
export const ToolUse = z
  .object({
    toolName: z.string(),
    mcpServer: z.string().optional(),
    calls: z.number(),
    successes: z.number(),
    failures: z.number(),
    successRate: z.number().nullable().describe('successes of those whose outcome is known, 0 to 1'),
    rejected: z.number().describe('not permitted'),
    durationMsAvg: duration,
    durationMsP50: duration,
    durationMsP95: duration,
    blockedMs: duration.describe('time spent waiting for permission'),
    lastTime: z.string(),
  })
  .meta({ id: 'ToolUse' })
export type ToolUse = z.infer<typeof ToolUse>

const listTools = query(
  toolsSql,
  { from: time, to: time, tool: maybe(text), session: maybe(text), project: maybe(text) },
  {
    tool_name: text,
    mcp_server: maybe(text),
    calls: int,
    successes: int,
    failures: int,
    rejected: int,
    duration_avg: maybe(real),
    duration_p50: maybe(real),
    duration_p95: maybe(real),
    blocked_ms: maybe(real),
    last_time: time,
  },
)

/** The tools by their calls. */
export async function readTools(runner: Runner, asked: Parameters<typeof listTools>[1]): Promise<ToolUse[]> {
  return (await listTools(runner, asked)).map((row) => {
    const known = row.successes + row.failures
    return {
      toolName: row.tool_name,
      mcpServer: row.mcp_server ?? undefined,
      calls: row.calls,
      successes: row.successes,
      failures: row.failures,
      successRate: known === 0 ? null : row.successes / known,
      rejected: row.rejected,
      durationMsAvg: row.duration_avg,
      durationMsP50: row.duration_p50,
      durationMsP95: row.duration_p95,
      blockedMs: row.blocked_ms,
      lastTime: formatTime(row.last_time),
    }
  })
}
