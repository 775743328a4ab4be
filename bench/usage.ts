// usage.ts: how long /api/usage takes over a million model requests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readUsage, type UsageAsked } from '#server/api/usage/read-usage.ts'
import { openStore } from '#server/store/store.ts'
import { table } from './table.ts'
import fillSql from './usage.sql' with { type: 'text' }

const count = Number(process.argv[2] ?? 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
const store = await openStore({ path: join(folder, 't.duckdb'), threads: 2 })
try {
  await store.transaction((tx) => tx.run(fillSql, { count }))
  const asked = (part: Partial<UsageAsked>): UsageAsked => ({
    groupBy: [],
    tz: 'UTC',
    from: 0n,
    to: 2n ** 62n,
    filters: {},
    ...part,
  })
  const questions: [string, UsageAsked][] = [
    ['by day and model', asked({ groupBy: ['model'], interval: 'day' })],
    ['by day of Berlin and model', asked({ groupBy: ['model'], interval: 'day', tz: 'Europe/Berlin' })],
    ['by hour and tool', asked({ groupBy: ['tool'], interval: 'hour' })],
    ['by session and model', asked({ groupBy: ['session', 'model'] })],
    ['of one session', asked({ groupBy: ['model'], filters: { session: 's7' } })],
    ['totals', asked({})],
  ]
  const rows: (string | number)[][] = []
  for (const [name, question] of questions) {
    const times: number[] = []
    let groups = 0
    for (let round = 0; round < 9; round++) {
      const started = performance.now()
      groups = (await readUsage(store, question)).groups.length
      times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    rows.push([name, `${times[0]?.toFixed(0)} ms`, `${times[4]?.toFixed(0)} ms`, groups])
  }
  console.log(table([`/api/usage over ${count} calls`, 'best of 9', 'median', 'rows'], rows))
} finally {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}
