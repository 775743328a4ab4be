// export.ts: `telltale export TOOL --output DIR`: the tables as files, written by the server that owns the database.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { confirm } from '@inquirer/prompts'
import { agents } from '#importers/index.ts'
import { isExported } from '../api/export/place.ts'
import { formats, services } from '../api/export/tables.ts'
import type { ExportProgress, ExportSummary } from '../api/export/write.ts'
import { parseTime } from '../api/time.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../usage-error.ts'
import { type Client, withClient } from './client.ts'
import { printDocument } from './document.ts'
import { bytes, count } from './words.ts'

export type ExportOptions = {
  output: string
  from?: string
  to?: string
  format?: string
  fromFiles?: boolean
  zip?: boolean
  dryRun?: boolean
  verbose?: boolean
  yes?: boolean
  json?: boolean
}

/** @throws UsageError for a tool, day or format that cannot be used; Error when the files cannot be written. */
export async function exportCommand(config: Config, tool: string, options: ExportOptions): Promise<void> {
  const { from, to, format = 'parquet', dryRun = false } = options
  const known = [...agents.map(({ id }) => id), ...services, 'all']
  if (!known.includes(tool))
    throw new UsageError(`there is no tool ${JSON.stringify(tool)} to export; use one of ${known.join(', ')}`)
  if (!formats.some((one) => one === format))
    throw new UsageError(`--format ${JSON.stringify(format)} is not known; use one of ${formats.join(', ')}`)
  for (const [name, value] of Object.entries({ from, to })) {
    if (value !== undefined && parseTime(value) === undefined)
      throw new UsageError(`--${name} ${JSON.stringify(value)} is not a day; use YYYY-MM-DD, such as 2026-03-31`)
  }
  if (from !== undefined && to !== undefined && parseTime(from)! > parseTime(to, 'end')!)
    throw new UsageError('--from is after --to; give them in order')
  if (options.output.trim() === '') throw new UsageError('--output: is empty; name the folder to write to')
  const output = resolve(options.output)
  if (!dryRun && !options.yes && process.stdin.isTTY && existsSync(output) && readdirSync(output).some(isExported)) {
    if (!(await confirm({ message: `Replace the export in ${output}?`, default: true }))) return
  }
  const summary = await withSource(config, tool, options, async (client) => {
    let last: ExportSummary | undefined
    const asked = { tool, output, from, to, format, dryRun, zip: options.zip ?? false }
    for await (const line of client.lines<ExportProgress | ExportSummary | { message: string }>('/api/export', asked)) {
      if ('progress' in line) {
        if (!options.json && process.stderr.isTTY) {
          const { table, done, tables, rows } = line.progress
          process.stderr.write(`${done}/${tables}  ${table}  ${count(rows)} rows\n`)
        }
      } else if ('files' in line) last = line
      else throw new Error(line.message)
    }
    if (!last) throw new Error('the export was cut off; what was there before is there still, run it again')
    return last
  })
  if (options.json) printDocument(summary)
  else print(summary, options.verbose === true || dryRun)
}

/** The database, or with `--from-files` one made for this of the transcripts of this machine, and thrown away. */
async function withSource<T>(
  config: Config,
  tool: string,
  { fromFiles }: ExportOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  if (!fromFiles) return withClient(config, work)
  const home = mkdtempSync(join(tmpdir(), 'telltale-export-'))
  try {
    return await withClient({ ...config, home, database: join(home, 'telltale.duckdb') }, async (client) => {
      const imported = services.some((service) => service === tool) ? 'copilot' : tool
      for await (const line of client.lines<object>('/api/import', { tool: imported })) {
        if ('error' in line && 'message' in line) throw new Error(String(line.message))
      }
      return work(client)
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function print(summary: ExportSummary, verbose: boolean): void {
  const { files, rows, dryRun, output, database, durationMs } = summary
  if (verbose) {
    for (const file of files)
      process.stdout.write(`${count(file.rows).padStart(12)}  ${file.name}${dryRun ? '' : `  ${bytes(file.bytes)}`}\n`)
  }
  if (dryRun) process.stdout.write(`${count(rows).padStart(12)}  rows would be written to ${output}\n`)
  else {
    const all = `${count(rows)} rows, ${bytes(summary.bytes)}, in ${(durationMs / 1000).toFixed(1)} s`
    process.stdout.write(`${all}: ${output}\nask them by name: duckdb '${output}/${database}'\n`)
    if (summary.zip)
      process.stdout.write(`to take away: ${output}/${summary.zip} (unpack it, and start duckdb there)\n`)
  }
}
