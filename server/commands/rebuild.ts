// rebuild.ts: the ledger computed anew from its observations.
import type { Config } from '../config.ts'
import type { RebuildReport } from '../ingest/ledger/rebuild.ts'
import { withClient } from './client.ts'
import { printDocument } from './document.ts'
import { count } from './words.ts'

/** Says what moved; a healthy ledger does not. */
export async function rebuild(config: Config, options: { dryRun?: boolean; json?: boolean }): Promise<void> {
  const report = await withClient(config, (client) =>
    client.send<RebuildReport>('POST', '/api/rebuild', { dryRun: options.dryRun ?? false }),
  )
  if (options.json) {
    printDocument(report)
    return
  }
  const moved = (name: string, { added, removed, changed }: RebuildReport['calls']) =>
    process.stdout.write(
      `${name.padEnd(12)}${count(added)} added, ${count(removed)} removed, ${count(changed)} changed\n`,
    )
  moved('calls', report.calls)
  moved('tool calls', report.toolCalls)
  moved('sessions', report.sessions)
  moved('commits', report.commits)
  process.stdout.write(`tokens      ${count(report.tokens.before)} → ${count(report.tokens.after)}\n`)
  process.stdout.write(
    `cost        $${(report.costNanoUsd.before / 1e9).toFixed(4)} → $${(report.costNanoUsd.after / 1e9).toFixed(4)}\n`,
  )
  if (report.dryRun) process.stdout.write('nothing was changed (--dry-run)\n')
}
