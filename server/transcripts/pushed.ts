// pushed.ts: transcripts of other machines: stored with how far they were read, tagged with the machine and the user.
import type { Telemetry } from '#proto/telemetry.ts'
import type { Core } from '../core.ts'
import { rowsOf } from '../ingest/batch.ts'
import { type FileRecord, loadRecords, storeRecords } from './file-records.ts'
import { type PushBody, telemetryOf } from './push-shape.ts'
import { withoutSecrets } from './submit.ts'
import { loadRemoved, within } from './window.ts'

/**
 * A file of another machine among those of this one: `claude-code@laptop:/home/ann/…`. It never is a path of this machine,
 * because those begin with a slash or a drive.
 */
const prefixOf = (tool: string, host: string) => `${tool}@${host}:`

/** Where the last push of a machine ended, by file, with the paths it knows. */
export async function pushedFiles(
  { store }: Pick<Core, 'store'>,
  tools: readonly string[],
  host: string,
): Promise<FileRecord[]> {
  const known = await store.reader((reader) => loadRecords(reader, tools), { timeoutMs: 60_000 })
  return [...known.values()].flatMap((record) => {
    const prefix = prefixOf(record.tool, host)
    return record.path.startsWith(prefix) ? [{ ...record, path: record.path.slice(prefix.length) }] : []
  })
}

/**
 * Stores a batch and its files' places in one transaction, so that a push that is cut off anywhere goes on where it was.
 * Sessions that were deleted here stay away.
 *
 * @param user whose token brought it; counts before the name that the machine gives.
 * @returns the records that were taken.
 * @throws Unavailable when nothing was stored
 */
export async function storePushed(
  { store, ingest }: Pick<Core, 'store' | 'ingest'>,
  body: PushBody,
  bytes: number,
  user: string | undefined,
): Promise<number> {
  const { host } = body
  const removed = await store.reader((reader) => loadRemoved(reader))
  const { kept } = within(telemetryOf(body), {}, removed)
  const records = (body.files as FileRecord[]).map((file) => ({
    ...file,
    path: `${prefixOf(file.tool, host)}${file.path}`,
  }))
  const owner = user ?? body.user
  await ingest.submit(tagged(kept, host), {
    source: 'transcript',
    bytes,
    ...(owner === undefined ? {} : { user: owner }),
    alongside: (tx) => storeRecords(tx, withoutSecrets(ingest, records)),
  })
  return rowsOf(kept)
}

/** The machine's name on everything that names none. */
function tagged(telemetry: Telemetry, host: string): Telemetry {
  for (const record of [...telemetry.calls, ...telemetry.aggregates, ...telemetry.toolCalls, ...telemetry.sessions])
    record.host ??= host
  return telemetry
}
