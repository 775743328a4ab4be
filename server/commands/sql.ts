// sql.ts: read-only statements, through the server or on the file: one, or a prompt.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { UsageError } from '../usage-error.ts'
import { withClient } from './client.ts'
import { writeWhole } from './edit-file.ts'
import { formats, type SqlAnswer, type SqlFormat, written } from './sql-formats.ts'
import { count } from './words.ts'

export type SqlOptions = { format?: string; output?: string }

/** @param query the statement; read from standard input when it is not given, or from a person at a prompt. */
export async function sql(config: Config, query: string | undefined, options: SqlOptions): Promise<void> {
  const format = formatOf(options.format)
  if (query === undefined && process.stdin.isTTY && process.stdout.isTTY && !options.output) {
    const { prompt } = await import('./sql-prompt.ts')
    return prompt(config, format === 'parquet' ? 'table' : format)
  }
  const statement = query ?? (process.stdin.isTTY ? '' : await Bun.stdin.text())
  if (statement.trim() === '')
    throw new UsageError('give a statement, such as: telltale sql "select count(*) from model_calls"')
  if (format === 'parquet') return parquet(config, statement, options.output)
  const answer = await ask(config, statement)
  if (options.output) writeFile(resolve(options.output), written(answer, format))
  else process.stdout.write(written(answer, format, process.stdout))
  if (answer.truncated)
    process.stderr.write('telltale: the answer was cut; narrow the statement, add a limit, or use --format parquet\n')
}

function formatOf(text = 'table'): SqlFormat {
  const format = formats.find((one) => one === text)
  if (format) return format
  throw new UsageError(`--format: ${JSON.stringify(text)} is not valid; use ${formats.join(', ')}`)
}

/** One statement's answer, of at most 100,000 rows. */
export function ask(config: Config, statement: string): Promise<SqlAnswer> {
  return withClient(config, (client) => client.send('POST', '/api/sql', { sql: statement, limit: 100_000 }))
}

/** Written where the database is, without passing through here; on standard output only into a file or a pipe. */
async function parquet(config: Config, statement: string, output: string | undefined): Promise<void> {
  if (!output && process.stdout.isTTY) throw new UsageError('parquet is nothing for a terminal: give --output FILE')
  const folder = output ? undefined : mkdtempSync(join(tmpdir(), 'telltale-sql-'))
  const path = output ? resolve(output) : join(folder!, 'rows.parquet')
  try {
    const made = await withClient(config, (client) =>
      client.send<{ rows: number }>('POST', '/api/sql/file', { sql: statement, output: path }),
    )
    if (folder) process.stdout.write(readFileSync(path))
    else process.stderr.write(`telltale: ${count(made.rows)} ${made.rows === 1 ? 'row' : 'rows'} in ${path}\n`)
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

function writeFile(path: string, text: string): void {
  try {
    writeWhole(path, text)
  } catch (error) {
    throw new Error(`${path} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}
