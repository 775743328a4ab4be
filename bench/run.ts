// run.ts: `make bench`: every measurement in this folder, one after the other, in one run on one machine.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Modules that others share; they measure nothing by themselves. */
const shared = new Set([
  'run.ts',
  'feed.ts',
  'generate.ts',
  'history.ts',
  'page-records.ts',
  'table.ts',
  'server.ts',
  'ceiling.ts',
])
/** Those that want minutes, most of them a browser too, run when they are named. */
const onlyNamed = new Set(['rebuild.ts', 'page.ts', 'page-latency.ts', 'page-memory.ts'])
const wanted = process.argv.slice(2)

const modules = readdirSync(import.meta.dir)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !shared.has(name))
  .filter((name) => (wanted.length === 0 ? !onlyNamed.has(name) : wanted.includes(name.replace(/\.ts$/, ''))))
  .sort()
if (modules.length === 0) {
  console.error(`bench: there is no measurement named ${wanted.join(', ')}`)
  process.exit(2)
}
let failed = false
for (const name of modules) {
  console.log(`\n${name.replace(/\.ts$/, '')}`)
  // A process each: what one leaves in memory must not slow the next.
  const child = Bun.spawn([process.execPath, join(import.meta.dir, name)], {
    stdout: 'inherit',
    stderr: 'inherit',
    stdin: 'ignore',
  })
  if ((await child.exited) !== 0) failed = true
}
process.exit(failed ? 1 : 0)
