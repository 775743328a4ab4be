import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { LogList } from '../shapes.ts'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())

const base = 1795320000_000000000n // 2026-11-22T04:00:00Z
const day = 'from=2026-11-22&to=2026-11-22'

function request(service: string, records: object[]) {
  return {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeLogs: [
          { logRecords: records.map((record, at) => ({ timeUnixNano: String(base + BigInt(at)), ...record })) },
        ],
      },
    ],
  }
}

describe('a record', () => {
  test('comes back with every field, exact to the nanosecond and the int64', async () => {
    await t.send(
      'logs',
      request('exact', [
        {
          timeUnixNano: String(base + 516696915n),
          observedTimeUnixNano: String(base + 516696916n),
          severityNumber: 13,
          severityText: 'Warning',
          eventName: 'cart.emptied',
          traceId: 'AB'.repeat(16),
          spanId: 'cd'.repeat(8),
          flags: 1,
          body: { kvlistValue: { values: [{ key: 'n', value: { intValue: '9007199254740993' } }] } },
          attributes: [
            { key: 'd', value: { doubleValue: 5 } },
            { key: 'list', value: { arrayValue: { values: [{ boolValue: true }, {}] } } },
          ],
        },
      ]),
    )
    const { text, body } = await t.ask(`/api/logs?${day}&service=exact`)
    LogList.parse(body)
    expect(body.logs[0]).toMatchObject({
      timestamp: '2026-11-22T04:00:00.516696915Z',
      observedTimestamp: '2026-11-22T04:00:00.516696916Z',
      severityText: 'Warning',
      severityNumber: 13,
      eventName: 'cart.emptied',
      traceId: 'ab'.repeat(16),
      spanId: 'cd'.repeat(8),
      traceFlags: 1,
      serviceName: 'exact',
      logAttributes: { d: 5, list: [true, null] },
      resourceAttributes: { 'service.name': 'exact' },
    })
    expect(text).toContain('"body":{"n":9007199254740993}')
    expect(text).toContain('"d":5.0')
  })

  test('of a megabyte ends its page early, and the pages together are complete', async () => {
    const long = 'x'.repeat(6 * 1024 * 1024)
    await t.send(
      'logs',
      request(
        'long',
        Array.from({ length: 5 }, (_, n) => ({ body: { stringValue: `${n}${long}` } })),
      ),
    )
    const seen: string[] = []
    let pages = 0
    for (let more = true; more; pages++) {
      const { body } = await t.ask(`/api/logs?${day}&service=long&offset=${seen.length}`)
      seen.push(...body.logs.map((log: any) => log.body[0]))
      more = body.hasMore
    }
    expect([seen.join(''), pages]).toEqual(['43210', 2])
  })
})

describe('levels', () => {
  const records = [
    { severityText: 'info' },
    { severityText: 'INFO', severityNumber: 9 },
    { severityText: 'Information', severityNumber: 10 },
    { severityNumber: 17 },
    { severityNumber: 24 },
    { eventName: 'shop.api_error' },
    { eventName: 'shop.retries_exhausted' },
    { eventName: 'shop.api_request' },
    {},
  ]
  beforeAll(() => t.send('logs', request('levels', records)))

  test('count every record once, under the text that the list shows for it', async () => {
    const { body: levels } = await t.ask(`/api/logs/levels?${day}&service=levels`)
    const { body } = await t.ask(`/api/logs?${day}&service=levels`)
    const shown = Object.fromEntries(
      Object.entries(Object.groupBy(body.logs, (log: any) => log.severityText)).map(([level, logs]) => [
        level,
        logs!.length,
      ]),
    )
    expect(levels).toEqual(shown)
    expect(levels).toEqual({ ERROR: 3, FATAL: 1, INFO: 3, Information: 1, info: 1 })
  })

  for (const [severity, found] of [
    ['INFO', 5],
    ['info', 5],
    ['information', 1],
    ['error', 3],
    ['FATAL', 1],
    ['WARN', 0],
    ['9', 1],
    ['17', 1],
    ["INFO' or '1'='1", 0],
  ] as const) {
    test(`severity=${severity} finds ${found}`, async () => {
      const { body } = await t.ask(`/api/logs?${day}&service=levels&severity=${encodeURIComponent(severity)}`)
      expect(body.total).toBe(found)
    })
  }
})

describe('the list', () => {
  beforeAll(() =>
    t.send(
      'logs',
      request('many', [
        { body: { stringValue: '100% of_it\\ "quoted"' } },
        { body: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'line\nbreak' } }] } } },
        { body: { stringValue: 'plain' }, attributes: [{ key: 'path', value: { stringValue: 'C:\\temp "x"' } }] },
        { eventName: 'checkout_done', traceId: '1'.repeat(32) },
      ]),
    ),
  )

  test('comes newest first, and of the same time last stored first', async () => {
    const { body } = await t.ask(`/api/logs?${day}&service=many&limit=2`)
    expect(body).toMatchObject({ total: 4, hasMore: true })
    expect(body.logs.map((log: any) => log.eventName ?? log.body)).toEqual(['checkout_done', 'plain'])
  })

  for (const [search, found] of [
    ['100% OF_IT\\ "quoted"', 1],
    ['line\nbreak', 1],
    ['C:\\temp "x"', 1],
    ['CHECKOUT', 1],
    ['100_', 0],
    ['%', 1],
    ["'; drop table logs; --", 0],
  ] as const) {
    test(`search takes ${JSON.stringify(search)} literally`, async () => {
      const { body } = await t.ask(`/api/logs?${day}&service=many&search=${encodeURIComponent(search)}`)
      expect(body.total).toBe(found)
    })
  }

  test('is filtered by trace in any case', async () => {
    const { body } = await t.ask(`/api/logs?from=2026-11-22&traceId=${'AB'.repeat(16)}`)
    expect(body.logs.map((log: any) => log.serviceName)).toEqual(['exact'])
  })

  test('of a recorded run is filtered by its session', async () => {
    await t.replay('claude-code/otlp/01-http-json')
    const { body } = await t.ask(`/api/logs?${day}&service=claude-code&limit=1`)
    const { sessionId } = body.logs[0]
    const { body: own } = await t.ask(`/api/logs?${day}&sessionId=${sessionId}`)
    expect(own.total).toBe(98)
    expect(own.logs[0].eventName).not.toStartWith('claude_code.')
  })
})

