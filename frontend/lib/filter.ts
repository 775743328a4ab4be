// filter.ts: the filter grammar of every screen: `agent:codex cost:>0.5 "timeout"`.

export type Comparison = '=' | '!=' | '>' | '<' | '>=' | '<='

/** One condition. */
export type Term = { key: string; op: Comparison; value: string }

/** A filter: conditions, and the text to search for. */
export type Filter = { terms: Term[]; text: string }

/** Among the keys of a screen: any attribute of its records may be named, as `@tool_name:Bash`. */
export const anyAttribute = '@'

/** Among the keys of a screen: a condition may be turned round, as `-level:info`. */
export const exclusion = '-'

const token = /(-?)(@?[A-Za-z][\w.-]*):((?:>=|<=|>|<)?)("(?:[^"\\]|\\.)*"|\S+)|"((?:[^"\\]|\\.)*)"|(\S+)/g

/** Reads a filter. Only `keys` make conditions, so that `http://x` or `12:30` stay text. */
export function parseFilter(input: string, keys: readonly string[]): Filter {
  const terms: Term[] = []
  const words: string[] = []
  for (const match of input.matchAll(token)) {
    const [whole, not, key, op, value, quoted, word] = match
    if (key !== undefined && value !== undefined && isKey(key, keys) && (!not || (keys.includes(exclusion) && !op))) {
      terms.push({ key, op: not ? '!=' : ((op || '=') as Comparison), value: unquoted(value) })
    } else if (word?.endsWith(':') && isKey(word.slice(0, -1).replace(/^-/, ''), keys)) {
      // A condition that is still being typed is none yet, and no text either.
    } else if (quoted !== undefined) words.push(quoted.replace(/\\(.)/g, '$1'))
    else words.push(word ?? whole)
  }
  return { terms, text: words.join(' ') }
}

function isKey(key: string, keys: readonly string[]): boolean {
  return keys.includes(key) || (key.startsWith(anyAttribute) && key.length > 1 && keys.includes(anyAttribute))
}

/** Whether an attribute's name can stand in a filter line. */
export function isNameable(attribute: string): boolean {
  return /^[A-Za-z][\w.-]*$/.test(attribute)
}

/** The attributes that must have a value, as the API takes them. */
export function attributesOf({ terms }: Filter): Record<string, string[]> {
  return valuesOf(terms.filter(({ key, op }) => op === '=' && key.startsWith(anyAttribute)))
}

/** What must not be, whether a key of the screen or an attribute, as the API takes it. */
export function excludedOf({ terms }: Filter): Record<string, string[]> {
  return valuesOf(terms.filter(({ op }) => op === '!='))
}

function valuesOf(terms: readonly Term[]): Record<string, string[]> {
  const values: Record<string, string[]> = {}
  for (const { key, value } of terms) {
    const name = key.startsWith(anyAttribute) ? key.slice(1) : key
    values[name] = [...(values[name] ?? []), value]
  }
  return values
}

/** Writes a filter back as its text. */
export function formatFilter({ terms, text }: Filter): string {
  const written = terms.map(formatTerm)
  if (text !== '') written.push(/\S:\S|"/.test(text) ? quote(text) : text)
  return written.join(' ')
}

/** One condition as text. */
export function formatTerm({ key, op, value }: Term): string {
  if (op === '!=') return exclusion + formatTerm({ key, op: '=', value })
  return `${key}:${op === '=' ? '' : op}${/[\s"]/.test(value) || value === '' ? quote(value) : value}`
}

/** The filter with one condition set: `=` replaces what the key had, and leaves what it must not be. */
export function withTerm(filter: Filter, key: string, value: string | undefined): Filter {
  const others = filter.terms.filter((term) => term.key !== key || (term.op === '!=' && term.value !== value))
  return { ...filter, terms: value === undefined ? others : [...others, { key, op: '=', value }] }
}

/** The value that must be equal for a key. */
export function termOf(filter: Filter, key: string): string | undefined {
  return filter.terms.find((term) => term.key === key && term.op === '=')?.value
}

/** Whether a number meets every condition of a key; `5s`, `200ms` and `2m` count in ms, `1k` and `2M` as counts. */
export function meets(filter: Filter, key: string, value: number | null | undefined): boolean {
  return filter.terms
    .filter((term) => term.key === key)
    .every((term) => {
      const limit = quantity(term.value)
      if (limit === undefined || value === null || value === undefined) return false
      return compare[term.op](value, limit)
    })
}

const compare: Record<Comparison, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
  '>': (value, limit) => value > limit,
  '<': (value, limit) => value < limit,
  '>=': (value, limit) => value >= limit,
  '<=': (value, limit) => value <= limit,
}

const sizes: Record<string, number> = { k: 1e3, M: 1e6, B: 1e9, ms: 1, s: 1e3, m: 60e3, h: 3_600e3 }

/** A number as people write it: `1.5k`, `2M`, `$3`, `5s` (in ms); `undefined` for anything else. */
export function quantity(text: string): number | undefined {
  const match = /^\$?(\d+(?:\.\d+)?|\.\d+)(k|M|B|ms|s|m|h)?$/.exec(text)
  return match ? Number(match[1]) * (match[2] ? (sizes[match[2]] ?? 1) : 1) : undefined
}

function unquoted(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
