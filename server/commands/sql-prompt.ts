// sql-prompt.ts: a prompt for statements, with their history and with what DuckDB would complete.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import { writeWhole } from './edit-file.ts'
import { ask } from './sql.ts'
import { formats, type SqlFormat, written } from './sql-formats.ts'

const historyMax = 1000
const help = `A statement ends with a semicolon and may have several lines. Only reading is possible.
  .tables            the tables and views
  .schema TABLE      the columns of one
  .format ${formats.slice(0, 3).join('|')}
  .quit              or Ctrl-D
`
const commands = ['.tables', '.schema', '.format', '.help', '.quit']

/** Runs until `.quit` or the end of input; every statement finds the server that then runs. */
export async function prompt(config: Config, format: SqlFormat): Promise<void> {
  const historyFile = join(config.home, 'sql-history')
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: true,
    history: readHistory(historyFile),
    historySize: historyMax,
    removeHistoryDuplicates: true,
    prompt: 'telltale> ',
    completer: (line: string, told: (error: null, found: [string[], string]) => void) =>
      void offers(config, `${statement}${line}`, line).then((found) => told(null, found)),
  })
  let statement = ''
  let shownAs = format
  const next = () => {
    lines.setPrompt(statement === '' ? 'telltale> ' : '       -> ')
    lines.prompt()
  }
  lines.on('SIGINT', () => {
    statement = ''
    // What was typed of the line goes, too.
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    process.stdout.write('\n')
    next()
  })
  process.stdout.write('.help lists what can be typed; a statement ends with ;\n')
  next()
  for await (const line of lines) {
    if (statement === '' && line.trim().startsWith('.')) {
      const [command, argument] = line.trim().split(/\s+/)
      if (command === '.quit' || command === '.exit') break
      if (command === '.format' && formats.slice(0, 3).some((one) => one === argument)) shownAs = argument as SqlFormat
      else if (command === '.tables') await answer(config, tablesSql, shownAs)
      else if (command === '.schema' && argument) await answer(config, `describe ${argument}`, shownAs)
      else process.stdout.write(help)
    } else {
      statement += `${line}\n`
      if (/;\s*$/.test(line)) {
        const asked = statement
        statement = ''
        await answer(config, asked, shownAs)
      } else if (statement.trim() === '') statement = ''
    }
    next()
  }
  lines.close()
  keepHistory(config.home, historyFile, (lines as unknown as { history: string[] }).history)
}

const tablesSql = `select table_name as name, estimated_size as rows
from duckdb_tables() where database_name = 'db'
union all
select view_name, null from duckdb_views() where database_name = 'db' and not internal
order by 1`

/** A statement that fails is told; the prompt goes on. */
async function answer(config: Config, statement: string, format: SqlFormat): Promise<void> {
  try {
    const answer = await ask(config, statement)
    process.stdout.write(written(answer, format, process.stdout))
    const rows = answer.rows.length
    process.stdout.write(
      `${rows}${answer.truncated ? '+' : ''} ${rows === 1 ? 'row' : 'rows'}, ${answer.durationMs} ms\n`,
    )
  } catch (error) {
    process.stdout.write(`${oneLine(error instanceof Error ? error.message : String(error)).replace(/^sql: /, '')}\n`)
  }
}

/** What the word before the cursor may go on to, and that word. */
async function offers(config: Config, statement: string, line: string): Promise<[string[], string]> {
  if (line.startsWith('.')) return [commands.filter((command) => command.startsWith(line)), line]
  const word = /[\w.]*$/.exec(line)![0]
  try {
    const sql = `select suggestion from sql_auto_complete('${statement.replaceAll("'", "''")}')`
    const { rows } = await ask(config, sql)
    const found = rows.map(([suggestion]) => String(suggestion).trim())
    // Near misses are offered, too: in a terminal only what goes on is of use.
    const last = word.split('.').at(-1)!
    return [found.filter((one) => one.toLowerCase().startsWith(last.toLowerCase())), last]
  } catch {
    return [[], word]
  }
}

/** The newest first, as readline keeps it. */
function readHistory(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .reverse()
  } catch {
    return []
  }
}

function keepHistory(home: string, path: string, history: string[]): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    writeWhole(path, `${history.slice(0, historyMax).reverse().join('\n')}\n`)
  } catch {
    // A home that cannot be written to has no history.
  }
}
