// ask.ts: one read-only statement of a user, within limits of time, rows and bytes.
import { messageOf, QueryTimeout, QueryTooLarge } from '../../store/errors.ts'
import type { ReadConnection, Reader, Store } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import { ApiError, badRequest, unprocessable } from '../errors.ts'
import { onlyReadingFunctions } from './table-functions.ts'
import { sqlValue } from './values.ts'

export type SqlAnswer = {
  columns: { name: string; type: string }[]
  rows: unknown[][]
  /** Whether there was more than is answered: rows beyond the limit, or a text that was cut. */
  truncated: boolean
  durationMs: number
}

/** Runs a statement; tells how many wait for their turn. */
export type Ask = ((sql: string, rowsMax: number) => Promise<SqlAnswer>) & { waiting(): number }

const usualTimeoutMs = 10_000
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
export function createAsk(store: Store, timeoutMs = usualTimeoutMs): Ask {
  const waitingMax = 8
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()

  async function ask(sql: string, rowsMax: number): Promise<SqlAnswer> {
    if (waiting >= waitingMax) throw new ApiError(429, 'too many statements wait already; try again in a moment', 2)
    waiting++
    const answer = turn.then(() => {
      noneGoesOn(store)
      return store.reader((reader) => run(reader, sql, rowsMax), { timeoutMs })
    })
    turn = answer.catch(() => {})
    try {
      return await answer
    } catch (error) {
      throw refused(error)
    } finally {
      waiting--
    }
  }
  return Object.assign(ask, { waiting: () => Math.max(0, waiting - 1) })
}

async function run(reader: ReadConnection, sql: string, rowsMax: number): Promise<SqlAnswer> {
  const started = performance.now()
  const statement = await checkedStatement(reader, sql)
  const described = await reader.all(`describe select * from ${within(statement)}`)
  const columns = described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
  const bounded = boundedStatement(statement, columns, rowsMax + 1)
  await onlySelect(reader, bounded)
  const result = await reader.inBackground(bounded)
  const { rows, truncated } = await inTurns(rowsOf(result, rowsMax))
  return { columns, rows, truncated, durationMs: Math.round((performance.now() - started) * 10) / 10 }
}

/**
 * A statement that the database does not stop keeps a reader: a second one could take the last, and with it the page.
 *
 * @throws ApiError while one goes on
 */
export function noneGoesOn(store: Store): void {
  if (store.queries().stuck > 0)
    throw new ApiError(503, 'the statement before took too long and cannot be stopped yet; try again later', 10)
}

type WideResult = Awaited<ReturnType<ReadConnection['inBackground']>>

/** The rows of a result as JSON, in steps: beside answers of 100,000 log records all others waited up to 2.1 s, now 0.5. */
function* rowsOf(result: WideResult, rowsMax: number): Generator<void, Pick<SqlAnswer, 'rows' | 'truncated'>> {
  const rows: unknown[][] = []
  let wasCut = false
  for (let index = 0; index < result.chunkCount; index++) {
    for (const row of result.getChunk(index).getRows()) {
      const fits = row.pop()
      if (rows.length === rowsMax || fits !== true) return { rows, truncated: true }
      rows.push(
        row.map((value) => {
          const plain = sqlValue(value)
          if (typeof plain !== 'string' || plain.length <= textLengthMax) return plain
          wasCut = true
          return plain.slice(0, textLengthMax)
        }),
      )
    }
    yield
  }
  return { rows, truncated: wasCut }
}

/** The statement, if it only reads. @throws ApiError when it does anything else */
export async function checkedStatement(reader: Reader, sql: string): Promise<string> {
  const statement = sql.trim().replace(/(\s*;)+$/, '')
  beginsReading(statement)
  await onlyReadingFunctions(reader, statement)
  await onlySelect(reader, statement)
  return statement
}

/** The statement in brackets, each on a line of its own because it may end in a comment. */
export const within = (statement: string) => `(\n${statement}\n)`

/**
 * The statement with its rows numbered off, long texts cut, and rows emptied once the answer is large enough: all inside
 * the database, before anything fills our memory. The last column says whether a row still fits.
 */
function boundedStatement(statement: string, columns: readonly { type: string }[], rows: number): string {
  const names = columns.map((_, index) => `c${index}`)
  const isText = (index: number) => /^(VARCHAR|JSON)$/.test(columns[index]!.type)
  const isNested = (index: number) => /\[|^(STRUCT|MAP|UNION)/.test(columns[index]!.type)
  const weights = names.map((name, index) => {
    if (isText(index)) return `least(coalesce(strlen(${name}), 4), ${textLengthMax})`
    if (columns[index]!.type === 'BLOB') return `coalesce(octet_length(${name}) * 4, 4)`
    return isNested(index) ? `coalesce(strlen(${name}::varchar), 4)` : '8'
  })
  const values = names.map((name, index) => {
    const value = isText(index) ? `left(${name}, ${textLengthMax + 1})` : name
    return `case when fits then ${value} end`
  })
  return `select ${[...values, 'fits'].join(', ')}
from (
  select *, sum(${weights.join(' + ')}) over (rows unbounded preceding) < ${answerBytesMax} as fits
  from (select * from ${within(statement)} as asked (${names.join(', ')}) limit ${rows})
)`
}

/**
 * Statements are told apart before the database prepares them: preparing a CALL already runs code of the function.
 */
function beginsReading(statement: string): void {
  const [, word] = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|\()*([A-Za-z]*)/.exec(statement)!
  if (word === '' || word === undefined) throw badRequest('sql: holds no statement; give one SELECT')
  const reading = ['select', 'with', 'from', 'values', 'table', 'describe', 'desc', 'show', 'summarize']
  if (!reading.includes(word.toLowerCase()))
    throw badRequest(`sql: ${word} is not a SELECT; only reading is allowed here`)
}

async function onlySelect(reader: Reader, sql: string): Promise<void> {
  const { count, isSelect } = await reader.statements(sql)
  if (count === 0) throw badRequest('sql: holds no statement; give one SELECT')
  if (count > 1) throw badRequest(`sql: holds ${count} statements; give one SELECT`)
  if (!isSelect) throw badRequest('sql: is not a SELECT; only reading is allowed here')
}

/** What the database says is the user's to mend, except trouble of its own. */
export function refused(error: unknown): unknown {
  if (error instanceof ApiError || error instanceof QueryTimeout) return error
  const message = messageOf(error)
  if (error instanceof QueryTooLarge || /^Out of Memory Error/.test(message))
    return unprocessable('the statement needs more memory than it may have; narrow it down')
  const [, kind] = /(?:^|: )((?:[A-Za-z]+ )+Error): /.exec(message) ?? []
  if (!kind || /^(IO|FATAL|INTERNAL) /.test(kind)) return error
  return badRequest(`sql: ${message}`)
}
