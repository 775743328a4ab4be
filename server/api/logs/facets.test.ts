import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
const base = 1795320000_000000000n // 2026-11-22T04:00:00Z
const day = 'from=2026-11-22&to=2026-11-22'

beforeAll(async () => {
  t = await openTestApi()
  const record = (at: number, severityText: string, attributes: Record<string, string | number | boolean>) => ({
    timeUnixNano: String(base + BigInt(at)),
    severityText,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value:
        typeof value === 'string'
          ? { stringValue: value }
          : typeof value === 'boolean'
            ? { boolValue: value }
            : { intValue: value },
    })),
  })
  const send = (service: string, logRecords: object[]) =>
    t.send('logs', {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
          scopeLogs: [{ logRecords }],
        },
      ],
    })
  await send(
    'shop',
    Array.from({ length: 20 }, (_, at) =>
      record(at, at < 5 ? 'Error' : 'INFO', {
        'event.name': at % 2 ? 'paid' : 'asked',
        'session.id': `s${at % 4}`,
        tool_name: at % 2 ? 'Bash' : 'Read',
        'odd/~name': at % 2 === 0,
        retries: at % 3,
        request_id: `req_${at}`,
        text: 'x'.repeat(200),
      }),
    ),
  )
  await send('other', [record(100, 'INFO', { tool_name: 'Bash' })])
})
afterAll(() => t.close())

const facets = async (query = '') => {
  const { status, body } = await t.ask(`/api/logs/facets?${day}${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  const flat = (list: any[]) =>
    Object.fromEntries(
      list.map(({ name, values }) => [
        name,
        Object.fromEntries(values.map(({ value, records }: any) => [value, records])),
      ]),
    )
  return { facets: flat(body.facets), attributes: flat(body.attributes), sampled: body.sampledRecords }
}
const encoded = (value: object) => encodeURIComponent(JSON.stringify(value))

test('count every record, and offer the attributes that few values have: no ids, no texts', async () => {
  const all = await facets()
  expect(all.facets).toEqual({
    level: { INFO: 16, ERROR: 5 },
    service: { shop: 20, other: 1 },
    event: { asked: 10, paid: 10 },
    session: { s0: 5, s1: 5, s2: 5, s3: 5 },
  })
  expect(all.attributes).toEqual({
    tool_name: { Bash: 11, Read: 10 },
    'odd/~name': { true: 10, false: 10 },
    retries: { 0: 7, 1: 7, 2: 6 },
  })
  expect(all.sampled).toBe(21)
})

test('obey the filters of the list, and name values as those take them', async () => {
  expect((await facets('&service=other')).attributes).toEqual({ tool_name: { Bash: 1 } })
  for (const [key, values] of Object.entries((await facets()).facets))
    for (const [value, records] of Object.entries(values as object)) {
      const { body } = await t.ask(`/api/logs?${day}&filter=${encoded({ [key]: value })}`)
      expect([key, value, body.total]).toEqual([key, value, records])
    }
})

test('what is excluded is in no list, no count and no histogram; records without it stay', async () => {
  const total = async (query: string) => (await t.ask(`/api/logs?${day}${query}`)).body.total
  expect(await total(`&exclude=${encoded({ level: 'ERROR' })}`)).toBe(16)
  expect(await total(`&exclude=${encoded({ event: ['asked'] })}`)).toBe(11)
  expect(await total(`&exclude=${encoded({ tool_name: 'Bash', service: 'nobody' })}`)).toBe(10)
  expect(await total(`&exclude=${encoded({ 'odd/~name': 'true' })}`)).toBe(11)
  expect(await total(`&filter=${encoded({ tool_name: 'Bash' })}&exclude=${encoded({ service: 'shop' })}`)).toBe(1)
  const both = `&exclude=${encoded({ tool_name: 'Bash', level: 'ERROR' })}`
  expect((await t.ask(`/api/logs/levels?${day}${both}`)).body).toEqual({ INFO: 7 })
  const { buckets } = (await t.ask(`/api/logs/histogram?${day}${both}`)).body
  expect(buckets.map(({ levels }: any) => levels)).toEqual([{ INFO: 7 }])
  expect((await facets(both)).facets.service).toEqual({ shop: 7 })
  expect((await t.ask(`/api/logs?${day}&exclude=level`)).status).toBe(400)
})
