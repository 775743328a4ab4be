// views.test.ts: the ledger as metric points (contract §5) and as one transcript a session.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Source } from '#proto/telemetry.ts'
import { batch, type Desk, noon, openDesk, second, seen } from './testing.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
  await desk.store.transaction((tx) =>
    tx.run(`insert into agent_metrics values
      ('claude-code', 'user_facing_tokens', 'claude_code.token.usage_user_facing'),
      ('claude-code', 'user_facing_cost', 'claude_code.cost.usage_user_facing'),
      ('claude-code', 'imported_tokens', 'claude_code.token.usage'),
      ('codex', 'tokens', 'codex_cli_rs.token.usage'),
      ('codex', 'cost', 'codex_cli_rs.cost.usage')`),
  )
})
afterEach(() => desk.close())

const points = (name: string) =>
  desk.store.all(
    `select token_type, value, value_int, unit, session_id, project, attributes::json as attributes from metric_points
    where name = '${name}' order by session_id, token_type nulls last, value`,
  )

test('a call is one point a token type, disjoint, and one for its cost, with session and project', async () => {
  const counts = { inputTokens: 10, cacheReadTokens: 90, outputTokens: 50, reasoningTokens: 20 }
  await desk.keep(
    batch({ calls: [seen({ tool: 'codex', keys: ['resp:1'], model: 'gpt', project: 'o/r', ...counts })] }),
  )
  const tokens = await points('codex_cli_rs.token.usage')
  expect(tokens.map(({ token_type, value, value_int }) => [token_type, value, value_int])).toEqual([
    ['cacheRead', 90, 90n],
    ['input', 10, 10n],
    ['output', 30, 30n],
    ['reasoning', 20, 20n],
  ])
  expect(JSON.parse(tokens[0]?.attributes as string)).toEqual({
    type: 'cacheRead',
    model: 'gpt',
    'session.id': 's1',
    project: 'o/r',
  })
  expect(await points('codex_cli_rs.cost.usage')).toMatchObject([
    { value: 0.00035, value_int: null, unit: 'USD', session_id: 's1', project: 'o/r' },
  ])
})

test('user-facing points are of requests that use the cache; tool routing has none', async () => {
  await desk.keep(
    batch({
      calls: [
        seen({ keys: ['req:1'], inputTokens: 540, outputTokens: 11 }),
        seen({ keys: ['req:2'], inputTokens: 3, cacheReadTokens: 700, outputTokens: 50 }),
      ],
    }),
  )
  const tokens = await points('claude_code.token.usage_user_facing')
  expect(tokens.map(({ token_type, value }) => [token_type, value])).toEqual([
    ['cacheRead', 700],
    ['input', 3],
    ['output', 50],
  ])
  expect(await points('claude_code.cost.usage_user_facing')).toMatchObject([{ value: 0.000953 }])
})

test('a file tells under the agent’s own names only for sessions whose points never came by telemetry', async () => {
  const file = (sessionId: string) =>
    seen({ source: 'transcript', sessionId, keys: [`msg:${sessionId}`], inputTokens: 7, outputTokens: 0 })
  await desk.keep(batch({ calls: [file('imported'), file('sent'), seen({ keys: ['req:1'], inputTokens: 9 })] }))
  await desk.store.transaction((tx) =>
    tx.run(`insert into raw_metric_points by name select
      1::bigint as batch, make_timestamp_ns(${noon}) as time, 'claude_code.token.usage' as name, 'sum' as type,
      1 as temporality, true as is_monotonic, false as is_derived, 'claude-code' as service_name, 'sent' as session_id,
      1::bigint as series_id, 5.0 as value, 0::bigint as flags, '{}' as attributes, '{}' as resource_attributes`),
  )
  const tokens = await points('claude_code.token.usage')
  expect(tokens.map(({ session_id, value }) => [session_id, value])).toEqual([
    ['imported', 7],
    ['sent', 5],
  ])
  expect(JSON.parse(tokens[0]?.attributes as string)).toMatchObject({ import_source: 'local_jsonl' })
})

test('the metrics of other services are as they were sent', async () => {
  await desk.store.transaction((tx) =>
    tx.run(`insert into raw_metric_points by name select
      1::bigint as batch, make_timestamp_ns(${noon}) as time, 'http.requests' as name, 'sum' as type, 2 as temporality,
      true as is_monotonic, false as is_derived, 'shop' as service_name, 1::bigint as series_id, 5.0 as value,
      0::bigint as flags, '{}' as attributes, '{}' as resource_attributes`),
  )
  const [both] = await desk.store.all(
    'select (select count(*) from metric_points) as n, (select count(*) from raw_metric_points) as raw',
  )
  expect(both).toEqual({ n: 1n, raw: 1n })
  const columns = (view: string) => desk.store.all(`select column_name, column_type from (describe ${view})`)
  expect(await columns('raw_metric_points')).not.toEqual([])
  expect(await columns('metric_points')).toEqual(await columns('raw_metric_points'))
})

test('a session has one transcript: the file’s, else role by role that of the best door', async () => {
  const message = (source: Source, sessionId: string, role: 'user' | 'assistant', at: bigint) => ({
    source,
    tool: 'claude-code',
    sessionId,
    messageKey: `${source} ${role}`,
    sequence: 1,
    timeUnixNano: noon + at * second,
    role,
    content: `${source} ${role}`,
  })
  await desk.keep(
    batch({
      messages: [
        message('otlp_logs', 'live', 'user', 1n),
        message('hook', 'live', 'user', 1n),
        message('otlp_logs', 'live', 'assistant', 2n),
        message('otlp_logs', 'filed', 'user', 1n),
        message('transcript', 'filed', 'assistant', 2n),
      ],
    }),
  )
  const rows = await desk.store.all('select session_id, content from session_messages order by session_id, time')
  expect(rows).toEqual([
    { session_id: 'filed', content: 'transcript assistant' },
    { session_id: 'live', content: 'hook user' },
    { session_id: 'live', content: 'otlp_logs assistant' },
  ])
})
