// sql.ts: one read-only statement, through the server or on the file.
import Table from 'cli-table3'
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import { UsageError } from '../usage-error.ts'
import { withClient } from './client.ts'

type Answer = { columns: { name: string; type: string }[]; rows: unknown[][]; truncated: boolean; durationMs: number }

/** @param query the statement; read from standard input when it is not given. */
export async function sql(config: Config, query: string | undefined, options: { format?: string }): Promise<void> {
  const format = options.format ?? 'table'
  if (!['table', 'json', 'csv'].includes(format))
    throw new UsageError(`--format: ${JSON.stringify(format)} is not valid; use table, json or csv`)
  const statement = query ?? (process.stdin.isTTY ? '' : await Bun.stdin.text())
  if (statement.trim() === '')
    throw new UsageError('give a statement, such as: telltale sql "select count(*) from model_calls"')
  const answer = await withClient(config, (client) =>
    client.send<Answer>('POST', '/api/sql', { sql: statement, limit: 100_000 }),
  )
  process.stdout.write(written(answer, format))
  if (answer.truncated) process.stderr.write('telltale: the answer was cut; narrow the statement or add a limit\n')
}

function written({ columns, rows }: Answer, format: string): string {
  if (format === 'json') {
    return `${JSON.stringify(rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]))))}\n`
  }
  if (format === 'csv')
    return [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('')
  const table = new Table({ head: columns.map(({ name }) => name), style: { head: [], border: [] } })
  for (const row of rows) table.push(row.map((value) => oneLine(shown(value)).slice(0, 200)))
  return `${table.toString()}\n`
}

const shown = (value: unknown) =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** A field as RFC 4180 has it; one that a spreadsheet would take for a formula is kept a text. */
function csvField(value: unknown): string {
  const plain = shown(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
