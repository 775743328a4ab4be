// delete.ts: takes records out for good, after asking.
import { confirm } from '@inquirer/prompts'
import { parseTime } from '../api/time.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../usage-error.ts'
import { lastOf, withClient } from './client.ts'
import { printDocument } from './document.ts'
import { bytes, count } from './words.ts'

export type DeleteOptions = {
  from?: string
  to?: string
  service?: string
  session?: string
  dryRun?: boolean
  compact?: boolean
  yes?: boolean
  json?: boolean
}
type Summary = {
  what: string
  dryRun: boolean
  removed: Record<string, number>
  rows: number
  bytesBefore?: number
  bytesAfter?: number
  notice?: string
  copies?: string[]
}

const kinds = ['logs', 'metrics', 'traces', 'sessions', 'all']

/** Tells first what would go; without `--yes` it asks, and where there is nobody to ask it refuses. */
export async function deleteRecords(config: Config, what: string, options: DeleteOptions): Promise<void> {
  if (!kinds.includes(what))
    throw new UsageError(`${JSON.stringify(what)} cannot be deleted; use one of ${kinds.join(', ')}`)
  if (!options.session && !(options.from && options.to)) {
    throw new UsageError(
      'give --from and --to (YYYY-MM-DD or RFC 3339), or --session ID; nothing is deleted without a bound',
    )
  }
  const { from, to, service, session } = options
  for (const [name, value] of Object.entries({ from, to })) {
    if (value !== undefined && parseTime(value) === undefined)
      throw new UsageError(
        `--${name} ${JSON.stringify(value)} is not a time; use YYYY-MM-DD or RFC 3339, such as 2026-03-31T08:00:00Z`,
      )
  }
  if (from !== undefined && to !== undefined && parseTime(from)! > parseTime(to, 'end')!)
    throw new UsageError('--from is after --to; give them in order')
  if (!options.dryRun && !options.yes && !process.stdin.isTTY) {
    throw new UsageError('deleting cannot be undone: say --yes, or --dry-run to see what would go')
  }
  const summary = await withClient(config, async (client) => {
    const ask = async (dryRun: boolean) => {
      const asked = { what, from, to, service, session, dryRun, compact: options.compact !== false }
      return lastOf<Summary>(client.lines('/api/delete', asked), 'the deletion was cut off; run it again')
    }
    if (options.dryRun) return ask(true)
    if (!options.yes) {
      const would = await ask(true)
      if (would.rows === 0) return would
      if (!(await confirm({ message: `Delete ${count(would.rows)} rows for good?`, default: false }))) return undefined
    }
    return ask(false)
  })
  if (!summary) {
    process.stdout.write('nothing was deleted\n')
    return
  }
  if (options.json) printDocument(summary)
  else print(summary, options.compact !== false)
  if (summary.notice) throw new Error(`deleted, but ${summary.notice}`)
}

function print(
  { removed, rows, dryRun, bytesBefore = 0, bytesAfter = 0, notice, copies = [] }: Summary,
  compacted: boolean,
): void {
  for (const [table, some] of Object.entries(removed))
    if (some > 0) process.stdout.write(`${count(some).padStart(12)}  ${table}\n`)
  process.stdout.write(`${count(rows).padStart(12)}  rows ${dryRun ? 'would be deleted' : 'deleted'}\n`)
  if (dryRun || rows === 0) return
  if (!compacted) process.stdout.write('the file holds them until it is written anew: telltale compact\n')
  else if (!notice)
    process.stdout.write(
      `the file was written anew without them: ${bytes(bytesBefore)} before, ${bytes(bytesAfter)} now\n`,
    )
  if (copies.length > 0)
    process.stdout.write(
      `copies that were kept earlier may hold them still; remove what is not needed: ${copies.join(', ')}\n`,
    )
}
