import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { usageRoutes } from './routes.ts'
import { at, type Bench, failedCall, insertCalls, modelCall, openBench } from './testing.ts'
import { offsetSecondsAt, timeZone, zonedTime } from './time-zone.ts'

let bench: Bench
const open = async (calls: Parameters<typeof insertCalls>[1]) => {
  bench = await openBench(usageRoutes as never)
  await insertCalls(bench.store, calls)
}
const rows = async (query: string) => {
  const { status, body } = await bench.get(`/api/usage?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body.rows
}

describe('an empty database', () => {
  beforeAll(() => open([]))
  afterAll(() => bench.close())

  test('answers no rows and totals of 0, all keys there', async () => {
    const { body } = await bench.get('/api/usage?groupBy=tool,model&interval=day')
    expect(body).toEqual({
      groupBy: ['tool', 'model'],
      interval: 'day',
      tz: 'UTC',
      rows: [],
      totals: {
        requests: 0,
        inputTokens: 0,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        cacheWrite5mTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 0,
        reasoningTokens: 0,
        totalTokens: 0,
        webSearches: 0,
        errors: 0,
        costUsd: 0,
        reportedCostUsd: null,
        computedCostUsd: null,
        unpricedTokens: 0,
        basis: 'computed',
      },
    })
  })
})

describe('keys and filters', () => {
  const people = [
    modelCall({
      sessionId: 'a',
      tool: 'codex',
      model: 'gpt-5.5',
      project: 'p1',
      branch: 'main',
      agent: 'explore',
      skill: 'pdf',
      mcpServer: 'github',
      querySource: 'subagent',
      user: 'ann',
      host: 'h1',
      speed: 'fast',
      timeUnixNano: at('2026-01-01T00:00:00Z'),
      cacheReadTokens: 7,
      cacheWriteTokens: 30,
      cacheWrite5mTokens: 10,
      cacheWrite1hTokens: 20,
      reasoningTokens: 50,
      webSearches: 2,
      costNanoUsd: 123_456_789,
      computedCostNanoUsd: 123_456_789,
    }),
    modelCall({ sessionId: 'b', project: "it's; drop table model_calls --", timeUnixNano: at('2026-11-22T00:00:00Z') }),
    failedCall({ sessionId: 'b', timeUnixNano: at('2026-11-22T00:00:01Z') }),
  ]
  beforeAll(() => open(people))
  afterAll(() => bench.close())

  const keyed = {
    tool: 'codex',
    model: 'gpt-5.5',
    project: 'p1',
    session: 'a',
    branch: 'main',
    agent: 'explore',
    skill: 'pdf',
    mcpServer: 'github',
    querySource: 'subagent',
    user: 'ann',
    host: 'h1',
    speed: 'fast',
  }

  test('without groupBy there is one row of everything, of all time', async () => {
    const [row, ...more] = await rows('')
    expect(more).toEqual([])
    expect(row).toMatchObject({ requests: 2, errors: 1, inputTokens: 2000, outputTokens: 200, totalTokens: 2237 })
    expect(row.costUsd).toBe(0.133456789)
  })

  test('every field of a request arrives, money to the nano-dollar', async () => {
    const [row] = await rows('groupBy=session&session=a')
    expect(row).toEqual({
      session: 'a',
      requests: 1,
      inputTokens: 1000,
      cacheReadTokens: 7,
      cacheWriteTokens: 30,
      cacheWrite5mTokens: 10,
      cacheWrite1hTokens: 20,
      outputTokens: 100,
      reasoningTokens: 50,
      totalTokens: 1137,
      webSearches: 2,
      errors: 0,
      costUsd: 0.123456789,
      reportedCostUsd: null,
      computedCostUsd: 0.123456789,
      unpricedTokens: 0,
      basis: 'computed',
    })
  })

  test.each(Object.entries(keyed))('%s groups and filters', async (key, value) => {
    const grouped = await rows(`groupBy=${key}`)
    expect(grouped.find((row: any) => row[key] === value)).toMatchObject({ requests: 1, totalTokens: 1137 })
    expect(grouped.length).toBeGreaterThan(1)
    const filtered = await rows(`${key}=${value}`)
    expect(filtered).toMatchObject([{ requests: 1, totalTokens: 1137 }])
    expect(await rows(`${key}=nobody`)).toEqual([])
  })

  test('all keys at once are in each row; what is not known is null', async () => {
    const all = await rows(`groupBy=${Object.keys(keyed).join(',')}`)
    expect(all.find((row: any) => row.session === 'a')).toMatchObject(keyed)
    expect(all.find((row: any) => row.session === 'b' && row.requests === 1)).toMatchObject({
      branch: null,
      agent: null,
      speed: null,
    })
  })

  test('a value is a value, whatever it spells', async () => {
    const project = "it's; drop table model_calls --"
    expect(await rows(`groupBy=project&project=${encodeURIComponent(project)}`)).toMatchObject([
      { project, requests: 1 },
    ])
    expect(await rows(`session=${encodeURIComponent("a' or '1'='1")}`)).toEqual([])
  })

  test('from and to are both inside the range; a date stands for its whole day', async () => {
    expect(await rows('from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).toMatchObject([{ requests: 1 }])
    expect(await rows('from=2026-11-22&to=2026-11-22')).toMatchObject([{ requests: 1, errors: 1 }])
    expect(await rows('from=2026-01-01T00:00:00.000000001Z&to=2026-11-21')).toEqual([])
  })

  test.each([
    ['groupBy=tool,moodel', 'moodel'],
    ['interval=fortnight', 'fortnight'],
    ['tz=Mars/Olympus', 'Mars/Olympus'],
    ['tz=%2B02:00', '+02:00'],
    ['from=yesterday', 'yesterday'],
    ['to=2026-02-30', '2026-02-30'],
    ['from=2026-02-02&to=2026-02-01', 'from'],
    ['tool=a&tool=b', 'more than once'],
  ])('%s is a 400 that names what is wrong', async (query, named) => {
    const { status, body } = await bench.get(`/api/usage?${query}`)
    expect([status, body.error]).toEqual([400, 'Bad Request'])
    expect(body.message).toContain(named)
  })
})

describe('values', () => {
  beforeAll(() =>
    open([
      modelCall({ timeUnixNano: at('2026-11-22T04:00:00Z'), model: 'newer', project: 'a' }),
      modelCall({ timeUnixNano: at('2026-11-21T04:00:00Z'), model: 'older', project: 'b' }),
      modelCall({ timeUnixNano: at('2026-11-23T04:00:00Z'), model: 'older' }),
      modelCall({ timeUnixNano: at('2026-11-22T04:00:00Z'), model: 'also newer' }),
      modelCall({
        timeUnixNano: at('2026-11-20T04:00:00Z'),
        model: 'tried once',
        inputTokens: 3,
        outputTokens: 0,
        costNanoUsd: 30_000,
      }),
    ]),
  )
  afterAll(() => bench.close())

  test('are told in the order in which they were first seen, by name within an instant, what is rare last', async () => {
    expect((await bench.get('/api/usage/values?key=model')).body).toEqual({
      key: 'model',
      values: ['older', 'also newer', 'newer', 'tried once'],
    })
    expect((await bench.get('/api/usage/values?key=project')).body.values).toEqual(['b', 'a'])
    expect((await bench.get('/api/usage/values?key=skill')).body.values).toEqual([])
    expect((await bench.get('/api/usage/values?key=planet')).status).toBe(400)
    expect((await bench.get('/api/usage/values')).status).toBe(400)
  })
})

describe('basis', () => {
  const cost = (tool: string, nano: number | null, costBasis: 'reported' | 'computed' | 'unpriced' | 'included') =>
    modelCall({
      tool,
      costBasis,
      costNanoUsd: nano,
      computedCostNanoUsd: costBasis === 'computed' ? nano : null,
      ...(costBasis === 'reported' ? { reportedCostNanoUsd: nano ?? 0 } : {}),
    })
  beforeAll(() =>
    open([
      cost('reported', 5, 'reported'),
      failedCall({ tool: 'reported' }),
      cost('computed', 6, 'computed'),
      cost('mixed', 7, 'reported'),
      cost('mixed', 8, 'computed'),
      cost('unpriced', null, 'unpriced'),
      failedCall({ tool: 'unpriced' }),
      cost('partly', 9, 'computed'),
      cost('partly', null, 'unpriced'),
      cost('included', 0, 'included'),
    ]),
  )
  afterAll(() => bench.close())

  test.each([
    ['reported', 'reported', 5e-9, 5e-9, null, 0],
    ['computed', 'computed', 6e-9, null, 6e-9, 0],
    ['mixed', 'mixed', 15e-9, 7e-9, 8e-9, 0],
    // Never 0 for unknown, also when a failed request beside it cost nothing.
    ['unpriced', 'unpriced', null, null, null, 1100],
    ['partly', 'mixed', 9e-9, null, 9e-9, 1100],
    ['included', 'included', 0, null, null, 0],
  ])('%s usage has basis %s', async (tool, basis, costUsd, reportedCostUsd, computedCostUsd, unpricedTokens) => {
    expect(await rows(`groupBy=tool&tool=${tool}`)).toMatchObject([
      { tool, basis, costUsd, reportedCostUsd, computedCostUsd, unpricedTokens },
    ])
  })

  test('totals are the sum of the rows, with what is unpriced said', async () => {
    const { body } = await bench.get('/api/usage?groupBy=tool')
    expect(body.totals).toMatchObject({ costUsd: 35e-9, unpricedTokens: 2200, basis: 'mixed', requests: 8, errors: 2 })
  })

  test('rows without an interval come with the most expensive first, the unpriced last', async () => {
    const tools = (await rows('groupBy=tool')).map((row: any) => row.tool)
    expect(tools).toEqual(['mixed', 'partly', 'computed', 'reported', 'included', 'unpriced'])
  })
})

describe('days of a time zone', () => {
  /** One request at each of the times. */
  const calls = (times: string[]) => times.map((time) => modelCall({ timeUnixNano: at(time) }))
  beforeAll(() =>
    open(
      calls([
        // Berlin, 2026-03-29: the clocks go from 02:00 to 03:00; the day has 23 hours.
        '2026-03-28T22:59:59.999Z',
        '2026-03-28T23:00:00Z',
        '2026-03-29T00:59:59Z',
        '2026-03-29T01:00:00Z',
        '2026-03-29T21:59:59Z',
        '2026-03-29T22:00:00Z',
        // 2026-10-25: from 03:00 back to 02:00; 25 hours.
        '2026-10-24T21:59:59Z',
        '2026-10-24T22:00:00Z',
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:30:00Z',
        '2026-10-25T22:59:59Z',
        '2026-10-25T23:00:00Z',
        // Before 1970, and a clock far ahead.
        '1969-12-31T23:59:59Z',
        '2031-01-01T00:00:00Z',
      ]),
    ),
  )
  afterAll(() => bench.close())

  const buckets = async (query: string) =>
    (await rows(query)).map((row: any) => `${row.bucket} ${row.requests}`) as string[]

  test('begin at midnight of the zone in spring', async () => {
    expect(await buckets('interval=day&tz=Europe/Berlin&from=2026-03-28&to=2026-03-30')).toEqual([
      '2026-03-28T00:00:00.000+01:00 1',
      '2026-03-29T00:00:00.000+01:00 4',
      '2026-03-30T00:00:00.000+02:00 1',
    ])
  })

  test('begin at midnight of the zone in autumn', async () => {
    expect(await buckets('interval=day&tz=Europe/Berlin&from=2026-10-24&to=2026-10-26')).toEqual([
      '2026-10-24T00:00:00.000+02:00 1',
      '2026-10-25T00:00:00.000+02:00 4',
      '2026-10-26T00:00:00.000+01:00 1',
    ])
  })

  test('in UTC begin at midnight UTC', async () => {
    expect(await buckets('interval=day&from=2026-03-28&to=2026-03-29')).toEqual([
      '2026-03-28T00:00:00.000Z 2',
      '2026-03-29T00:00:00.000Z 4',
    ])
  })

  test('the hour that comes twice in autumn is two hours', async () => {
    expect(await buckets('interval=hour&tz=Europe/Berlin&from=2026-10-25T00:00:00Z&to=2026-10-25T01:59:59Z')).toEqual([
      '2026-10-25T02:00:00.000+02:00 1',
      '2026-10-25T02:00:00.000+01:00 1',
    ])
  })

  test('hours of a zone that is half an hour off begin at its full hours', async () => {
    expect(await buckets('interval=hour&tz=Asia/Kolkata&from=2026-10-25T00:00:00Z&to=2026-10-25T01:59:59Z')).toEqual([
      '2026-10-25T06:00:00.000+05:30 1',
      '2026-10-25T07:00:00.000+05:30 1',
    ])
  })

  test('weeks begin on Monday, months on the first', async () => {
    expect(await buckets('interval=week&tz=Europe/Berlin&from=2026-03-28&to=2026-03-30')).toEqual([
      '2026-03-23T00:00:00.000+01:00 5',
      '2026-03-30T00:00:00.000+02:00 1',
    ])
    expect(await buckets('interval=month&tz=Europe/Berlin')).toEqual([
      '1970-01-01T00:00:00.000+01:00 1',
      '2026-03-01T00:00:00.000+01:00 6',
      '2026-10-01T00:00:00.000+02:00 6',
      '2031-01-01T00:00:00.000+01:00 1',
    ])
    expect((await buckets('interval=month'))[0]).toBe('1969-12-01T00:00:00.000Z 1')
  })

  test('an interval and a key give a row for each pair', async () => {
    expect(await rows('interval=month&groupBy=model&from=2026-03-01&to=2026-03-31')).toMatchObject([
      { bucket: '2026-03-01T00:00:00.000Z', model: 'claude-sonnet-4-5', requests: 6 },
    ])
  })

  test('every zone that is accepted is known to the database', async () => {
    const zones = ['UTC', 'Asia/Calcutta', 'US/Pacific', 'Etc/GMT+5', 'europe/berlin', 'GMT']
    for (const zone of [...zones, ...Intl.supportedValuesOf('timeZone')]) {
      const { status } = await bench.get(`/api/usage?interval=day&tz=${encodeURIComponent(zone)}&to=1970-01-01`)
      expect([zone, status]).toEqual([zone, 200])
    }
  })
})

describe('time zones', () => {
  test('an unknown name, an offset or an injection is no zone', () => {
    for (const name of ['', 'Nowhere', '+01:00', "UTC'; drop table x", '../etc/passwd'])
      expect([name, timeZone(name)]).toEqual([name, undefined])
  })

  test('a date is a day of its zone, however long', () => {
    const hours = (date: string, zone: string) =>
      Number(zonedTime(date, 'end', zone)! + 1n - zonedTime(date, 'start', zone)!) / 3.6e12
    expect(hours('2026-03-29', 'Europe/Berlin')).toBe(23)
    expect(hours('2026-10-25', 'Europe/Berlin')).toBe(25)
    expect(hours('2026-11-22', 'America/New_York')).toBe(24)
    expect(zonedTime('2026-11-22', 'start', 'America/New_York')).toBe(at('2026-11-22T05:00:00Z'))
    expect(zonedTime('2026-11-22T00:00:00Z', 'start', 'America/New_York')).toBe(at('2026-11-22T00:00:00Z'))
  })

  test('offsets follow the change of clocks to the second', () => {
    const change = Date.parse('2026-03-29T01:00:00Z') / 1000
    expect([change - 1, change].map((seconds) => offsetSecondsAt('Europe/Berlin', seconds))).toEqual([3600, 7200])
  })
})
