// splits.test.ts: how a sender cuts its records into requests changes nothing: what belongs together may come apart.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { translate } from '#importers/index.ts'
import { forgetBatches } from '#importers/recent.ts'
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { chunks } from './chunks.ts'
import { type Desk, emptyDesk, joined, openDesk } from './testing.ts'

const variants = Map.groupBy(recordings(), ({ name }) => name.split('/').slice(0, 2).join('/'))

// One for all: to open and close a database takes ten times what it takes to empty it.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

/** What the ledger makes of requests, as a page shows it. */
async function outcome(requests: Telemetry[]) {
  await emptyDesk(desk)
  for (const some of chunks(requests, 500)) await desk.keep(joined(some))
  return {
    usage: await desk.store.all(
      `select tool, session_id, model, sum(requests)::integer as requests, sum(errors)::integer as errors,
        sum(input_tokens)::integer as input, sum(cache_read_tokens)::integer as cache_read,
        sum(cache_write_tokens)::integer as cache_write, sum(output_tokens)::integer as output,
        sum(cost_nano_usd)::double as cost
      from model_calls group by all order by all`,
    ),
    tools: await desk.store.all(
      `select tool, session_id, tool_name, count(*)::integer as calls, count(*) filter (success)::integer as successes
      from tool_calls group by all order by all`,
    ),
    messages: await desk.store.all(
      'select tool, session_id, role, count(*)::integer as n from messages group by all order by all',
    ),
    sessions: await desk.store.all('select tool, session_id, project from sessions order by all'),
  }
}

/** Each record in a request of its own. */
function apart({ spans, logs, points }: Telemetry): Telemetry[] {
  return [
    ...spans.map((span) => ({ ...noTelemetry(), spans: [span] })),
    ...logs.map((log) => ({ ...noTelemetry(), logs: [log] })),
    ...points.map((point) => ({ ...noTelemetry(), points: [point] })),
  ]
}

test('there is something to cut', () => {
  expect(variants.size).toBeGreaterThan(20)
})

for (const [variant, recorded] of variants) {
  const decoded = () => {
    forgetBatches()
    return recorded.map(({ signal, encoding, body }) => decode(signal, encoding, body, 1n).telemetry)
  }
  test(`${variant}: record by record, or all in one request, it says the same`, async () => {
    const single = await outcome(decoded().flatMap(apart).map(translate))
    const usual = await outcome(decoded().map(translate))
    const whole = await outcome([translate(joined(decoded()))])
    expect(single).toEqual(usual)
    expect(whole).toEqual(usual)
  }, 60_000)
}
