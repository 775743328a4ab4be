// tail.ts: live records in the terminal, one line each, as they are committed.
import WebSocket from 'ws'
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import { callerHeaders } from '../server-file.ts'
import { UsageError } from '../usage-error.ts'
import { connect } from './client.ts'

export type TailOptions = { tool?: string; service?: string; type?: string }

type Frame = { type: string; payload?: Record<string, unknown>[]; count?: number }

const types = ['traces', 'metrics', 'logs']

/** Runs until Ctrl-C; reconnects when the server restarts. @throws when no server runs. */
export async function tail(config: Config, options: TailOptions): Promise<void> {
  const wanted = options.type ? options.type.split(',') : types
  for (const type of wanted)
    if (!types.includes(type))
      throw new UsageError(`--type: ${JSON.stringify(type)} is not valid; use ${types.join(', ')}`)
  const client = await connect(config)
  if (!client?.server) throw new Error(`no server runs for ${config.home}; start one with \`telltale serve\``)
  const url = new URL('/ws', client.server.apiUrl.replace(/^http/, 'ws'))
  const headers = callerHeaders(config)
  for (;;) {
    const socket = new WebSocket(url, { headers })
    await new Promise<void>((resolve) => {
      socket.on('open', () => socket.send(JSON.stringify({ subscribe: wanted, service: options.service })))
      socket.on('message', (data) => show(JSON.parse(String(data)) as Frame, options.tool))
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
    })
    await Bun.sleep(1000)
  }
}

function show(frame: Frame, tool: string | undefined): void {
  if (frame.type === 'dropped') {
    process.stdout.write(`… ${frame.count} records were too many to show\n`)
    return
  }
  for (const record of frame.payload ?? []) {
    if (tool && tool !== 'all' && record.tool !== tool) continue
    process.stdout.write(`${lineOf(frame.type, record)}\n`)
  }
}

/** Time, kind, service, name and what matters of it; nothing in it can move the cursor. */
function lineOf(type: string, record: Record<string, unknown>): string {
  const time = String(record.timestamp ?? '').slice(11, 23)
  const text = (value: unknown) =>
    value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const service = text(record.serviceName)
  if (type === 'logs')
    return oneLine(
      `${time} log    ${text(record.severityText).padEnd(5)} ${service} ${text(record.eventName)} ${text(record.body).slice(0, 160)}`,
    )
  if (type === 'metrics')
    return oneLine(
      `${time} metric ${service} ${text(record.metricName)} ${text(record.value ?? record.sum)} ${text(record.attributes).slice(0, 120)}`,
    )
  const milliseconds = Number(record.duration ?? 0) / 1e6
  return oneLine(
    `${time} span   ${text(record.statusCode).padEnd(5)} ${service} ${text(record.spanName)} ${milliseconds.toFixed(1)} ms`,
  )
}
