import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SpanList, TraceList } from '../shapes.ts'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())

const second = 1_000_000_000n
const base = 1795320000n * second // 2026-11-22T04:00:00Z
const day = 'from=2026-11-22&to=2026-11-22'

type SpanSpec = {
  id: string
  parent?: string
  name?: string
  at?: number
  ms?: number
  status?: number
  extra?: object
}

/** An OTLP/JSON request with one service's spans; ids are filled up with zeros, `at` is seconds after 04:00. */
function request(trace: string, service: string, spans: SpanSpec[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1.2' },
            spans: spans.map(({ id, parent, name = id, at = 0, ms = 10, status = 0, extra = {} }) => ({
              traceId: trace.padEnd(32, '0'),
              spanId: id.padEnd(16, '0'),
              ...(parent ? { parentSpanId: parent.padEnd(16, '0') } : {}),
              name,
              kind: 1,
              startTimeUnixNano: String(base + BigInt(at) * second),
              endTimeUnixNano: String(base + BigInt(at) * second + BigInt(ms) * 1_000_000n),
              status: { code: status },
              ...extra,
            })),
          },
        ],
      },
    ],
  }
}

describe('a trace', () => {
  const trace = 'a1'
  beforeAll(async () => {
    // Children arrive before their parents, as exporters send them.
    await t.send('traces', request(trace, 'shop', [{ id: 'c1', parent: 'b1', at: 2, ms: 500, status: 2 }]))
    await t.send('traces', request(trace, 'shop', [{ id: 'b1', at: 1, ms: 2500, name: 'GET /cart' }]))
    await t.send(
      'traces',
      request(trace, 'stock', [
        {
          id: 'd1',
          parent: 'c1',
          at: 2,
          name: 'select',
          extra: {
            traceState: 'v=1',
            flags: 257,
            kind: 3,
            status: { code: 2, message: 'no such row' },
            attributes: [
              { key: 'int', value: { intValue: '9223372036854775807' } },
              { key: 'double', value: { doubleValue: 5 } },
              { key: 'text', value: { stringValue: 'say "hi"\\' } },
              { key: '__proto__', value: { boolValue: true } },
            ],
            events: [
              {
                timeUnixNano: String(base + 123456789n),
                name: 'exception',
                attributes: [{ key: 'n', value: { intValue: '-9007199254740993' } }],
              },
            ],
            links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), attributes: [] }],
          },
        },
      ]),
    )
  })

  test('is one row: its root is the span without a parent, whatever came first', async () => {
    const { body } = await t.ask(`/api/traces?${day}&service=shop`)
    TraceList.parse(body)
    expect(body).toMatchObject({ total: 1, hasMore: false })
    expect(body.traces[0]).toMatchObject({
      id: trace.padEnd(32, '0'),
      kind: 'otel_trace',
      rootSpanId: 'b1'.padEnd(16, '0'),
      rootSpan: 'GET /cart',
      serviceName: 'shop',
      startTime: '2026-11-22T04:00:01.000Z',
      duration: 2_500_000_000,
      spanCount: 3,
      errorCount: 2,
      status: 'ERROR',
    })
  })

  test('has every field of its spans, 64-bit integers and nanoseconds to the digit', async () => {
    const { text, body } = await t.ask(`/api/traces/${trace.padEnd(32, '0')}/spans`)
    SpanList.parse(body)
    expect(body.spans.map((span: any) => span.spanName)).toEqual(['GET /cart', 'c1', 'select'])
    const select = body.spans[2]
    expect(select).toMatchObject({
      spanKind: 'CLIENT',
      statusCode: 'ERROR',
      statusMessage: 'no such row',
      traceState: 'v=1',
      flags: 257,
      scopeName: 'lib',
      scopeVersion: '1.2',
      parentSpanId: 'c1'.padEnd(16, '0'),
      duration: 10_000_000,
      links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), attributes: {} }],
    })
    expect(select.events[0].timestamp).toBe('2026-11-22T04:00:00.123456789Z')
    expect(Object.hasOwn(select.spanAttributes, '__proto__')).toBe(true)
    expect(text).toContain('{"int":9223372036854775807,"double":5.0,"text":"say \\"hi\\"\\\\","__proto__":true}')
    expect(text).toContain('"attributes":{"n":-9007199254740993}')
  })

  test('is found by its id in any case, and /api/traces/{id} says the same', async () => {
    const { body } = await t.ask(`/api/traces/${trace.toUpperCase().padEnd(32, '0')}`)
    expect(body.total).toBe(3)
  })

  test('that does not exist is 404, whatever the id looks like', async () => {
    for (const id of ['0'.repeat(31), 'f'.repeat(32), 'f'.repeat(16), "' or 1=1 --", '%25']) {
      const { status, body } = await t.ask(`/api/traces/${encodeURIComponent(id)}`)
      expect([id, status, body.error]).toEqual([id, 404, 'Not Found'])
    }
  })
})

