// params.ts: how parameters are read: each as what it must be, or a 400 that names it and says what is valid.
//
// A route says `queryOf(z.object({ service: textParam, ...windowParams, ...pageParams }))` and then reads
// `const { limit, offset } = c.req.valid('query')` and `timeRange(c.req.valid('query'))`.
import { zValidator } from '@hono/zod-validator'
import { z } from 'zod'
import { describeWith } from './describe.ts'
import { badRequest } from './errors.ts'
import { earliest, latest, nowNano, parseTime } from './time.ts'

const dayNano = 86_400_000_000_000n

function time(edge: 'start' | 'end') {
  return z
    .string()
    .transform((text, context) => {
      const parsed = parseTime(text, edge)
      if (parsed !== undefined) return parsed
      context.addIssue(
        `${JSON.stringify(text)} is not a time; use RFC 3339 with an offset (2026-11-22T04:00:00Z) or a date (2026-11-22)`,
      )
      return z.NEVER
    })
    .meta({
      description:
        edge === 'start'
          ? 'from when, RFC 3339 or a date; 24 hours before `to` unless said otherwise'
          : 'until when (inclusive), RFC 3339 or a date; now unless given',
      example: '2026-11-22T04:00:00Z',
    })
}

/** A whole number within bounds, as text in a query. */
export function wholeParam(least: number, most: number) {
  return (
    z
      .string()
      .transform((text, context) => {
        const value = Number(text)
        if (/^\d+$/.test(text) && value >= least && value <= most) return value
        context.addIssue(`${JSON.stringify(text)} is not valid; use a whole number from ${least} to ${most}`)
        return z.NEVER
      })
      // It is text only on its way here.
      .meta({ type: 'integer', minimum: least, maximum: most, example: least })
  )
}

/** `limit`: 50 unless given, 1 to 1000. */
export const limitParam = wholeParam(1, 1000).default(50).meta({ usual: 50 })
/** `limit` and `offset` (0 unless given). */
export const pageParams = { limit: limitParam, offset: wholeParam(0, 1_000_000_000).default(0).meta({ usual: 0 }) }

/** `from` and `to`, both inclusive, as ns; {@link timeRange} or {@link allTime} give the defaults. */
export const windowParams = { from: time('start').optional(), to: time('end').optional() }

/** A text to filter by; an empty one is no filter. */
export const textParam = z
  .string()
  .max(10_000, 'is longer than 10,000 characters')
  .transform((text) => (text === '' ? undefined : text))
  .optional()

/** The service whose records are wanted, by its `service.name`. */
export const serviceParam = textParam.meta({ description: 'a service.name', example: 'claude-code' })
/** The session whose records are wanted. */
export const sessionParam = textParam.meta({
  description: 'the id of a session',
  example: '9f86bdd1-e720-4efd-a4d4-a23229471452',
})
/** A literal search. */
export const searchParam = textParam.meta({
  description: 'a part of a name, an id, a text or an attribute, taken literally, in any case',
  example: 'rate limit',
})

/** A text that must be there. */
export const requiredText = z
  .string({ error: (issue) => (issue.input === undefined ? 'is missing' : 'is not a text') })
  .min(1, 'is empty')
  .max(10_000, 'is longer than 10,000 characters')

/** `true` or `false`. */
export const flagParam = z
  .enum(['true', 'false', '1', '0'], 'use true or false')
  .transform((text) => text === 'true' || text === '1')
  .default(false)

/** One word of a few. */
export function wordParam<const W extends readonly [string, ...string[]]>(words: W) {
  return z.enum(words, { error: (issue) => `${JSON.stringify(issue.input)} is not valid; use ${words.join(', ')}` })
}

/** Both bounds belong to the range; ns since 1970. */
export type TimeRange = { from: bigint; to: bigint }

