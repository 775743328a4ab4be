// ask.ts: one read-only statement of a user, within limits of time, rows and bytes.
import { messageOf, QueryTimeout } from '../../store/errors.ts'
import type { Reader, Store } from '../../store/store.ts'
import { ApiError, badRequest, unprocessable } from '../errors.ts'
import { sqlValue, weightOf } from './values.ts'

export type SqlAnswer = {
  columns: { name: string; type: string }[]
  rows: unknown[][]
  /** Whether there was more than is answered: rows beyond the limit, or a text that was cut. */
  truncated: boolean
  durationMs: number
}

const timeoutMs = 10_000
/** Of JSON text; more would be neither read nor needed. */
const answerBytesMax = 32 * 1024 * 1024
/** A longer text is cut inside the database, before it fills our memory. */
const textLengthMax = 1_000_000

/**
 * Lets one statement run at a time, and a few wait: there are as many readers as cores, and the page needs one.
 *
 * The statement runs as a subquery, so whatever it is, it can only be read from. The database itself refuses to touch other
 * files, to load extensions and to change settings (server/store/engine.ts).
 */
export function createAsk(store: Store): (sql: string, rowsMax: number) => Promise<SqlAnswer> {
  const waitingMax = 8
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()

  return async (sql, rowsMax) => {
    if (waiting >= waitingMax) throw new ApiError(429, 'too many statements wait already; try again in a moment', 2)
    waiting++
    const answer = turn.then(() => store.reader((reader) => run(reader, sql, rowsMax), { timeoutMs }))
    turn = answer.catch(() => {})
    try {
      return await answer
    } catch (error) {
      throw refused(error)
    } finally {
      waiting--
    }
  }
}

async function run(reader: Reader, sql: string, rowsMax: number): Promise<SqlAnswer> {
  const started = performance.now()
  const statement = sql.trim().replace(/(\s*;)+$/, '')
  if (statement === '') throw badRequest('sql: is empty; give one SELECT')
  await onlySelect(reader, statement)
  const described = await reader.all(`describe select * from ${within(statement)}`)
  const columns = described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
  const bounded = `select ${columns.map(boundedColumn).join(', ')}\nfrom ${within(statement)} as asked (${columns
    .map((_, index) => `c${index}`)
    .join(', ')})\nlimit ${rowsMax + 1}`
  await onlySelect(reader, bounded)
  const result = await reader.read(bounded, undefined, rowsMax + 1)
  const found = result.getRows()
  let truncated = found.length > rowsMax
  let weight = 0
  const rows: unknown[][] = []
  for (const row of found.slice(0, rowsMax)) {
    const values = row.map((value) => {
      const plain = sqlValue(value)
      if (typeof plain !== 'string' || plain.length <= textLengthMax) return plain
      truncated = true
      return plain.slice(0, textLengthMax)
    })
    weight += weightOf(values)
    if (weight > answerBytesMax) {
      truncated = true
      break
    }
    rows.push(values)
  }
  return { columns, rows, truncated, durationMs: Math.round((performance.now() - started) * 10) / 10 }
}

/** The statement in brackets, each on a line of its own because it may end in a comment. */
const within = (statement: string) => `(\n${statement}\n)`

function boundedColumn({ type }: { type: string }, index: number): string {
  return type === 'VARCHAR' || type === 'JSON' ? `left(c${index}, ${textLengthMax + 1}) as c${index}` : `c${index}`
}

async function onlySelect(reader: Reader, sql: string): Promise<void> {
  const { count, isSelect } = await reader.statements(sql)
  if (count === 0) throw badRequest('sql: holds no statement; give one SELECT')
  if (count > 1) throw badRequest(`sql: holds ${count} statements; give one SELECT`)
  if (!isSelect) throw badRequest('sql: is not a SELECT; only reading is allowed here')
}

/** What the database says is the user's to mend, except trouble of its own. */
function refused(error: unknown): unknown {
  if (error instanceof ApiError || error instanceof QueryTimeout) return error
  const message = messageOf(error)
  if (/^Out of Memory Error/.test(message))
    return unprocessable('the statement needs more memory than it may have; narrow it down')
  const kind = /^([A-Z][A-Za-z-]+ Error|INTERNAL Error|Parser Error): /.exec(message)?.[1]
  if (!kind || kind === 'IO Error' || kind === 'FATAL Error' || kind === 'INTERNAL Error') return error
  return badRequest(`sql: ${message}`)
}
