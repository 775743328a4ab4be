// routes.ts: /api/usage: tokens and cost of model requests, by any keys and by time, all time unless asked.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { badRequest } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { send, type Wire } from '../json.ts'
import { allTime, bodyOf, queryOf, requiredText, textParam, wordParam } from '../params.ts'
import { nowNano } from '../time.ts'
import { intervals, readUsage, type UsageGroup, type UsageKey, usageKeys } from './read-usage.ts'
import { readSavings, Savings } from './savings.ts'
import { usageOf, usageShape } from './shape.ts'
import { timeZoneParam, zonedTime } from './time-zone.ts'
import { readValues } from './values.ts'
import { readWeeks, replaceWeeks, type Week } from './weeks.ts'
import { readWindows, Windows } from './windows.ts'

const key = z.string().nullable().optional().describe('null: not known')
export const Usage = z
  .object({
    bucket: z.string().optional().describe('start of the interval, RFC 3339 with the offset of the zone'),
    ...(Object.fromEntries(usageKeys.map((name) => [name, key])) as Record<UsageKey, typeof key>),
    ...usageShape,
  })
  .meta({ id: 'Usage' })
export type Usage = z.infer<typeof Usage>

export const UsageReport = z.object({
  groupBy: z.array(z.enum(usageKeys)),
  interval: z.enum(intervals).nullable(),
  tz: z.string(),
  rows: z.array(Usage),
  totals: Usage,
})
export type UsageReport = z.infer<typeof UsageReport>

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const hourSays = 'use a whole hour from 0 to 23'
const Weeks = z.object({
  weeks: z.array(
    z
      .object({ tool: z.string(), weekday: z.enum(weekdays), hour: z.number(), tz: z.string() })
      .meta({ id: 'UsageWeek' }),
  ),
})
const WeeksBody = exactly({
  weeks: z
    .array(
      exactly({
        tool: requiredText.pipe(z.string().trim().min(1, 'is empty').max(255, 'is longer than 255 characters')),
        weekday: wordParam(weekdays),
        hour: z.number(hourSays).int(hourSays).min(0, hourSays).max(23, hourSays),
        tz: timeZoneParam,
      }),
      'is not a list',
    )
    .max(100, 'holds more than 100'),
})
const shownWeek = ({ weekday, ...week }: Week) => ({ ...week, weekday: weekdays[weekday - 1]! })

const groupByParam = z
  .string()
  .transform((text, context) => {
    const named = text === '' ? [] : text.split(',').map((one) => one.trim())
    const unknown = named.find((one) => !(usageKeys as string[]).includes(one))
    if (unknown === undefined) return [...new Set(named as UsageKey[])]
    context.addIssue(`${JSON.stringify(unknown)} is not valid; use a comma list of ${usageKeys.join(', ')}`)
    return z.NEVER
  })
  .default([])
  .describe(`comma list of ${usageKeys.join(', ')}`)

const dayOrTime = z.string().optional().describe('RFC 3339, or a date: a day of the zone `tz`')

const rangeAndFilters = {
  tz: timeZoneParam,
  from: dayOrTime,
  to: dayOrTime,
  ...(Object.fromEntries(usageKeys.map((name) => [name, textParam])) as Record<UsageKey, typeof textParam>),
}
const usageQuery = z.object({
  groupBy: groupByParam,
  interval: wordParam(intervals).optional(),
  ...rangeAndFilters,
})
const savingsQuery = z.object({ groupBy: wordParam(usageKeys).optional(), ...rangeAndFilters })
const SavingsReport = z.object({
  groupBy: z.enum(usageKeys).nullable(),
  rows: z.array(Savings.extend({ key: z.string().nullable() })),
  totals: Savings,
})

const Values = z.object({ key: z.enum(usageKeys), values: z.array(z.string()) })

/** A bound of the range, a date being a day of the zone. */
function bound(name: 'from' | 'to', given: string | undefined, zone: string): bigint | undefined {
  if (given === undefined) return undefined
  const parsed = zonedTime(given, name === 'from' ? 'start' : 'end', zone)
  if (parsed === undefined)
    throw badRequest(
      `${name}: ${JSON.stringify(given)} is not a time; use RFC 3339 with an offset (2026-11-22T04:00:00Z) or a date (2026-11-22)`,
    )
  return parsed
}

/** A group as contract §4 writes it: what it is of, then its numbers. */
export function usageEntry({ keys, bucket, usage }: UsageGroup): Wire<Usage> {
  return { ...(bucket === undefined ? {} : { bucket }), ...keys, ...usageOf(usage) }
}

export function usageRoutes({ store, core }: ApiDeps) {
  return new Hono()
    .get(
      '/api/usage',
      about('Tokens and cost of model requests, each counted once, by any keys and by time', UsageReport),
      queryOf(usageQuery),
      async (c) => {
        const { groupBy, interval, tz, from, to, ...filters } = c.req.valid('query')
        const range = allTime({ from: bound('from', from, tz), to: bound('to', to, tz) })
        const { groups, totals } = await readUsage(store, { groupBy, interval, tz, ...range, filters })
        return send<UsageReport>(c, {
          groupBy,
          interval: interval ?? null,
          tz,
          rows: groups.map(usageEntry),
          totals: usageOf(totals),
        })
      },
    )
    .get(
      '/api/usage/savings',
      about('What caches saved: the cached input priced as if there were no cache', SavingsReport),
      queryOf(savingsQuery),
      async (c) => {
        const { groupBy, tz, from, to, ...filters } = c.req.valid('query')
        const range = allTime({ from: bound('from', from, tz), to: bound('to', to, tz) })
        const { rows, totals } = await readSavings(store, core.prices, { groupBy, ...range, filters })
        return send<z.infer<typeof SavingsReport>>(c, {
          groupBy: groupBy ?? null,
          rows: rows.map(({ key, savings }) => ({ key, ...savings })),
          totals,
        })
      },
    )
    .get(
      '/api/usage/values',
      about(
        'What there is of one key, of all time, the first seen first; what has a hundredth of the cost or tokens before the rest; at most 200',
        Values,
      ),
      queryOf(z.object({ key: wordParam(usageKeys) })),
      async (c) => {
        const { key } = c.req.valid('query')
        return send<z.infer<typeof Values>>(c, { key, values: await readValues(store, key) })
      },
    )
    .get(
      '/api/usage/windows',
      about('The five-hour windows that subscriptions count in, and the last seven days, by agent', Windows),
      queryOf(z.object({ tool: textParam })),
      async (c) => send<Windows>(c, await readWindows(store, nowNano(), c.req.valid('query').tool)),
    )
    .get('/api/usage/weeks', about('When the weekly limits of subscriptions are reset, by agent', Weeks), async (c) =>
      send<z.infer<typeof Weeks>>(c, { weeks: (await readWeeks(store)).map(shownWeek) }),
    )
    .put('/api/usage/weeks', about('Says so, for all agents at once', Weeks), bodyOf(WeeksBody), async (c) => {
      const weeks = c.req.valid('json').weeks.map((week) => ({ ...week, weekday: weekdays.indexOf(week.weekday) + 1 }))
      const twice = weeks.find(({ tool }, index) => weeks.findIndex((one) => one.tool === tool) !== index)
      if (twice) throw badRequest(`weeks: ${JSON.stringify(twice.tool)} is there twice`)
      await store.transaction((tx) => replaceWeeks(tx, weeks))
      return send<z.infer<typeof Weeks>>(c, { weeks: weeks.map(shownWeek) })
    })
}
