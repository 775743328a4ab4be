// compact.ts: `telltale compact`: the database file written anew, smaller.
import type { Config } from '../config.ts'
import { lastOf, withClient } from './client.ts'
import { documentOf } from './document.ts'
import { bytes } from './words.ts'

type Summary = { bytesBefore: number; bytesAfter: number; durationMs: number; pausedMs: number }

/** Through the running server, which goes on taking records; else on the file itself. */
export async function compact(config: Config, options: { json?: boolean }): Promise<void> {
  const done = await withClient(config, (client) =>
    lastOf<Summary>(client.lines('/api/compact', {}), 'it was cut off, and the file is as it was; run it again'),
  )
  process.stdout.write(
    options.json
      ? documentOf(done)
      : `${bytes(done.bytesBefore)} before, ${bytes(done.bytesAfter)} now, in ${(done.durationMs / 1000).toFixed(1)} s\n`,
  )
}
