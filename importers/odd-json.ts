// odd-json.ts: what nobody sends on purpose, for properties over recorded JSON.
import fc from 'fast-check'

/** A value of any kind, most of them in a place where another kind is meant. */
export const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '__proto__',
    'constructor',
    -1,
    0,
    1.5,
    1e300,
    true,
    [],
    {},
    [null, 'a', { a: 1 }],
    'NaN',
    '2026-13-45T99:00:00Z',
  ),
  fc.string({ maxLength: 12 }),
  fc.double(),
)

/**
 * A JSON text with one of its values, wherever it stands, in another's place: `value` itself, or with a `key` an object that holds
 * it under that name. What is no JSON stays as it is.
 */
export function changedJson(text: string, at: number, value: unknown, key: string): string {
  let seen = 0
  const put = (wanted: number) => (_: string, one: unknown) => {
    if (seen++ !== wanted) return one
    return key === '' ? value : { [key]: value, id: key, type: key }
  }
  try {
    JSON.parse(text, put(-1))
    const wanted = at % seen
    seen = 0
    return JSON.stringify(JSON.parse(text, put(wanted))) ?? 'null'
  } catch {
    return text
  }
}
