// json-values.ts: careful ways into JSON that somebody else wrote: a wrong type is an absent value, never an error.

export type JsonObject = { [key: string]: unknown }

/** The value as an object (not an array), else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : nothing
}

const nothing: JsonObject = Object.freeze(Object.create(null))

/** Whether the value is an object (not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as an array, else an empty one. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value when it is a string that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The value when it is a finite number, also spelled as a decimal string. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  return undefined
}

/** The value when it can be a count: a whole number from 0. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value)
  return number !== undefined && number >= 0 && number <= Number.MAX_SAFE_INTEGER ? Math.round(number) : undefined
}

/** A JSON document, or `undefined` when the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The JSON document of a file, also with a byte order mark before it or the NULs of an interrupted write behind it. */
export function parseFile(text: string): unknown {
  return parseJson(text.replace(/^[\ufeff\0]+|\0+$/g, ''))
}

/** Text as it stands; anything else as JSON. */
export function spelled(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** A map by keys that somebody else chose: without a prototype, so that `__proto__` and `constructor` are keys like any other. */
export function dictionary<T>(from?: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, from)
}
