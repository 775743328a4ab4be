// status.ts: whether a server is up, and how it is doing.
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import { connect } from './client.ts'
import { printDocument } from './document.ts'
import { bytes, count, since } from './words.ts'

type Status = {
  version: string
  uptimeSeconds: number
  receivers: { otlpHttp: { url: string }; otlpGrpc: { url: string } | null }
  queue: { batches: number; bytes: number }
  ingest: { acceptedRecords: number }
  rates: { traces: number; logs: number; metrics: number; messages: number }
  database: { path: string; databaseBytes: number; walBytes: number; freeBytes?: number | null; notice?: string }
  lastRecordByTool: Record<string, string>
}

/** Prints the state; the exit code is 1 when no server runs, so that a health check can ask. */
export async function status(config: Config, options: { json?: boolean }): Promise<void> {
  const client = await connect(config)
  if (!client?.server) {
    process.exitCode = 1
    if (options.json) printDocument({ running: false, home: config.home })
    else process.stdout.write(`no server runs for ${config.home}; start one with \`telltale serve\`\n`)
    return
  }
  const state = await client.get<Status>('/api/status')
  if (options.json) {
    printDocument({ running: true, pid: client.server.pid, apiUrl: client.server.apiUrl, ...state })
    return
  }
  const { rates, database } = state
  const lines = [
    ['server', `${state.version}, process ${client.server.pid}, up ${since(state.uptimeSeconds)}`],
    ['dashboard', client.server.apiUrl],
    ['OTLP/HTTP', state.receivers.otlpHttp.url],
    ['OTLP/gRPC', state.receivers.otlpGrpc?.url ?? 'off'],
    [
      'database',
      `${database.path}, ${bytes(database.databaseBytes + database.walBytes)}${database.freeBytes ? `, ${bytes(database.freeBytes)} of it free` : ''}`,
    ],
    [
      'records',
      `${count(state.ingest.acceptedRecords)} since the start, ${(rates.traces + rates.logs + rates.metrics + rates.messages).toFixed(1)}/s, ${count(state.queue.batches)} batches waiting`,
    ],
    ...Object.entries(state.lastRecordByTool).map(([tool, time]) => [tool, `last record ${time}`]),
  ]
  if (state.database.notice) lines.push(['notice', state.database.notice])
  for (const [name, value] of lines)
    process.stdout.write(`${oneLine(String(name)).padEnd(12)}${oneLine(String(value))}\n`)
}
