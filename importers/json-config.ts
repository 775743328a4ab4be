// json-config.ts: edits a JSON or JSONC file that belongs to somebody else: comments, order, indentation and line ends stay.
import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  modify,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import { UnusableConfig } from '#proto/setup.ts'
import { isObject, type JsonObject } from './json-values.ts'

export type JsonPath = (string | number)[]

/** Kinds of tokens, as the library numbers them (its enum has no value at run time). */
const tokens: Record<string, number> = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, space: 15 }

/** A value to be at a place. The objects on the way are made when they are missing. */
export type JsonChange = { path: JsonPath; value: unknown }

/**
 * The text with every change made; the very same text when all of them are there already.
 *
 * @throws UnusableConfig when the text is no JSON object (comments and trailing commas are allowed), or when something
 * other than an object lies on the way to a place.
 */
export function changeJson(current: string | undefined, changes: readonly JsonChange[]): string {
  let text = current ?? ''
  if (isBlank(text)) {
    const made = changes.reduce((json, change) => write(json, change, layoutOf(text)), '{}')
    const gap = text.trim() === '' || text.endsWith('\n') ? '' : layoutOf(text).eol
    return `${text.trim() === '' ? '' : text}${gap}${made}${layoutOf(text).eol}`
  }
  const layout = layoutOf(text)
  for (const change of changes) {
    const root = readJson(text)
    if (same(valueAt(root, change.path), change.value)) continue
    checkWay(root, change.path)
    text = write(text, change, layout)
  }
  return text
}

/**
 * The text as an object; an empty one for no text.
 *
 * @throws UnusableConfig naming the line of the first error.
 */
export function readJson(text: string | undefined): JsonObject {
  if (text === undefined || isBlank(text)) return {}
  const errors: ParseError[] = []
  const value: unknown = parse(withoutMark(text), errors, { allowTrailingComma: true })
  const [first] = errors
  if (first) {
    const before = text.slice(0, first.offset)
    const line = before.split('\n').length
    const column = first.offset - before.lastIndexOf('\n')
    throw new UnusableConfig(`line ${line}, column ${column}: ${printParseErrorCode(first.error)}`)
  }
  if (!isObject(value)) throw new UnusableConfig('it holds no JSON object')
  return value
}

/** What lies at a path, `undefined` when nothing does. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)]
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  }, root)
}

/** Deep equality of JSON values; the order of keys does not matter. */
export const same = (one: unknown, other: unknown): boolean => Bun.deepEquals(one, other, true)

function write(text: string, { path, value }: JsonChange, layout: Layout): string {
  // A byte order mark is not JSON, and stays.
  const mark = text.length - withoutMark(text).length
  const json = text.slice(mark)
  const changed = addLine(json, path, value, layout)
  return text.slice(0, mark) + (changed ?? applyEdits(json, modify(json, path, value, { formattingOptions: layout })))
}

/**
 * Adds a property on a line of its own after the last one, whose comment stays beside it (the library would put the new
 * property between the two). `undefined` where the object is not written a property a line.
 */
function addLine(json: string, path: JsonPath, value: unknown, layout: Layout): string | undefined {
  const root = parseTree(json, [], { allowTrailingComma: true })
  if (!root) return undefined
  const depth = path.findIndex((_, index) => !findNodeAtLocation(root, path.slice(0, index + 1)))
  const key = path[depth]
  const parent = findNodeAtLocation(root, path.slice(0, depth))
  const last = parent?.children?.at(-1)
  if (typeof key !== 'string' || parent?.type !== 'object' || !last) return undefined
  const indent = /(^|\n)([ \t]*)$/.exec(json.slice(0, last.offset))?.[2]
  const end = last.offset + last.length
  const line = endOfLine(json, end)
  if (indent === undefined || line === undefined) return undefined
  const unit = layout.insertSpaces ? ' '.repeat(layout.tabSize) : '\t'
  const nested = path.slice(depth + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
  const written = JSON.stringify(nested, null, unit).replaceAll('\n', layout.eol + indent)
  const property = `${layout.eol}${indent}${JSON.stringify(key)}: ${written}${line.comma ? ',' : ''}`
  return `${json.slice(0, end)}${line.comma ? '' : ','}${json.slice(end, line.at)}${property}${json.slice(line.at)}`
}

/** Where the line that holds `from` ends, comments and a comma included; `undefined` when something else comes first. */
function endOfLine(json: string, from: number): { at: number; comma: boolean } | undefined {
  const scanner = createScanner(json)
  scanner.setPosition(from)
  let comma = false
  for (;;) {
    const token: number = scanner.scan()
    if (token === tokens.lineBreak) return { at: scanner.getTokenOffset(), comma }
    if (token === tokens.comma) comma = true
    else if (token !== tokens.space && token !== tokens.lineComment && token !== tokens.blockComment) return undefined
  }
}

function checkWay(root: JsonObject, path: JsonPath): void {
  for (let length = 1; length < path.length; length++) {
    const step = path.slice(0, length)
    const value = valueAt(root, step)
    const wanted = typeof path[length] === 'number' ? 'an array' : 'an object'
    const fits = typeof path[length] === 'number' ? Array.isArray(value) : isObject(value)
    if (value !== undefined && !fits) throw new UnusableConfig(`${step.join('.')} is not ${wanted}`)
  }
}

type Layout = { eol: string; insertSpaces: boolean; tabSize: number }

function layoutOf(text: string): Layout {
  const indent = /^([ \t]+)\S/m.exec(text.replaceAll(/\/\*[\s\S]*?\*\//g, ''))?.[1] ?? '  '
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    insertSpaces: !indent.includes('\t'),
    tabSize: indent.includes('\t') ? 1 : indent.length,
  }
}

const withoutMark = (text: string) => (text.startsWith('\uFEFF') ? text.slice(1) : text)

/** Nothing, or nothing but comments. */
function isBlank(text: string): boolean {
  return (
    withoutMark(text)
      .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/g, '')
      .trim() === ''
  )
}
