// delete.ts: takes records out for good, after asking.
import { confirm } from '@inquirer/prompts'
import { parseTime } from '../api/time.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../usage-error.ts'
import { withClient } from './client.ts'
import { count } from './words.ts'

export type DeleteOptions = {
  from?: string
  to?: string
  service?: string
  session?: string
  dryRun?: boolean
  yes?: boolean
  json?: boolean
}
type Summary = { what: string; dryRun: boolean; removed: Record<string, number>; rows: number }

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
      let last: Summary | undefined
      for await (const line of client.lines<Summary>('/api/delete', { what, from, to, service, session, dryRun }))
        last = line
      return last!
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
  if (options.json) {
    process.stdout.write(`${JSON.stringify(summary)}\n`)
    return
  }
  for (const [table, rows] of Object.entries(summary.removed))
    if (rows > 0) process.stdout.write(`${count(rows).padStart(12)}  ${table}\n`)
  process.stdout.write(`${count(summary.rows).padStart(12)}  rows ${summary.dryRun ? 'would be deleted' : 'deleted'}\n`)
}
