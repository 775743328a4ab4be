// headline.test.ts: the six numbers, exact where one looks closer.
import { expect, test } from 'bun:test'
import { noUsage } from '../lib/usage.ts'
import { headline } from './headline.ts'

const day = Date.UTC(2026, 7, 22)
const totals = {
  ...noUsage,
  requests: 95,
  errors: 5,
  inputTokens: 100,
  cacheReadTokens: 800,
  cacheWriteTokens: 100,
  totalTokens: 34_512,
  costUsd: 12.345,
}

test('the numbers are rounded in sight and exact in their titles', () => {
  const cells = headline({
    totals,
    before: undefined,
    sessions: 7,
    sessionsBefore: undefined,
    rows: [{ ...totals, bucket: '2026-08-22' }],
    interval: 'day',
    from: day - 86_400_000,
    to: day,
    zone: 'utc',
  })
  expect(cells.map(({ id, text, title }) => [id, text, title])).toEqual([
    ['cost', '$12.35', '$12.345'],
    ['tokens', '34.5k', '34,512'],
    ['requests', '95', '95 answered, 5 failed'],
    ['sessions', '7', '7'],
    ['errors', '5.0%', '5 of 100 requests'],
    ['cache', '80%', '800 of 1,000 input tokens'],
  ])
  expect(cells[2]?.spark).toEqual([0, 95])
})

test('what has no price is told, and nothing measured shows no zero', () => {
  const cells = headline({
    totals: { ...noUsage, costUsd: null, unpricedTokens: 1_200 },
    before: undefined,
    sessions: undefined,
    sessionsBefore: undefined,
    rows: [],
    interval: 'day',
    from: day,
    to: day,
    zone: 'utc',
  })
  expect(cells[0]).toMatchObject({ text: '—', title: '—; 1,200 tokens have no known price' })
  expect([cells[3]?.text, cells[4]?.text, cells[5]?.text]).toEqual(['—', '—', '—'])
})
