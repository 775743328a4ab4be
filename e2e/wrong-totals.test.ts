// wrong-totals.test.ts: the twelfth of the nearest system's wrong answers, which concerns the API: what its rule makes of what
// was sent, and what the program answers. The other eleven are in `server/ingest/ledger/wrong-totals.test.ts`.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Running, start } from './telltale.ts'

const traceId = '5b8efff798038103d269b633813fc60c'
const spanId = 'eee19b7ec3c1b174'
const linked = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
const nanos = 1_795_320_000_123_456_789n

const spans = (span: object) => ({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
const span = {
  traceId,
  spanId,
  name: 'chat',
  startTimeUnixNano: String(nanos),
  endTimeUnixNano: String(nanos + 1n),
  attributes: [
    { key: 'tokens', value: { intValue: '9007199254740993' } },
    { key: 'text', value: { stringValue: '42' } },
    { key: 'ratio', value: { doubleValue: 1 } },
  ],
  events: [{ name: 'exception', timeUnixNano: String(nanos + 1n), attributes: [] }],
  links: [{ ...linked, attributes: [] }],
}

let server: Running
beforeAll(async () => {
  // Without the signal a full disk, or a limit as here, is an error of the write.
  server = await start({ by: ['sh', '-c', 'trap "" XFSZ; exec "$0" "$@"'] })
})
afterAll(() => server.dispose())

async function send(signal: string, body: unknown): Promise<Response> {
  return fetch(`${server.otlpUrl}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
const answer = async () => (await fetch(new URL(`/api/traces/${traceId}`, server.apiUrl))).text()

describe('12. what was sent comes back in part, rounded, as text; and good requests are refused', () => {
  test('events and links are stored and never shown', async () => {
    expect((await send('traces', spans(span))).status).toBe(200)
    const [shown] = JSON.parse(await answer()).spans
    const wrong = { events: undefined, links: undefined }
    expect(shown.events).toMatchObject([{ name: 'exception' }])
    expect(shown.links).toMatchObject([linked])
    expect({ events: shown.events, links: shown.links }).not.toEqual(wrong)
  })

  test('nanoseconds become microseconds', async () => {
    const text = await answer()
    const right = '2026-11-22T04:00:00.123456789Z'
    const wrong = '2026-11-22T04:00:00.123456Z'
    expect(text).toContain(right)
    expect(text).not.toContain(wrong)
  })

  test('integers become strings, and large ones lose digits', async () => {
    const text = await answer()
    expect(text).toMatch(/"tokens": ?9007199254740993\b/)
    expect(text).toMatch(/"text": ?"42"/)
    expect(text).toMatch(/"ratio": ?1\.0\b/)
    const wrong = String(Number('9007199254740993'))
    expect(text).not.toContain(wrong)
  })

  test('a field that a newer sender added is a 400', async () => {
    const newer = { ...spans({ ...span, spanId: 'c'.repeat(16), isRemote: true, profile: { id: [1] } }), future: {} }
    expect((await send('traces', newer)).status).toBe(200)
    expect(JSON.parse(await answer()).spans).toHaveLength(2)
  })

  test('a body over 10 MiB is a 400', async () => {
    const filler = Array.from({ length: 12 }, (_, n) => ({
      body: { stringValue: `${n}${'x'.repeat(1024 * 1024)}` },
      timeUnixNano: String(nanos + BigInt(n)),
    }))
    const response = await send('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: filler }] }] })
    expect(response.status).toBe(200)
    expect((await server.get('/api/stats')).logCount).toBe(12)
  })

  test('trouble of the storage is a 500, which no client retries', async () => {
    const limit = (bytes: string) =>
      Bun.spawnSync(['prlimit', '--pid', String(server.pid), `--fsize=${bytes}:unlimited`])
    // Not reproducible content: nothing of it may fit by being compressed.
    const noise = (n: number) => ({
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                { body: { stringValue: crypto.getRandomValues(Buffer.alloc(500_000)).toString('hex') + n } },
              ],
            },
          ],
        },
      ],
    })
    expect(limit('4096').exitCode).toBe(0)
    const refused = await send('logs', noise(1))
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(limit('unlimited').exitCode).toBe(0)
    // As a client does.
    let status = 0
    for (let tries = 0; tries < 40 && status !== 200; tries++) {
      status = (await send('logs', noise(2))).status
      if (status !== 200) await Bun.sleep(250)
    }
    expect(status).toBe(200)
    expect((await server.get('/api/stats')).logCount).toBe(13)
  }, 30_000)
})