describe('the histogram', () => {
  const minute = 60_000_000_000n
  beforeAll(() =>
    t.send(
      'logs',
      request('spread', [
        { timeUnixNano: String(base), severityText: 'INFO', body: { stringValue: 'a' } },
        { timeUnixNano: String(base + 1n), severityText: 'ERROR', body: { stringValue: 'b' } },
        { timeUnixNano: String(base + minute - 1n), severityText: 'INFO', body: { stringValue: 'b' } },
        { timeUnixNano: String(base + 3n * minute), severityText: 'INFO', body: { stringValue: 'a' } },
      ]),
    ),
  )
  const first = Number(base / 1_000_000n)

  test('counts each level of each interval and leaves empty ones out', async () => {
    const { body } = await t.ask(`/api/logs/histogram?${day}&service=spread&interval=1m`)
    expect(body).toEqual({
      intervalSeconds: 60,
      buckets: [
        { time: first, levels: { ERROR: 1, INFO: 2 } },
        { time: first + 180_000, levels: { INFO: 1 } },
      ],
    })
  })

  test('obeys the filters of the list', async () => {
    const { body } = await t.ask(`/api/logs/histogram?${day}&service=spread&interval=60&search=b&severity=info`)
    expect(body.buckets).toEqual([{ time: first, levels: { INFO: 1 } }])
  })

  test('of too many intervals is refused', async () => {
    expect((await t.ask('/api/logs/histogram?from=2020-01-01&to=2026-01-01&interval=1')).status).toBe(400)
  })
})

describe('attributes', () => {
  const attribute = (key: string, value: object) => ({ key, value })
  beforeAll(() =>
    t.send(
      'logs',
      request('attributed', [
        {
          eventName: 'tool.ended',
          body: { stringValue: 'one' },
          attributes: [
            attribute('tool_name', { stringValue: 'Bash' }),
            attribute('success', { boolValue: true }),
            attribute('ms', { intValue: '12' }),
            attribute('a/b~c', { stringValue: 'x' }),
          ],
        },
        {
          eventName: 'tool.ended',
          body: { stringValue: 'two' },
          attributes: [attribute('tool_name', { stringValue: 'Read' }), attribute('success', { boolValue: false })],
        },
        { eventName: 'prompt', body: { stringValue: 'three' } },
      ]),
    ),
  )
  const found = async (filter: unknown) => {
    const { status, body } = await t.ask(
      `/api/logs?${day}&service=attributed&filter=${encodeURIComponent(JSON.stringify(filter))}`,
    )
    expect([status, body.message]).toEqual([200, undefined])
    expect(body.total).toBe(body.logs.length)
    return body.logs.map((log: any) => log.body).toReversed()
  }

  test('of records and of resources are filtered by their values, whatever their type', async () => {
    expect(await found({ tool_name: 'Bash' })).toEqual(['one'])
    expect(await found({ tool_name: ['Bash', 'Read'] })).toEqual(['one', 'two'])
    expect(await found({ success: false })).toEqual(['two'])
    expect(await found({ ms: 12 })).toEqual(['one'])
    expect(await found({ 'a/b~c': 'x', 'event.name': 'tool.ended' })).toEqual(['one'])
    expect(await found({ tool_name: '' })).toEqual(['three'])
    expect(await found({ 'service.name': 'attributed', event: 'prompt' })).toEqual(['three'])
    expect(await found({ tool_name: 'Bash', success: false })).toEqual([])
    expect(await found({ tool_name: `Bash' or 1=1 --` })).toEqual([])
  })

  test('filter the counts of levels, which no level narrows', async () => {
    const filter = encodeURIComponent('{"tool_name":["Bash","Read"]}')
    const asked = `/api/logs/levels?${day}&service=attributed&filter=${filter}`
    const { body } = await t.ask(asked)
    expect(Object.values(body).reduce((a: any, b: any) => a + b, 0)).toBe(2)
    expect((await t.ask(`${asked}&search=two`)).body).toEqual(
      Object.fromEntries(Object.entries(body).map(([level]) => [level, 1])),
    )
    expect((await t.ask(`${asked}&severity=error`)).body).toEqual(body)
  })

  test('filter the histogram as they filter the list', async () => {
    const filter = encodeURIComponent('{"event.name":"tool.ended"}')
    const { body } = await t.ask(`/api/logs/histogram?${day}&service=attributed&interval=60&filter=${filter}`)
    expect(body.buckets.map(({ levels }: any) => Object.values(levels))).toEqual([[2]])
  })

  test('that cannot be read are a 400', async () => {
    expect((await t.ask(`/api/logs?${day}&filter={`)).status).toBe(400)
  })
})