describe('a trace whose root has not arrived', () => {
  test('is named by the earliest span whose parent is missing, not by a child with the same time', async () => {
    await t.send(
      'traces',
      request('a2', 'late', [
        { id: 'a1', parent: 'b1', name: 'child', at: 5 },
        { id: 'b1', parent: 'ff', name: 'orphan', at: 5 },
      ]),
    )
    const { body } = await t.ask(`/api/traces?${day}&service=late`)
    expect(body.traces[0]).toMatchObject({ rootSpan: 'orphan', spanCount: 2, status: 'UNSET' })
  })
})

describe('the list', () => {
  beforeAll(async () => {
    for (let n = 0; n < 7; n++)
      await t.send('traces', request(`b${n}`, 'many', [{ id: '01', at: 100 + n, name: `op ${n}` }]))
    await t.send(
      'traces',
      request('c0', 'searched', [
        {
          id: '01',
          name: '100% of_it\\',
          at: 50,
          extra: { attributes: [{ key: 'quote', value: { stringValue: 'He said "No"' } }] },
        },
        { id: '02', name: 'ÄRGER', parent: '01', at: 50 },
      ]),
    )
  })

  test('comes newest first, in pages that neither lose nor repeat', async () => {
    const names: string[] = []
    for (let offset = 0; ; offset += 3) {
      const { body } = await t.ask(`/api/traces?${day}&service=many&limit=3&offset=${offset}`)
      expect(body.total).toBe(7)
      names.push(...body.traces.map((trace: any) => trace.rootSpan))
      if (!body.hasMore) break
    }
    expect(names).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `op ${n}`))
  })

  test('tells the total also beyond its end', async () => {
    const { body } = await t.ask(`/api/traces?${day}&service=many&offset=100`)
    expect(body).toEqual({ traces: [], total: 7, hasMore: false })
  })

  test('takes both ends of the range in', async () => {
    const at = '2026-11-22T04:01:43Z'
    const { body } = await t.ask(`/api/traces?from=${at}&to=${at}&service=many`)
    expect(body.traces.map((trace: any) => trace.rootSpan)).toEqual(['op 3'])
  })

  for (const [search, found] of [
    ['100% OF_IT', 1],
    ['of_it\\', 1],
    ['said "No"', 1],
    ['ärger', 1],
    ['searched', 1],
    [`c0${'0'.repeat(30)}`, 1],
    ['100_', 0],
    ['of%it', 0],
    ["' or 1=1 --", 0],
  ] as const) {
    test(`search takes ${JSON.stringify(search)} literally`, async () => {
      const { body } = await t.ask(`/api/traces?${day}&service=searched&search=${encodeURIComponent(search)}`)
      expect(body.total).toBe(found)
      // A trace that is found by one span is shown with all.
      if (found) expect(body.traces[0].spanCount).toBe(2)
    })
  }

  test('recent looks at all time', async () => {
    await t.send(
      'traces',
      request('d0', 'old', [{ id: '01', extra: { startTimeUnixNano: '1000000000', endTimeUnixNano: '1000000001' } }]),
    )
    const { body } = await t.ask('/api/traces/recent?limit=1000')
    expect(body.traces.at(-1)).toMatchObject({ serviceName: 'old', startTime: '1970-01-01T00:00:01.000Z', duration: 1 })
    expect((await t.ask('/api/traces?service=old')).body.total).toBe(0)
  })
})

