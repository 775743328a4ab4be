// weeks.test.ts: the week of a subscription: by its reset where that is said, else the last seven days.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openTestApi, type TestApi } from '../testing.ts'
import { offsetSecondsAt } from './time-zone.ts'
import { weekAt } from './weeks.ts'
import { weekOf } from './windows.ts'

const at = (text: string) => Date.parse(text) / 1000
const week = (now: string, weekday: number, hour: number, tz = 'UTC') => {
  const { from, to } = weekAt(at(now), { weekday, hour, tz })
  return [from, to].map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 16))
}

test('a week goes from reset to reset; the moment of a reset begins the next', () => {
  // 28 November 2026 is a Saturday.
  expect(week('2026-11-28T12:00:00Z', 1, 9)).toEqual(['2026-11-23T09:00', '2026-11-30T09:00'])
  expect(week('2026-11-28T12:00:00Z', 6, 12)).toEqual(['2026-11-28T12:00', '2026-12-05T12:00'])
  expect(week('2026-11-28T11:59:59Z', 6, 12)).toEqual(['2026-11-21T12:00', '2026-11-28T12:00'])
  expect(week('2026-11-28T12:00:00Z', 7, 0)).toEqual(['2026-11-22T00:00', '2026-11-29T00:00'])
})

test('the hour is that of the zone, also where its clocks change in the week', () => {
  // Berlin's clocks went back on 25 October 2026: that week has an hour more.
  expect(week('2026-10-24T12:00:00Z', 3, 9, 'Europe/Berlin')).toEqual(['2026-10-21T07:00', '2026-10-28T08:00'])
  expect(week('2026-11-28T02:00:00Z', 5, 20, 'America/New_York')).toEqual(['2026-11-28T01:00', '2026-12-05T01:00'])
})

test('whatever the moment, its week holds it and begins and ends at the weekday and hour', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland')
  // Not the hour that clocks leave out: there is no reset at a time that does not exist.
  const hours = fc.constantFrom(0, 6, 9, 12, 18, 23)
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e9 }),
      fc.integer({ min: 1, max: 7 }),
      hours,
      zones,
      (now, day, hour, tz) => {
        const { from, to } = weekAt(now, { weekday: day, hour, tz })
        expect(from <= now && now < to).toBe(true)
        for (const edge of [from, to]) {
          const wall = new Date((edge + offsetSecondsAt(tz, edge)) * 1000)
          expect([wall.getUTCDay() || 7, wall.getUTCHours(), wall.getUTCMinutes()]).toEqual([day, hour, 0])
        }
      },
    ),
  )
})

test('the forecast takes the rest of the week to be like what is over, and says nothing in its first hours', () => {
  const reset = { weekday: 1, hour: 0, tz: 'UTC' }
  const monday = at('2026-11-23T00:00:00Z') / 60
  const used = (minute: number, tokens: number) => ({ minute, requests: 1, tokens, costUsd: tokens / 100 })
  const minutes = [used(monday - 10, 70), used(monday, 100), used(monday + 1000, 300)]
  expect(weekOf(minutes, monday + 2 * 1440, reset)).toMatchObject({
    isReset: true,
    requests: 2,
    tokens: 400,
    projectedTokens: 1400,
    projectedCostUsd: 14,
    before: { tokens: 70 },
  })
  expect(weekOf(minutes, monday + 300, reset)).toMatchObject({ tokens: 100, projectedTokens: null })
  expect(weekOf(minutes, monday + 2000, undefined)).toMatchObject({
    isReset: false,
    tokens: 470,
    projectedTokens: null,
  })
})

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())
const put = (body: unknown) =>
  t.ask('/api/usage/weeks', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

test('is said for each agent, kept, and shown with the windows; without it, the week is the last seven days', async () => {
  const now = Date.now()
  const call = (id: string, hoursAgo: number, inputTokens: number) => ({
    id,
    timestamp: new Date(now - hoursAgo * 3_600_000).toISOString(),
    model: 'claude-sonnet-4-5',
    status: 'ok',
    inputTokens,
    outputTokens: 0,
  })
  await t.post('/api/ingest', {
    source: 'mine',
    calls: [call('a', 0.1, 1_000), call('b', 170, 10), call('c', 30, 400)],
  })
  const window = async () => (await t.ask('/api/usage/windows')).body.windows[0]
  const plain = (await window()).week
  expect([plain.isReset, plain.tokens, plain.before.tokens, plain.projectedTokens]).toEqual([false, 1_400, 10, null])
  // Reset a day ago, at the full hour.
  const yesterday = new Date(now - 24 * 3_600_000)
  const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
  const mine = { tool: 'mine', weekday: weekdays[yesterday.getUTCDay()], hour: yesterday.getUTCHours(), tz: 'UTC' }
  expect(await put({ weeks: [mine] })).toMatchObject({ status: 200, body: { weeks: [mine] } })
  expect((await t.ask('/api/usage/weeks')).body).toEqual({ weeks: [mine] })
  const { week } = await window()
  expect([week.isReset, week.tokens, week.before.tokens]).toEqual([true, 1_000, 410])
  expect(Date.parse(week.to) - Date.parse(week.from)).toBe(7 * 86_400_000)
  expect(week.projectedTokens).toBeGreaterThan(6_500)
  await put({ weeks: [] })
  expect((await window()).week.isReset).toBe(false)
})

test('what is no weekday, hour or zone is refused, and so is an agent that is named twice', async () => {
  const good = { tool: 'codex', weekday: 'monday', hour: 9, tz: 'UTC' }
  for (const [bad, says] of [
    [{ weekday: 'mon' }, /weekday/],
    [{ hour: 24 }, /hour from 0 to 23/],
    [{ tz: 'Mars/Olympus' }, /no time zone/],
    [{ tool: ' ' }, /empty/],
    [{ day: 1 }, /not known/],
  ] as const) {
    const { status, body } = await put({ weeks: [{ ...good, ...bad }] })
    expect([status, says.test(body.message)]).toEqual([400, true])
  }
  expect((await put({ weeks: [good, good] })).status).toBe(400)
})
