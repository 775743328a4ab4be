// json.ts: answers as JSON text, with stored JSON passed through untouched so that every int64 and `5.0` survives.
import type { Context, TypedResponse } from 'hono'

/** JSON text that is already right, typed as what it holds. */
export class Raw<T = unknown> {
  declare readonly holds: T
  constructor(readonly text: string) {}
}

/** Stored JSON text as part of an answer; `undefined` leaves the field out. */
export function raw<T = Record<string, unknown>>(text: string | null | undefined): Raw<T> | undefined {
  return text === null || text === undefined ? undefined : new Raw<T>(text)
}

/** What a reader of the answer sees: raw parts as what they hold, bigints as numbers. */
export type Plain<T> =
  T extends Raw<infer H>
    ? H
    : T extends bigint
      ? number
      : T extends string | number | boolean | null | undefined
        ? T
        : T extends readonly (infer E)[]
          ? Plain<E>[]
          : T extends object
            ? { [K in keyof T]: Plain<T[K]> }
            : T

/** The JSON text of a value: bigints exact, `undefined` fields left out, non-finite numbers as protobuf JSON's strings. */
export function writeJson(value: unknown): string {
  if (value instanceof Raw) return value.text
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed())
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'undefined':
      return 'null'
  }
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  let out = ''
  for (const [key, field] of Object.entries(value as object)) {
    if (field === undefined) continue
    out += `${out === '' ? '' : ','}${JSON.stringify(key)}:${writeJson(field)}`
  }
  return `{${out}}`
}

/** Answers with a value, written by {@link writeJson}. */
export function reply<T>(
  context: Context,
  value: T,
  status: 200 | 201 = 200,
): Response & TypedResponse<Plain<T>, 200 | 201, 'json'> {
  return context.body(writeJson(value), status, { 'content-type': 'application/json; charset=utf-8' }) as never
}
