// params.ts: how query parameters are read: each one as what it must be, or a 400 that says what is valid.
import { zValidator } from '@hono/zod-validator'
import { z } from 'zod'
import { badRequest } from './errors.ts'
import { parseTime } from './time.ts'

const day = 86_400_000_000_000n

/** An RFC 3339 time, as ns. */
export const timeParam = z.string().transform((text, context) => {
  const parsed = parseTime(text)
  if (parsed !== undefined) return parsed
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is not a time; use RFC 3339, such as 2026-11-22T04:00:00Z or 2026-11-22`,
  })
  return z.NEVER
})

const whole = (least: number, most: number) =>
  z.string().transform((text, context) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(text)} is not valid; use a whole number from ${least} to ${most}`,
    })
    return z.NEVER
  })

/** `limit` 50 (1–1000) and `offset` 0. */
export const pageParams = { limit: whole(1, 1000).optional(), offset: whole(0, 1_000_000_000).optional() }
export const limitParam = whole(1, 1000)

/** `from` and `to`; their defaults are given by {@link window} or {@link allTime}. */
export const windowParams = { from: timeParam.optional(), to: timeParam.optional() }

/** A text that must not be empty. */
export const textParam = z
  .string()
  .min(1, 'is empty; leave the parameter out or give it a value')
  .max(10_000, 'is too long')

/** `true` or `false`. */
export const flagParam = z
  .enum(['true', 'false', '1', '0'], { error: 'use true or false' })
  .transform((text) => text === 'true' || text === '1')

/** Nanoseconds: the last 24 hours unless said otherwise. `to` is exclusive. */
export function window(given: { from?: bigint | undefined; to?: bigint | undefined }): { from: bigint; to: bigint } {
  const now = BigInt(Date.now()) * 1_000_000n
  // A second of grace for senders whose clock is ahead.
  const to = given.to ?? now + 1_000_000_000n
  const from = given.from ?? (given.to ?? now) - day
  if (from > to) throw badRequest('from is after to')
  return { from, to }
}

/** Nanoseconds: everything unless said otherwise. */
export function allTime(given: { from?: bigint | undefined; to?: bigint | undefined }): { from: bigint; to: bigint } {
  const from = given.from ?? -(2n ** 63n) + 2n
  const to = given.to ?? 2n ** 63n - 2n
  if (from > to) throw badRequest('from is after to')
  return { from, to }
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Milliseconds of `60` (seconds), `1 minute`, `5m`, `1h`, `1 day`; `undefined` when it is none of these. */
export function parseInterval(text: string): number | undefined {
  const match = /^(\d+)\s*(s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)?$/i.exec(text.trim())
  if (!match) return undefined
  const milliseconds = Number(match[1]) * (unitMs[(match[2] ?? 's')[0]!.toLowerCase()] ?? 0)
  return milliseconds > 0 && Number.isSafeInteger(milliseconds) ? milliseconds : undefined
}

/** An interval, as milliseconds. */
export const intervalParam = z.union([z.string(), z.number()]).transform((given, context) => {
  const parsed = parseInterval(String(given))
  if (parsed !== undefined) return parsed
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(given)} is not an interval; use seconds (60) or a unit (1 minute, 5m, 1h, 1d)`,
  })
  return z.NEVER
})

/** Reads the query by a schema; the first thing wrong becomes a 400 that names the parameter. */
export function queryOf<S extends z.ZodType>(schema: S) {
  return zValidator('query', schema, (result) => {
    if (!result.success) throw badRequest(firstIssue(result.error))
  })
}

/** Reads a JSON body by a schema. */
export function bodyOf<S extends z.ZodType>(schema: S) {
  return zValidator('json', schema, (result) => {
    if (!result.success) throw badRequest(firstIssue(result.error))
  })
}

function firstIssue(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0]
  return issue ? `${issue.path.map(String).join('.') || 'the request'}: ${issue.message}` : 'the request cannot be read'
}
