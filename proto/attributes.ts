// attributes.ts: typed OpenTelemetry attribute values, how to read them, and their one JSON text.

/**
 * A double that plain JSON could not tell from something else: an integral one (`5.0` would read back
 * as the integer 5) or one that is not finite. Every other double is a plain `number`.
 */
export class Double {
  constructor(readonly value: number) {}
}

/**
 * One attribute value with its OTLP type kept: string, bool, int (`number` when safe, else `bigint`), double
 * (`number` with a fraction, else {@link Double}), bytes, array, kvlist; `null` is an AnyValue with nothing set.
 */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | Double
  | Uint8Array
  | null
  | AttributeValue[]
  | Attributes

/** Attributes by key. Always made by {@link noAttributes}: without a prototype, so that `__proto__` is a key like any other. */
export type Attributes = { [key: string]: AttributeValue }

/** A new, empty attribute map without a prototype. */
export function noAttributes(): Attributes {
  return Object.create(null) as Attributes
}

/** A double as an attribute value: wrapped when its JSON text would otherwise lose the type. */
export function doubleValue(value: number): number | Double {
  return Number.isInteger(value) || !Number.isFinite(value) ? new Double(value) : value
}

/** An int64 as an attribute value: a `number` when that is exact, else a `bigint`. */
export function intValue(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** The value as text when it is a non-empty string (numbers and booleans are spelled out); `undefined` otherwise. */
export function text(value: AttributeValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Double) return String(value.value)
  return undefined
}

/**
 * The value as a finite number, also when the agent sent it as a string (Codex sends token counts as strings,
 * Claude Code durations); `undefined` for anything else.
 */
export function numeric(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (value instanceof Double) return Number.isFinite(value.value) ? value.value : undefined
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return Number(value)
  return undefined
}

/** The value as a boolean, also from the strings "true" and "false"; `undefined` for anything else. */
export function truth(value: AttributeValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 'true') return true
  if (value === 'false') return false
  return undefined
}

/** Printable ASCII without `"` and `\`, which stands in JSON as it is: nearly every key and most values. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** JSON text of a string. A lone surrogate becomes U+FFFD: DuckDB's JSON reader refuses `\ud800`. */
export function jsonString(value: string): string {
  // Looking first takes half the time that JSON.stringify takes for a short text; for a long one it is the other way round.
  if (value.length < 200 && plain.test(value)) return `"${value}"`
  return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed())
}

/** The texts of keys with their colon: the same few come again and again. */
const keyTexts = new Map<string, string>()
const keyTextsMax = 10_000

function jsonKey(key: string): string {
  let text = keyTexts.get(key)
  if (text === undefined) {
    text = `${jsonString(key)}:`
    if (keyTexts.size < keyTextsMax && key.length < 200) keyTexts.set(key, text)
  }
  return text
}

/**
 * The JSON text of one value: ints exact at any size, integral doubles with `.0`, non-finite doubles as the strings
 * of the protobuf JSON mapping ("NaN", "Infinity", "-Infinity"), bytes as base64.
 */
export function jsonValue(value: AttributeValue): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value)
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'number':
      return String(value)
  }
  if (value === null) return 'null'
  if (value instanceof Double) return jsonDouble(value.value)
  if (value instanceof Uint8Array)
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`
  if (Array.isArray(value)) return `[${value.map(jsonValue).join(',')}]`
  return jsonAttributes(value)
}

function jsonDouble(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  const digits = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(digits) ? digits : `${digits}.0`
}

/** The JSON text of an attribute map, in the order in which the keys were set. */
export function jsonAttributes(attributes: Attributes): string {
  let out = ''
  for (const key in attributes) {
    const value = attributes[key] as AttributeValue
    out += out === '' ? '{' : ','
    out += jsonKey(key)
    out += typeof value === 'string' ? jsonString(value) : jsonValue(value)
  }
  return out === '' ? '{}' : `${out}}`
}
