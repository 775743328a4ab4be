import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { at, type Bench, failedCall, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { sessionsRoutes } from './routes.ts'

const start = at('2026-03-02T04:00:00Z')
const minute = 60n * 1_000_000_000n
const count = 1500

let bench: Bench
/** Session n: cost n cents, n + 1 requests' worth of tokens, n seconds long; every third one of codex on its own branch. */
beforeAll(async () => {
  bench = await openBench(sessionsRoutes as never)
  await bench.keep({
    sessions: Array.from({ length: count }, (_, n) => ({
      source: 'transcript' as const,
      tool: n % 3 === 0 ? 'codex' : 'claude-code',
      sessionId: `s${n}`,
      project: n % 2 === 0 ? 'even' : 'odd',
      branch: n % 3 === 0 ? 'side' : 'main',
      startTimeUnixNano: start + BigInt(n) * minute,
      lastTimeUnixNano: start + BigInt(n) * minute + BigInt(n) * 1_000_000_000n,
    })),
    toolCalls: [7, 7, 8].map((n, place) => ({
      source: 'hook' as const,
      tool: n % 3 === 0 ? 'codex' : 'claude-code',
      sessionId: `s${n}`,
      callId: `t${place}`,
      toolName: 'Bash',
      timeUnixNano: start,
      success: false,
    })),
  })
  await insertCalls(bench.store, [
    ...Array.from({ length: count }, (_, n) =>
      modelCall({
        sessionId: `s${n}`,
        tool: n % 3 === 0 ? 'codex' : 'claude-code',
        model: n % 10 === 0 ? 'rare' : 'usual',
        timeUnixNano: start + BigInt(n) * minute,
        inputTokens: n * 1000,
        outputTokens: 0,
        costNanoUsd: n * 10_000_000,
        computedCostNanoUsd: n * 10_000_000,
      }),
    ),
    failedCall({ sessionId: 's8', timeUnixNano: start }),
    modelCall({
      sessionId: 'unpriced',
      timeUnixNano: start,
      costNanoUsd: null,
      computedCostNanoUsd: null,
      costBasis: 'unpriced',
    }),
  ])
})
afterAll(() => bench.close())

const all = 'from=2026-01-01&to=2026-12-31'
async function list(query: string) {
  const { status, body } = await bench.get(`/api/sessions?${all}&${query}`)
  expect([query, status, body.message]).toEqual([query, 200, undefined])
  return body
}
const ids = async (query: string) => (await list(query)).sessions.map(({ sessionId }: any) => sessionId)

describe('a list of 1,501 sessions', () => {
  test.each([
    ['cost=>14.96', 3],
    ['cost=>=14.96', 4],
    ['cost=<0.02', 2],
    ['cost=<=0.02', 3],
    ['cost=0.29', 1],
    ['cost=>0.5,<=0.6', 10],
    ['tokens=>=1400000', 100],
    ['durationMs=<1000', 2],
    ['requests=>1', 0],
    ['errors=>0', 2],
    ['errors=2', 2],
    ['branch=side', 500],
    ['status=ended', 1501],
    ['status=active', 0],
    ['tool=codex&project=even&cost=>=14', 16],
  ])('by %s has %d, whichever of them are the newest', async (query, expected) => {
    const { total, sessions } = await list(`${query}&limit=1000`)
    expect(total).toBe(expected)
    expect(sessions).toHaveLength(Math.min(1000, expected))
  })

  test('keeps the count and the order over pages of what matches', async () => {
    expect(await ids('cost=<0.05&sort=cost')).toEqual(['s4', 's3', 's2', 's1', 's0'])
    expect(await ids('cost=<0.05&sort=cost&limit=2&offset=2')).toEqual(['s2', 's1'])
    expect(await ids('cost=<0.05&sort=cost:asc&limit=2')).toEqual(['s0', 's1'])
  })

  test('sorts by the errors that it shows, failed tool calls among them', async () => {
    const { sessions } = await list('sort=errors&limit=3')
    expect(sessions.map(({ sessionId, errorCount }: any) => [sessionId, errorCount])).toEqual([
      ['s8', 2],
      ['s7', 2],
      ['s1499', 0],
    ])
  })

  test('what nobody prices is neither dear nor cheap', async () => {
    expect(await ids('cost=>=0&limit=1000&search=unpriced')).toEqual([])
    expect(await ids('search=unpriced')).toEqual(['unpriced'])
  })

  test.each(['cost=cheap', 'cost=>', 'cost=>1,', 'tokens=1M', 'status=open', 'errors=-1', 'durationMs=5s'])(
    '%s is a 400 that says what is valid',
    async (query) => {
      const { status, body } = await bench.get(`/api/sessions?${query}`)
      expect([status, typeof body.message]).toEqual([400, 'string'])
    },
  )
})

describe('its facets', () => {
  test('count the sessions that match, each value by itself', async () => {
    const { status, body } = await bench.get(`/api/session-facets?${all}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      tool: [
        { value: 'claude-code', sessions: 1001 },
        { value: 'codex', sessions: 500 },
      ],
      status: [{ value: 'ended', sessions: 1501 }],
      project: [
        { value: 'even', sessions: 750 },
        { value: 'odd', sessions: 750 },
      ],
      branch: [
        { value: 'main', sessions: 1000 },
        { value: 'side', sessions: 500 },
      ],
      model: [
        { value: 'usual', sessions: 1350 },
        { value: 'rare', sessions: 150 },
        { value: 'claude-sonnet-4-5', sessions: 2 },
      ],
    })
  })

  test('follow every condition of the list', async () => {
    const { body } = await bench.get(`/api/session-facets?${all}&tool=codex&cost=<0.1&limit=1`)
    expect(body).toEqual({
      tool: [{ value: 'codex', sessions: 4 }],
      status: [{ value: 'ended', sessions: 4 }],
      project: [{ value: 'even', sessions: 2 }],
      branch: [{ value: 'side', sessions: 4 }],
      model: [{ value: 'usual', sessions: 3 }],
    })
  })
})
