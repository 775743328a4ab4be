// toml-statements.ts: where the statements of a TOML text begin and end, so that one can be replaced and the rest stays.

/** One `[header]` or one `key = value`. Offsets are into the text; the line end belongs to `lineEnd` only. */
export type TomlStatement = {
  kind: 'header' | 'key'
  /** Whole path from the root; of a key inside a table, with the table's. */
  path: string[]
  /** The table that the statement stands in. */
  table: string[]
  /** Offset of its first character. */
  start: number
  /** Of a key: where its value begins and ends. */
  valueStart: number
  valueEnd: number
  /** After the line's end. */
  lineEnd: number
}

/**
 * Splits a text that is known to be valid TOML. Arrays of tables end a table as headers do; their path is not told apart.
 */
export function tomlStatements(text: string): TomlStatement[] {
  const statements: TomlStatement[] = []
  let table: string[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    at = afterBlank(text, at)
    if (at >= text.length) break
    const start = at
    if (text[at] === '[') {
      const double = text[at + 1] === '['
      const key = readKey(text, at + (double ? 2 : 1))
      table = key.path
      const end = afterLine(text, key.end + (double ? 2 : 1))
      statements.push({ kind: 'header', path: table, table, start, valueStart: end, valueEnd: end, lineEnd: end })
      at = end
      continue
    }
    const key = readKey(text, at)
    const valueStart = afterSpace(text, key.end + 1)
    const valueEnd = afterValue(text, valueStart)
    const lineEnd = afterLine(text, valueEnd)
    statements.push({ kind: 'key', path: [...table, ...key.path], table, start, valueStart, valueEnd, lineEnd })
    at = lineEnd
  }
  return statements
}

/** A dotted key and the offset of what ends it (`=` or `]`). */
function readKey(text: string, from: number): { path: string[]; end: number } {
  const path: string[] = []
  let at = afterSpace(text, from)
  for (;;) {
    const quote = text[at]
    if (quote === '"' || quote === "'") {
      const end = afterString(text, at)
      const inner = text.slice(at + 1, end - 1)
      path.push(quote === '"' ? (JSON.parse(`"${inner}"`) as string) : inner)
      at = end
    } else {
      const end = at + /^[\w-]*/.exec(text.slice(at))![0].length
      path.push(text.slice(at, end))
      at = end
    }
    at = afterSpace(text, at)
    if (text[at] !== '.') return { path, end: at }
    at = afterSpace(text, at + 1)
  }
}

function afterSpace(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

/** Skips white space, line ends and comments. */
function afterBlank(text: string, at: number): number {
  for (;;) {
    while (at < text.length && /\s/.test(text[at]!)) at++
    if (text[at] !== '#') return at
    at = afterLine(text, at)
  }
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

function afterString(text: string, at: number): number {
  const quote = text[at]!
  if (text.startsWith(quote.repeat(3), at)) {
    let end = at + 3
    while (!text.startsWith(quote.repeat(3), end)) end += quote === '"' && text[end] === '\\' ? 2 : 1
    end += 3
    // Up to two quotes may stand before the closing three.
    while (text[end] === quote) end++
    return end
  }
  let end = at + 1
  while (text[end] !== quote) end += quote === '"' && text[end] === '\\' ? 2 : 1
  return end + 1
}

function afterValue(text: string, at: number): number {
  let depth = 0
  while (at < text.length) {
    const character = text[at]!
    if (character === '"' || character === "'") at = afterString(text, at)
    else if (character === '[' || character === '{') {
      depth++
      at++
    } else if (character === ']' || character === '}') {
      depth--
      at++
    } else if (character === '#' && depth > 0) at = afterLine(text, at)
    else if (depth === 0 && (character === '\n' || character === '\r' || character === '#')) break
    else at++
    if (depth === 0 && (character === ']' || character === '}')) break
  }
  return text.slice(0, at).trimEnd().length
}
