// import.ts: reads local transcripts into the database: through the running server, else on the file itself.
import { resolve } from 'node:path'
import { confirm } from '@inquirer/prompts'
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import type { AiObserverSummary } from '../transcripts/ai-observer/import.ts'
import type { ImportSummary } from '../transcripts/import.ts'
import { type ImportRequest, readAiObserverRequest, readImportRequest } from '../transcripts/import-request.ts'
import { allTools, type ImportLine } from '../transcripts/service.ts'
import { UsageError } from '../usage-error.ts'
import { type Client, type OwnLimits, withClient } from './client.ts'
import { printDocument } from './document.ts'
import { type ProgressBar, progressBar } from './progress-bar.ts'
import { bytes, count } from './words.ts'

export type ImportCommand = ImportRequest & {
  /** The file of `import ai-observer FILE`. */
  file?: string | undefined
  verbose?: boolean
  yes?: boolean
  skipConfirm?: boolean
  json?: boolean
}

/** `--json` prints the summary of contract §2 and nothing else on stdout. @throws UsageError for what cannot be used. */
export async function importCommand(config: Config, command: ImportCommand): Promise<void> {
  const { verbose, yes, skipConfirm, json, file, ...options } = command
  if (file !== undefined && (options.tool !== 'ai-observer' || options.path !== undefined))
    throw new UsageError(`${JSON.stringify(file)}: only ai-observer is given a file; the folder of a tool is --path`)
  const request: ImportRequest = { ...options }
  const path = file ?? options.path
  // The server, which may do it, stands in another folder.
  if (typeof path === 'string' && path.trim() !== '' && !path.startsWith('~')) request.path = resolve(path)
  if (!readAiObserverRequest(request)) readImportRequest(request, allTools)
  if (request.purge && !request.dryRun && !yes && !skipConfirm) {
    if (!process.stdin.isTTY) throw new UsageError('--purge deletes what was imported before: say --yes as well')
    const message = `Delete what was imported of ${request.tool ?? 'all'} in this time before importing?`
    if (!(await confirm({ message, default: false }))) return
  }
  const bar = progressBar(!json)
  const summary = await withClient(config, (client) => imported(client, request, bar), limitsOf(request))
  if (json) printDocument(summary)
  else if (!('records' in summary) && summary.skipped.length === 0 && isEmpty(summary))
    process.stdout.write(
      `no transcripts found${typeof request.path === 'string' ? ` in ${oneLine(request.path)}` : ''}; if they are in another place, name it with --path\n`,
    )
  else print(summary, verbose === true)
}

async function imported(client: Client, request: ImportRequest, bar: ProgressBar): Promise<ImportSummary> {
  let last: ImportSummary | undefined
  try {
    for await (const line of client.lines<ImportLine | { error: string; message: string }>('/api/import', request)) {
      if ('progress' in line) bar.show(line.progress)
      else if ('error' in line) throw new Error(line.message)
      else last = line
    }
  } finally {
    bar.stop()
  }
  if (!last) throw new Error('the import was cut off; run it again, it goes on where it stopped')
  return last
}

/**
 * What an import of its own takes of the machine. DuckDB with two threads has one of them wait for the other in a busy loop
 * at each commit and checkpoint: with one, 271 MiB of transcripts cost 11.4 s of CPU instead of 13. It also keeps what was
 * written in memory as long as it may, and nobody reads it here: 200 MB instead of 2 GB (with what is freed early, submit.ts)
 * let the process grow to 565–630 MiB instead of 720–790, and for 677 MiB to 740 instead of 1,000; with 160 MB it reads again
 * what it let go, for a sixth more of CPU. A purge computes everything anew and may need more.
 *
 * Nobody waits for its commits, so they are large: rows that fill a row group (store/checkpoints.ts) are packed into the file when
 * they are appended, instead of going into memory, into the write-ahead log and from there into the file. With 28 MiB of text a
 * commit instead of 12 the messages do: on a busy machine 271 MiB took 29 s of CPU instead of 37, and 551 MiB of memory at its
 * largest instead of 528. 40 MiB won no more (32 s) and took 630 MiB.
 */
const limitsOf = ({ purge }: ImportRequest): OwnLimits | undefined =>
  purge ? undefined : { threads: 1, memoryLimitBytes: 200_000_000, commitBytes: 28 * 1024 * 1024 }

const isEmpty = ({ tools }: ImportSummary) => Object.values(tools).every(({ files }) => files === 0)

function print(summary: ImportSummary, verbose: boolean): void {
  for (const [tool, of] of Object.entries(summary.tools)) {
    if (of.files === 0) continue
    const what = `${count(of.calls)} requests, ${count(of.totalTokens)} tokens, $${of.costUsd.toFixed(2)}`
    process.stdout.write(
      `${tool.padEnd(12)}${count(of.files)} files (${count(of.newFiles)} new, ${count(of.unchangedFiles)} unchanged), ${count(of.sessions)} sessions, ${what}${of.duplicates > 0 ? `, ${count(of.duplicates)} known before` : ''}\n`,
    )
  }
  if ('records' in summary) {
    const { records, dashboards } = summary as AiObserverSummary
    const { spans, logs, metrics } = records
    const kept = spans.new + logs.new + metrics.new
    const known = spans.read + logs.read + metrics.read - kept
    process.stdout.write(
      `${count(spans.new)} spans, ${count(logs.new)} logs, ${count(metrics.new)} points${dashboards.new > 0 ? `, ${count(dashboards.new)} dashboards` : ''}${known > 0 ? `; ${count(known)} known before` : ''}\n`,
    )
  }
  const seconds = summary.durationMs / 1000
  process.stdout.write(
    `${summary.dryRun ? 'would read' : 'read'} ${bytes(summary.bytes)} in ${seconds.toFixed(1)} s${seconds > 0 ? ` (${bytes(summary.bytes / seconds)}/s)` : ''}\n`,
  )
  const lost = summary.skippedCount ?? summary.skipped.length
  if (lost === 0) return
  process.stdout.write(`${count(lost)} records could not be read${verbose ? '' : ' (--verbose lists them)'}\n`)
  if (!verbose) return
  for (const { path, line, reason } of summary.skipped)
    process.stdout.write(`  ${oneLine(path)}${line === undefined ? '' : `:${line}`}: ${oneLine(reason)}\n`)
  const more = lost - summary.skipped.length
  if (more > 0) process.stdout.write(`  and ${count(more)} more\n`)
}
