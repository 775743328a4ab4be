// missing-ids.test.ts: older versions, other providers and proxies leave ids out; then the agent's written rule joins the doors.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { agents, translate } from '#importers/index.ts'
import { forgetBatches } from '#importers/recent.ts'
import { fixtures, readTree } from '#importers/transcript-fixtures.ts'
import type { Attributes } from '#proto/attributes.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { chunks } from './chunks.ts'
import { type Desk, emptyDesk, joined, openDesk } from './testing.ts'

/** What telemetry knows a request by, of each agent that writes transcripts. */
const ids: Record<string, string[]> = {
  'claude-code': ['request_id', 'client_request_id', 'message_id', 'gen_ai.response.id'],
  codex: ['auth.request_id'],
  opencode: ['gen_ai.response.id', 'message_id', 'message.id', 'messageID'],
  copilot: ['gen_ai.response.id', 'github.copilot.service_request_id', 'github.copilot.turn_id'],
}

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

/** Requests whose telemetry names neither themselves nor their session can be joined by nothing, and are left out. */
async function usage(groups: Telemetry[]) {
  await emptyDesk(desk)
  for (const some of chunks(groups, 50)) await desk.keep(joined(some))
  return desk.store.all(
    `select tool, session_id, model, sum(requests)::integer as requests, sum(errors)::integer as errors,
      sum(input_tokens)::integer as input, sum(cache_read_tokens)::integer as cache_read,
      sum(cache_write_tokens)::integer as cache_write, sum(output_tokens)::integer as output
    from model_calls where session_id <> '' group by all order by all`,
  )
}

for (const [tool, keys] of Object.entries(ids)) {
  const { transcripts } = agents.find(({ id }) => id === tool)!
  const own = recordings().filter(({ name }) => name.startsWith(`${tool}/`))
  const files = (without: readonly string[] = []): Telemetry[] => {
    const { telemetry } = readTree(transcripts!, `${fixtures}/${tool}/transcripts`)
    for (const call of telemetry.calls)
      call.keys = call.keys.filter((key) => !without.some((kind) => key.startsWith(kind)))
    return [telemetry]
  }
  const sent = (without: readonly string[] = []): Telemetry[] => {
    forgetBatches()
    const strip = (attributes: Attributes) => {
      for (const key of without) delete attributes[key]
    }
    return own.map(({ signal, encoding, body }) => {
      const { telemetry } = decode(signal, encoding, body, 1n)
      for (const { attributes } of telemetry.logs) strip(attributes)
      for (const { attributes, events } of telemetry.spans) {
        strip(attributes)
        for (const event of events) strip(event.attributes)
      }
      return translate(telemetry)
    })
  }

  test(`${tool}: telemetry without ids of requests and files with them are the same requests, in either order`, async () => {
    const right = await usage([...sent(), ...files()])
    expect(right.length).toBeGreaterThan(3)
    expect(await usage([...sent(keys), ...files()])).toEqual(right)
    expect(await usage([...files(), ...sent(keys)])).toEqual(right)
  }, 60_000)

  test(`${tool}: files without the ids of requests and telemetry with them are, too`, async () => {
    const right = await usage([...sent(), ...files()])
    expect(await usage([...sent(), ...files(['req:', 'resp:'])])).toEqual(right)
    expect(await usage([...files(['req:', 'resp:']), ...sent()])).toEqual(right)
  }, 60_000)
}