/** The range asked for, where the default is the last 24 hours: up to now, or up to `to`. */
export function timeRange(given: { from?: bigint | undefined; to?: bigint | undefined }): TimeRange {
  const now = nowNano()
  // A lone `from` in the future is a range without records, not a mistake.
  const to = given.to ?? (given.from !== undefined && given.from > now ? given.from : now)
  return inOrder({ from: given.from ?? to - dayNano, to })
}

/** The range asked for, where the default is all time. */
export function allTime(given: { from?: bigint | undefined; to?: bigint | undefined }): TimeRange {
  return inOrder({ from: given.from ?? earliest, to: given.to ?? latest })
}

function inOrder({ from, to }: TimeRange): TimeRange {
  if (from > to) throw badRequest('from: is after to; give them in order')
  return { from: from < earliest ? earliest : from, to }
}

/** A hundred years; in nanoseconds it is still a number of 64 bits. */
const intervalSecondsMax = 36_525 * 86_400

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Seconds of `60` (seconds), `1 minute`, `5m`, `1h`, `1 day`, `2 weeks`; `undefined` when it is none of these. */
export function parseInterval(text: string): number | undefined {
  const match = /^(\d{1,9})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)?$/i.exec(text.trim())
  if (!match) return undefined
  const seconds = Number(match[1]) * unitSeconds[(match[2] ?? 's')[0]!.toLowerCase()]!
  return seconds > 0 && seconds <= intervalSecondsMax ? seconds : undefined
}

/** An interval in a query or a body, as seconds. */
export const intervalParam = z
  .union([z.string(), z.number()], 'use seconds (60) or a unit (1 minute, 1h)')
  .transform((given, context) => {
    const parsed = parseInterval(String(given))
    if (parsed !== undefined) return parsed
    context.addIssue(
      `${JSON.stringify(given)} is not an interval; use seconds (60) or a unit (1 minute, 5m, 1h, 1d), at most 100 years`,
    )
    return z.NEVER
  })
  .meta({ description: 'seconds, or a number with a unit', example: '60' })

/** A `from` or `to` in a JSON body, as ns. */
export const bodyWindow = windowParams

/** Reads the query by a schema; the first thing wrong becomes a 400 that names the parameter. */
export function queryOf<S extends z.ZodType>(schema: S) {
  return describeWith(
    { query: schema },
    zValidator('query', schema, (result) => {
      if (!result.success) throw badRequest(firstIssue(result.error))
    }),
  )
}

/** Reads the parts of a path that are parameters. */
export function pathOf<S extends z.ZodType>(schema: S) {
  return describeWith(
    { path: schema },
    zValidator('param', schema, (result) => {
      if (!result.success) throw badRequest(firstIssue(result.error))
    }),
  )
}

/** Reads a JSON body by a schema; a body that is not JSON is a 400 too. */
export function bodyOf<S extends z.ZodType>(schema: S) {
  return describeWith(
    { body: schema },
    zValidator('json', schema, (result) => {
      if (!result.success) throw badRequest(firstIssue(result.error))
    }),
  )
}

type Issue = { code?: string; path: PropertyKey[]; message: string; expected?: unknown; input?: unknown }

/** The first thing wrong, for a person: `limit: "0" is not valid; use a whole number from 1 to 1000`. */
export function firstIssue(error: { issues: readonly Issue[] }, whole = 'the request'): string {
  // A field that is not known is likely why another one is missing.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]
  if (!issue) return `${whole} cannot be read`
  const where = issue.path.map(String).join('.') || whole
  if (/expected string, received array/.test(issue.message)) return `${where}: is given more than once; give it once`
  if (/received undefined/.test(issue.message)) return `${where}: is missing`
  return `${where}: ${plainly(issue.message)}`
}

const articles: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** What the validator says where a route has no words of its own. */
function plainly(message: string): string {
  const [, wanted] = /^Invalid input: expected (\w+), received/.exec(message) ?? []
  if (wanted !== undefined && wanted in articles) return `is not ${articles[wanted]}`
  return /^Too small: expected string to have >=1 /.test(message) ? 'is empty' : message
}
