// filter.ts: the filter grammar of every screen: `agent:codex cost:>0.5 "timeout"`.

export type Comparison = '=' | '!=' | '>' | '<' | '>=' | '<='

/** One condition. */
export type Term = { key: string; op: Comparison; value: string }

/** A filter: conditions, and the text to search for. */
export type Filter = { terms: Term[]; text: string }

/** Among the keys of a screen: any attribute of its records may be named, as `@tool_name:Bash` or `@"odd name":x`. */
export const anyAttribute = '@'

/** Among the keys of a screen: a condition may be turned round, as `-level:info`. */
export const exclusion = '-'

const quoted = /"(?:[^"\\]|\\.)*"/s.source
/** A key, plain or quoted, perhaps turned round, with its value; quoted text; a word. */
const token = new RegExp(
  `(-?)(@?(?:[A-Za-z_][\\w.-]*|${quoted})):((?:>=|<=|>|<)?)(${quoted}|\\S+)|(${quoted})|(\\S+)`,
  'gs',
)

/** Reads a filter. Only `keys` make conditions, so that `http://x` or `12:30` stay text. */
export function parseFilter(input: string, keys: readonly string[]): Filter {
  const terms: Term[] = []
  const words: string[] = []
  for (const match of input.matchAll(token)) {
    const [whole, not, written, op, value, text, word] = match
    const key = written === undefined ? undefined : keyOf(written)
    if (key !== undefined && value !== undefined && isKey(key, keys) && (!not || (keys.includes(exclusion) && !op))) {
      terms.push({ key, op: not ? '!=' : ((op || '=') as Comparison), value: unquoted(value) })
    } else if (word?.endsWith(':') && isKey(keyOf(word.slice(0, -1).replace(/^-/, '')), keys)) {
      // A condition that is still being typed is none yet, and no text either.
    } else if (text !== undefined) words.push(unquoted(text))
    else words.push(word ?? whole)
  }
  return { terms, text: words.join(' ') }
}

function isKey(key: string, keys: readonly string[]): boolean {
  return keys.includes(key) || (key.startsWith(anyAttribute) && key.length > 1 && keys.includes(anyAttribute))
}

const isPlain = (name: string) => /^[A-Za-z_][\w.-]*$/.test(name)

/** A key as it is written, `@"odd name"` without its quotes. */
function keyOf(written: string): string {
  return written.startsWith(anyAttribute) ? anyAttribute + unquoted(written.slice(1)) : unquoted(written)
}

/** The attributes that must have a value, as the API takes them. */
export function attributesOf({ terms }: Filter): Record<string, string[]> {
  return valuesOf(terms.filter(({ key, op }) => op === '=' && key.startsWith(anyAttribute)))
}

/** What must not be, whether a key of the screen or an attribute, as the API takes it. */
export function excludedOf({ terms }: Filter): Record<string, string[]> {
  return valuesOf(terms.filter(({ op }) => op === '!='))
}

const valuesOf = (terms: readonly Term[]) =>
  valuesBy(terms, (key) => (key.startsWith(anyAttribute) ? key.slice(1) : key))

/** The values of these conditions by key. An object without a prototype: an attribute may be called `constructor`. */
export function valuesBy(terms: readonly Term[], nameOf = (key: string) => key): Record<string, string[]> {
  const values: Record<string, string[]> = Object.create(null)
  for (const { key, value } of terms) values[nameOf(key)] = [...(values[nameOf(key)] ?? []), value]
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
  return `${formatKey(key)}:${op === '=' ? '' : op}${/[\s"]|^[<>]|^$/.test(value) ? quote(value) : value}`
}

/** A key as text: quoted where it could not be told from the rest. */
export function formatKey(key: string): string {
  if (key.startsWith(anyAttribute)) return anyAttribute + (isPlain(key.slice(1)) ? key.slice(1) : quote(key.slice(1)))
  return isPlain(key) ? key : quote(key)
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
    ? value.slice(1, -1).replace(/\\(.)/gs, '$1')
    : value
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
