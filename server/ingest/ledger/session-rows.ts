// session-rows.ts: the rows of `sessions` brought up to date, writing as little as it takes.
import { list, query, text } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'
import { chunks } from './chunks.ts'
import type { Session } from './session.ts'
import { sessionWriter } from './writers.ts'

export type SessionId = Pick<Session, 'tool' | 'sessionId'>

/** Sessions that a statement names as values. */
const namedMax = 200
/** Up to so many in a group only their last times are written; of more, a row takes longer that way (1,000: 88 ms, not 28). */
const updatedMax = 32
/** From here on a time is written with another value than it has (fill-column.ts). */
const plainTimeMax = 2n ** 62n

/**
 * Writes sessions as they are after a group; `before` is the row that is there. Where a row has to be appended anyway the others
 * go with it: a statement more takes as long as all of them.
 */
export async function writeSessions(tx: Tx, changed: { before: Session | undefined; after: Session }[]): Promise<void> {
  const after = changed.map((own) => own.after)
  const isUpdate =
    changed.length <= updatedMax && changed.every((own) => own.before && onlyWentOn(own.before, own.after))
  if (isUpdate) return await updateLast(tx, after)
  await deleteSessions(
    tx,
    'sessions',
    changed.flatMap((own) => (own.before ? [own.after] : [])),
  )
  await tx.append(sessionWriter, after)
}

/** Whether a session is what it was but for the time of its last record: so it is in nearly every group that has some of it. */
function onlyWentOn(before: Session, after: Session): boolean {
  if (before.last === after.last || after.last >= plainTimeMax) return false
  const was: Record<string, unknown> = before
  const is: Record<string, unknown> = after
  for (const field in { ...was, ...is })
    if (field !== 'last' && field !== 'sources' && was[field] !== is[field]) return false
  return before.sources.join() === after.sources.join()
}

/**
 * Moves the ends of sessions. To delete their rows and to append them anew took twice as long (a transaction's CPU with one
 * session 3.1 ms instead of 1.6, with eight 4.3 instead of 2.4, on a busy machine), since twenty columns go in for one.
 */
async function updateLast(tx: Tx, sessions: Session[]): Promise<void> {
  for (const [tool, own] of Map.groupBy(sessions, (session) => session.tool)) {
    const names = own.map((_, at) => `$s${at}`)
    const cases = own.map((_, at) => `when $s${at} then $l${at}::bigint`)
    const params: Record<string, string | bigint> = { tool }
    own.forEach(({ sessionId, last }, at) => {
      params[`s${at}`] = sessionId
      params[`l${at}`] = last
    })
    await tx.run(
      `update sessions set last_time = make_timestamp_ns(case session_id ${cases.join(' ')} end)
      where tool = $tool and session_id in (${names.join(', ')})`,
      params,
    )
  }
}

/**
 * Deletes rows of sessions by values in the statement where they are few: against a list of keys as a table it took three times
 * as long. Many are such a list: a statement with 80,000 values was not planned after five minutes.
 */
export async function deleteSessions(tx: Tx, table: string, sessions: SessionId[]): Promise<void> {
  for (const [tool, own] of Map.groupBy(sessions, (session) => session.tool)) {
    for (const some of chunks(own)) {
      const ids = some.map(({ sessionId }) => sessionId)
      if (ids.length > namedMax) {
        const where = 'tool = $tool and session_id in (select unnest($sessions))'
        await query(
          `delete from ${table} where ${where}`,
          { tool: text, sessions: list(text) },
          {},
        )(tx, { tool, sessions: ids })
        continue
      }
      const names = ids.map((_, at) => `$s${at}`)
      const params = Object.fromEntries(ids.map((id, at) => [`s${at}`, id]))
      await tx.run(`delete from ${table} where tool = $tool and session_id in (${names.join(', ')})`, {
        tool,
        ...params,
      })
    }
  }
}
