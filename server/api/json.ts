// json.ts: answers as JSON text, with stored JSON passed through untouched so that every int64 and `5.0` survives.
import type { Context, TypedResponse } from 'hono'

/** JSON text that is already right, typed as what it holds. */
export class Raw<T = unknown> {
  declare readonly holds: T
  constructor(readonly text: string) {}
}

/** A map of attributes as a reader of the answer sees it. */
export type AttributeMap = { [key: string]: unknown }

/** Stored JSON text as part of an answer; absent stays absent. */
export function raw<T = AttributeMap>(text: string): Raw<T>
export function raw<T = AttributeMap>(text: string | null | undefined): Raw<T> | undefined
export function raw<T>(text: string | null | undefined): Raw<T> | undefined {
  return text === null || text === undefined ? undefined : new Raw<T>(text)
}

/** A map that is nearly always empty and then left out. */
export function rawUnlessEmpty(text: string | null): Raw<AttributeMap> | undefined {
  return text === null || text === '{}' ? undefined : raw(text)
}

/** A double that keeps its `.0`, so that `5.0` sent as a double differs from `5` sent as an integer. */
export function rawDouble(value: number): Raw<number> {
  const text = writeJson(value)
  return new Raw(/^-?\d+$/.test(text) ? `${text}.0` : text)
}

/** What a reader of the answer sees: raw parts as what they hold, bigints as numbers. */
export type Plain<T> =
  T extends Raw<infer H>
    ? H
    : T extends bigint
      ? number
      : T extends string | number | boolean | null | undefined
        ? T
        : T extends readonly unknown[]
          ? { [K in keyof T]: Plain<T[K]> }
          : T extends object
            ? { [K in keyof T]: Plain<T[K]> }
            : T

/** What may be written for a reader who is promised `T`: a number may be a bigint, any part may be JSON text already. */
export type Wire<T> = T extends number
  ? number | bigint | Raw<number>
  : T extends string | boolean | null | undefined
    ? T
    : T extends readonly (infer E)[]
      ? readonly Wire<E>[] | Raw<T>
      : T extends object
        ? { [K in keyof T]: Wire<T[K]> } | Raw<T>
        : unknown

/**
 * The JSON text of a value: bigints exact, `undefined` fields left out, lone surrogates as U+FFFD, and numbers that are not
 * finite as the strings of the protobuf JSON mapping ("NaN", "Infinity", "-Infinity").
 */
export function writeJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed())
    case 'number':
      if (!Number.isFinite(value)) return `"${value}"`
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'undefined':
      return 'null'
  }
  if (value === null) return 'null'
  if (value instanceof Raw) return value.text
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  let out = ''
  for (const key of Object.keys(value as object)) {
    const field = (value as Record<string, unknown>)[key]
    if (field === undefined) continue
    out += `${out === '' ? '' : ','}${JSON.stringify(key)}:${writeJson(field)}`
  }
  return `{${out}}`
}

/** Entries written in one step: a few milliseconds. */
const entriesAtOnce = 500

/** A list that may be long, as JSON text, in steps: the 32 MiB of the largest answer are otherwise written in half a second. */
export function* writtenInSteps<T>(list: readonly T[]): Generator<void, Raw<T[]>> {
  const parts: string[] = []
  for (let at = 0; at < list.length; at += entriesAtOnce) {
    parts.push(
      list
        .slice(at, at + entriesAtOnce)
        .map(writeJson)
        .join(','),
    )
    yield
  }
  return new Raw(`[${parts.join(',')}]`)
}

/** A route's answer, typed as its reader sees it (`hc<Api>`). */
export type Reply<T, S extends 200 | 201 = 200> = Response & TypedResponse<Plain<T>, S, 'json'>

/** Answers with what a published shape promises: `send<TraceList>(context, { traces, total, hasMore })`. */
export function send<T>(context: Context, value: Wire<T>): Response & TypedResponse<T, 200, 'json'> {
  return context.body(writeJson(value), 200, { 'content-type': 'application/json' }) as never
}

/** Answers with a value, written by {@link writeJson}, typed by the value itself. */
export function reply<T>(context: Context, value: T): Reply<T> {
  return context.body(writeJson(value), 200, { 'content-type': 'application/json' }) as never
}

/** Answers 201 with the thing that was created. */
export function created<T>(context: Context, value: T): Reply<T, 201> {
  return context.body(writeJson(value), 201, { 'content-type': 'application/json' }) as never
}
