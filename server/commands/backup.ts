// backup.ts: `telltale backup FILE` and `telltale restore FILE`.
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { restore as restoreDatabase } from '../store/backup.ts'
import { connect, withClient } from './client.ts'
import { documentOf, printDocument } from './document.ts'
import { bytes } from './words.ts'

/** Through the running server, which goes on taking records; else on the file itself. */
export async function backup(config: Config, file: string, options: { json?: boolean }): Promise<void> {
  const output = resolve(file)
  const made = await withClient(config, (client) =>
    client.send<{ output: string; bytes: number; durationMs: number }>('POST', '/api/backup', { output }),
  )
  process.stdout.write(
    options.json
      ? documentOf(made)
      : `${made.output}: ${bytes(made.bytes)} in ${(made.durationMs / 1000).toFixed(1)} s\n`,
  )
}

/** @throws Error when a server runs, a database is there (without `force`), or the file is no backup. */
export async function restore(
  config: Config,
  file: string,
  options: { force?: boolean; json?: boolean },
): Promise<void> {
  const running = await connect(config)
  if (running?.server)
    throw new Error(
      `a server (process ${running.server.pid}) uses ${config.database}; stop it, restore, and start it again`,
    )
  const { aside } = await restoreDatabase(file, config.database, options.force === true)
  if (options.json) {
    printDocument({ database: config.database, ...(aside ? { aside } : {}) })
    return
  }
  process.stdout.write(`${config.database} is what ${file} was\n`)
  if (aside) process.stdout.write(`the database before it is ${aside}\n`)
}