describe('Codex', () => {
  test('every span of a recorded run belongs to exactly one row', async () => {
    await t.replay('codex/otlp/01-http-binary')
    const { body } = await t.ask(`/api/traces?${day}&service=codex_exec&limit=1000`)
    const ids = new Set<string>()
    let spans = 0
    for (const row of body.traces) {
      const { body: detail } = await t.ask(`/api/traces/${row.id}?kind=${row.kind}`)
      expect(detail.total).toBe(row.spanCount)
      spans += detail.spans.length
      for (const span of detail.spans) ids.add(`${span.traceId}/${span.spanId}`)
    }
    const { rows } = (await t.post('/api/sql', { sql: "select count(*) from spans where service_name = 'codex_exec'" }))
      .body
    expect([spans, ids.size]).toEqual([rows[0][0], rows[0][0]])
    expect(spans).toBe(1926)
  })

  test('one trace of a whole process is shown as operations until its outermost span arrives', async () => {
    await t.send(
      'traces',
      request('e0', 'codex_cli_rs', [
        { id: 'a0', parent: '99', name: 'turn one', at: 200 },
        { id: 'a1', parent: 'a0', name: 'tool', at: 201, ms: 5000, status: 2 },
        { id: 'a2', parent: 'a1', name: 'deep', at: 202 },
        { id: 'b0', parent: '99', name: 'turn two', at: 300 },
      ]),
    )
    const { body } = await t.ask(`/api/traces?${day}&service=codex_cli_rs`)
    expect(body.traces).toMatchObject([
      { kind: 'codex_operation', id: 'b0'.padEnd(16, '0'), rootSpan: 'turn two', spanCount: 1, status: 'UNSET' },
      { kind: 'codex_operation', id: 'a0'.padEnd(16, '0'), rootSpan: 'turn one', spanCount: 3, status: 'ERROR' },
    ])
    const [, first] = body.traces
    const detail = (await t.ask(`/api/traces/${first.id}?kind=codex_operation`)).body
    expect(detail.spans.map((span: any) => span.spanName)).toEqual(['turn one', 'tool', 'deep'])
    expect((await t.ask(`/api/traces/${first.traceId}`)).body.total).toBe(4)
    const found = (await t.ask(`/api/traces?${day}&service=codex_cli_rs&search=deep`)).body
    expect(found.traces.map((trace: any) => trace.rootSpan)).toEqual(['turn one'])

    await t.send('traces', request('e0', 'codex_cli_rs', [{ id: '99', name: 'process', at: 199, ms: 600_000 }]))
    expect((await t.ask(`/api/traces?${day}&service=codex_cli_rs`)).body.traces).toMatchObject([
      { kind: 'otel_trace', id: 'e0'.padEnd(32, '0'), rootSpan: 'process', spanCount: 5 },
    ])
  })

  test('spans that are each other’s parents neither hang nor hide the rest', async () => {
    await t.send(
      'traces',
      request('f0', 'codex_tui', [
        { id: 'a0', parent: 'a1' },
        { id: 'a1', parent: 'a0' },
        { id: 'b0', parent: '77' },
        { id: 'c0', parent: '78' },
      ]),
    )
    const { status, body } = await t.ask(`/api/traces?${day}&service=codex_tui`)
    expect([status, body.total]).toEqual([200, 2])
    expect((await t.ask(`/api/traces/${'f0'.padEnd(32, '0')}`)).body.total).toBe(4)
  })
})

describe('the requests of a trace', () => {
  test('are those of the ledger, by the span they were seen in', async () => {
    await t.replay('copilot/otlp/01-http-json')
    const { body: list } = await t.ask('/api/traces?from=1970-01-01&service=github-copilot&limit=50')
    let seen = 0
    for (const { id } of list.traces) {
      const { body } = await t.ask(`/api/traces/${id}/calls`)
      const { body: trace } = await t.ask(`/api/traces/${id}`)
      const spans = new Set(trace.spans.map((span: any) => span.spanId))
      for (const call of body.calls) {
        expect(spans.has(call.spanId)).toBe(true)
        expect(call.totalTokens).toBe(
          call.inputTokens + call.cacheReadTokens + call.cacheWriteTokens + call.outputTokens,
        )
        seen += call.requests
      }
    }
    const { body: usage } = await t.ask('/api/usage?tool=copilot')
    expect(seen).toBe(usage.totals.requests)
    expect(seen).toBeGreaterThan(0)
    expect((await t.ask(`/api/traces/${'0'.repeat(32)}/calls`)).body).toEqual({ calls: [] })
  })
})
