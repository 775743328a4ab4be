// toml-config.ts: edits one table of a TOML file that belongs to somebody else; everything else stays byte for byte.
import { parse, TomlError } from 'smol-toml'
import { UnusableConfig } from '#proto/setup.ts'
import { same } from './json-config.ts'
import { isObject, type JsonObject } from './json-values.ts'
import { type TomlStatement, tomlStatements } from './toml-statements.ts'

/** A value as it is written: text, switch, list of texts or (nested) table. */
export type TomlValue = string | boolean | string[] | { [key: string]: TomlValue }

/**
 * The text as an object; an empty one for no text.
 *
 * @throws UnusableConfig naming the line of the error.
 */
export function readToml(text: string | undefined): JsonObject {
  try {
    return parse((text ?? '').replace(/^\uFEFF/, '')) as JsonObject
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw new UnusableConfig(`line ${error.line}, column ${error.column}: ${error.message.split('\n')[0]}`)
  }
}

/**
 * The text with `table` holding these values; the very same text when it does already. However the table is written (a header,
 * dotted keys, sub-tables, inline), only what says one of the values is replaced.
 *
 * @throws UnusableConfig when the text is broken, or is written in a way that cannot be edited without touching the rest.
 */
export function changeTable(current: string | undefined, table: string, values: Record<string, TomlValue>): string {
  const before = readToml(current)
  const present = before[table]
  if (present !== undefined && !isObject(present)) throw new UnusableConfig(`${table} is not a table`)
  const changed = Object.entries(values).filter(([key, value]) => !same(plain(present?.[key]), value))
  if (changed.length === 0) return current ?? ''
  let text = current ?? ''
  for (const [key, value] of changed) text = setKey(text, table, key, value)
  const wanted = { ...plain(before), [table]: { ...plain(present ?? {}), ...Object.fromEntries(changed) } }
  if (!same(plain(parsed(text)), wanted))
    throw new UnusableConfig(`its [${table}] is written in a way that cannot be edited safely; set it by hand`)
  return text
}

/** The text with `key = value` before its first table; only for a key that is not there. */
export function addRootKey(current: string | undefined, key: string, value: TomlValue): string {
  const text = current ?? ''
  const before = readToml(current)
  const line = `${key} = ${written(value)}${eolOf(text)}`
  const statements = tomlStatements(text)
  const header = statements.findIndex(({ kind }) => kind === 'header')
  const last = statements[(header < 0 ? statements.length : header) - 1]
  const mark = text.startsWith('\uFEFF') ? 1 : 0
  const result = last
    ? insert(text, last.lineEnd, line)
    : insert(text, mark, text.length > mark ? line + eolOf(text) : line)
  if (!same(plain(parsed(result)), { ...plain(before), [key]: value }))
    throw new UnusableConfig(`${key} cannot be added safely; set it by hand`)
  return result
}

function parsed(text: string): JsonObject {
  try {
    return readToml(text)
  } catch {
    return {}
  }
}

function setKey(text: string, table: string, key: string, value: TomlValue): string {
  const statements = tomlStatements(text)
  const whole = statements.find(({ kind, path }) => kind === 'key' && path.length === 1 && path[0] === table)
  if (whole) {
    const merged = { ...(plain(readToml(text)[table]) as Record<string, TomlValue>), [key]: value }
    return replace(text, whole.valueStart, whole.valueEnd, written(merged))
  }
  const own = statements.filter(({ path }) => path[0] === table && path[1] === key)
  const [exact] = own
  if (own.length === 1 && exact?.kind === 'key' && exact.path.length === 2)
    return replace(text, exact.valueStart, exact.valueEnd, written(value))
  // Spread over dotted keys or sub-tables: they go, from the last to the first, and one line comes instead.
  for (const statement of own.reverse()) text = replace(text, statement.start, statement.lineEnd, '')
  return addKey(text, table, key, value)
}

function addKey(text: string, table: string, key: string, value: TomlValue): string {
  const eol = eolOf(text)
  const statements = tomlStatements(text)
  const inTable = (statement: TomlStatement) => statement.table.length === 1 && statement.table[0] === table
  const last = statements.findLast(inTable)
  if (last) return insert(text, last.lineEnd, `${key} = ${written(value)}${eol}`)
  const dotted = statements.findLast(({ table: of, path }) => of.length === 0 && path[0] === table)
  if (dotted) return insert(text, dotted.lineEnd, `${table}.${key} = ${written(value)}${eol}`)
  const gap = text.trim() === '' ? '' : text.endsWith('\n') ? eol : eol + eol
  return `${text}${gap}[${table}]${eol}${key} = ${written(value)}${eol}`
}

const replace = (text: string, start: number, end: number, by: string) => text.slice(0, start) + by + text.slice(end)

/** Puts a line in; the line before it may be the last one and have no end. */
function insert(text: string, at: number, line: string): string {
  const joint = at > 0 && text[at - 1] !== '\n' && text[at - 1] !== '\uFEFF' ? eolOf(text) : ''
  return text.slice(0, at) + joint + line + text.slice(at)
}

const eolOf = (text: string) => (text.includes('\r\n') ? '\r\n' : '\n')

function written(value: TomlValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => written(one)).join(', ')}]`
  if (!isObject(value)) return String(value)
  const pairs = Object.entries(value as { [key: string]: TomlValue })
  return `{ ${pairs.map(([key, one]) => `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)} = ${written(one)}`).join(', ')} }`
}

/** Without prototypes, so that tables of the parser and ours compare equal. */
function plain(value: unknown): JsonObject {
  return strip(value) as JsonObject
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip)
  if (!isObject(value) || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, strip(one)]))
}
