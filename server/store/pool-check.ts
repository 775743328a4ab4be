// pool-check.ts: whether slow queries leave threads for the writer, found out by trying.
import { availableParallelism } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'
import { closeInstance } from './allocator.ts'

/** Far longer than anyone waits. Interrupted as soon as it is known what was asked. */
const endless = 'select count(*) from range(1000000000000)'
const interruptEveryMs = 5

/**
 * Starts more endless queries than readers are ever at work at once, and asks for one row beside them. With a work pool as
 * large as pool-size.ts wants it that comes at once; with one of as many threads as cores it never would.
 *
 * @returns whether it came within `timeoutMs`.
 */
export async function poolIsLargeEnough(timeoutMs = 2000, slow = availableParallelism() + 2): Promise<boolean> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connections = await Promise.all(Array.from({ length: slow + 1 }, () => instance.connect()))
  const quick = connections[0]!
  const rest = connections.slice(1)
  const busy = Promise.allSettled(rest.map((connection) => connection.run(endless)))
  const answered = quick.run('select 1').then(() => true)
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), timeoutMs)
  const isEnough = await Promise.race([answered, late.promise])
  clearTimeout(timer)
  // A query that has not begun cannot be interrupted yet.
  const again = setInterval(() => {
    for (const connection of rest) connection.interrupt()
  }, interruptEveryMs)
  await busy
  clearInterval(again)
  await answered
  for (const connection of connections) connection.closeSync()
  await closeInstance(instance)
  return isEnough
}
