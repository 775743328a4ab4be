// transcript-database.ts: OpenCode's SQLite store, page by page, beginning with what changed since the last time.
import type { TranscriptFile, TranscriptSlice } from '#proto/agent.ts'
import { isObject, numberOf, objectOf, parseJson, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { isCorrupt, openSqlite, type SqliteFile } from '../sqlite-file.ts'
import { addPart, addRequests, addSession, type Message, type Part, type Session, tool } from './transcript-records.ts'

/** Up to where a former reading saw changes, in OpenCode's own clock (ms). */
type Watermark = { updated: number }

const pageMessages = 100
/** A session's stamp may lag behind its messages'; reading a day again costs nothing, since nothing counts twice. */
const lookBackMs = 24 * 60 * 60 * 1000
/** Sessions whose newest messages are looked at even if the session itself was not stamped since. */
const recentMessages = 200

export function* readDatabase(
  file: TranscriptFile,
  stored: unknown,
): Generator<TranscriptSlice & { watermark: Watermark }> {
  const before = numberOf(objectOf(stored).updated) ?? 0
  const database = openSqlite(file.path)
  try {
    if (!database.has('session', 'id', 'directory') || !database.has('message', 'id', 'session_id', 'data')) {
      const reason = 'not a store that this version knows: no table of sessions or messages'
      yield { telemetry: new RecordBatch(tool).build(), skipped: [{ reason }], watermark: { updated: before } }
      return
    }
    let updated = before
    for (const row of changedSessions(database, before)) {
      updated = Math.max(updated, numberOf(row.time_updated) ?? 0)
      // The watermark moves only with the last page: a reading that is cut off begins again, and nothing counts twice.
      for (const slice of readable(sessionPages(database, file, row, Math.max(0, before - lookBackMs)), row))
        yield { ...slice, watermark: { updated: before } }
    }
    yield { telemetry: new RecordBatch(tool).build(), skipped: [], watermark: { updated } }
  } finally {
    database.close()
  }
}

/** A page of the file that is damaged takes the rest of its session, and not the sessions after it. */
function* readable(slices: Generator<TranscriptSlice>, row: Record<string, unknown>): Generator<TranscriptSlice> {
  try {
    yield* slices
  } catch (error) {
    if (!isCorrupt(error)) throw error
    const reason = `session ${textOf(row.id) ?? ''}: what follows cannot be read: ${(error as Error).message}`
    yield { telemetry: new RecordBatch(tool).build(), skipped: [{ reason }] }
  }
}

function changedSessions(database: SqliteFile, since: number): Record<string, unknown>[] {
  return database.rows(
    `select * from session
     where time_updated >= $since
        or id in (select session_id from (select session_id from message order by id desc limit ${recentMessages}))
     order by time_updated, id`,
    { $since: since },
  )
}

function* sessionPages(
  database: SqliteFile,
  file: TranscriptFile,
  row: Record<string, unknown>,
  since: number,
): Generator<TranscriptSlice> {
  const session: Session = { id: textOf(row.id) ?? '' }
  const [parentId, directory] = [textOf(row.parent_id), textOf(row.directory)]
  if (parentId) session.parentId = parentId
  if (directory) session.directory = directory
  const born = numberOf(row.time_created)
  const origin = born === undefined ? undefined : originOf(database, session.id, born)
  if (origin) session.forkedFrom = origin
  const own = origin ? (born as number) : 0
  const batch = new RecordBatch(tool)
  addSession(batch, session, row)
  // A column of texts may hold bytes or nothing. They come after all texts, so that no page would ever be the last.
  const [odd] = database.rows(
    "select count(*) as messages from message where session_id = $session and typeof(id) <> 'text'",
    { $session: session.id },
  )
  const without = numberOf(odd?.messages) ?? 0
  const reason = `session ${session.id}: ${without} messages without an id that is a text`
  yield { telemetry: batch.build(), skipped: without > 0 ? [{ reason }] : [] }
  let after = ''
  for (;;) {
    const rows = database.rows(
      `select id, data, time_created from message m
       where session_id = $session and typeof(id) = 'text' and id > $after and coalesce(time_created, $own) >= $own
         and (time_updated >= $since
          or exists (select 1 from part p where p.message_id = m.id and p.time_updated >= $since))
       order by id limit ${pageMessages}`,
      { $session: session.id, $after: after, $own: own, $since: since },
    )
    if (rows.length === 0) return
    after = textOf(rows.at(-1)?.id) ?? after
    yield page(database, file, session, rows)
  }
}

/**
 * The session that a fork was made from. A fork copies the messages with new ids and their own times, and nothing says so: they are
 * older than the fork, and a session that was there by then has messages of the same times. When that is gone, they are the fork's.
 */
function originOf(database: SqliteFile, sessionId: string, born: number): string | undefined {
  const [copied] = database.rows(
    'select time_created from message where session_id = $session and time_created < $born order by id limit 1',
    { $session: sessionId, $born: born },
  )
  const time = numberOf(copied?.time_created)
  if (time === undefined) return undefined
  const [origin] = database.rows(
    `select session.id from session join message on message.session_id = session.id
     where message.time_created = $time and session.time_created <= $time and session.id <> $session
     order by session.time_created, session.id limit 1`,
    { $time: time, $session: sessionId },
  )
  return textOf(origin?.id)
}

function page(
  database: SqliteFile,
  file: TranscriptFile,
  session: Session,
  rows: Record<string, unknown>[],
): TranscriptSlice {
  const batch = new RecordBatch(tool)
  const skipped: { reason: string }[] = []
  const parts = Map.groupBy(
    database.rows(
      `select id, message_id, data from part where session_id = $session and message_id between $first and $last
       order by message_id, id`,
      { $session: session.id, $first: textOf(rows[0]?.id) ?? '', $last: textOf(rows.at(-1)?.id) ?? '' },
    ),
    (part) => textOf(part.message_id) ?? '',
  )
  for (const row of rows) {
    const id = textOf(row.id) ?? ''
    const data = parseJson(textOf(row.data) ?? '')
    if (!isObject(data)) {
      skipped.push({ reason: `message ${id}: not JSON` })
      continue
    }
    const created = numberOf(row.time_created)
    const fallbackTime = created === undefined ? file.modifiedUnixNano : BigInt(Math.round(created)) * 1_000_000n
    const message: Message = { id, session, data, fallbackTime }
    const own: Part[] = []
    for (const [order, part] of (parts.get(id) ?? []).entries()) {
      const json = parseJson(textOf(part.data) ?? '')
      if (isObject(json)) own.push({ id: textOf(part.id) ?? '', data: json, order })
      else skipped.push({ reason: `part ${textOf(part.id)}: not JSON` })
    }
    addRequests(batch, message, own)
    for (const part of own) addPart(batch, message, part)
  }
  return { telemetry: batch.build(), skipped }
}
