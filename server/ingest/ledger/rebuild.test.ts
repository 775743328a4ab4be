// rebuild.test.ts: the ledger computed anew says what moved, moves only that, and heals what was broken.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { rebuild } from './rebuild.ts'
import { batch, counted, type Desk, flatPrice, noon, openDesk, second, seen } from './testing.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
  await desk.keep(
    batch({
      calls: ['1', '2', '3'].map((n) => seen({ keys: [`req:${n}`], inputTokens: 10 })),
      aggregates: [counted({ sessionId: 'other', value: 50 })],
      toolCalls: [
        { source: 'hook', tool: 'gemini', sessionId: 'other', callId: 't1', toolName: 'ls', timeUnixNano: noon },
      ],
      sessions: [{ source: 'hook', tool: 'gemini', sessionId: 'other', project: 'o/r', lastTimeUnixNano: noon }],
      commits: [
        { source: 'hook', tool: 'gemini', sessionId: 'other', kind: 'commit', hash: 'abcdef1', timeUnixNano: noon },
      ],
    }),
  )
})
afterEach(() => desk.close())

const pricing = { price: flatPrice, mode: 'auto' } as const
const still = { added: 0, removed: 0, changed: 0 }
const calls = () => desk.store.all('select call_id, input_tokens, component from model_calls order by 1, 2')

test('a healthy ledger does not move', async () => {
  const before = await calls()
  const report = await rebuild(desk.store, pricing, { ledger: desk.ledger })
  expect(report).toMatchObject({
    calls: { before: 4, after: 4, ...still },
    toolCalls: { before: 1, after: 1, ...still },
    sessions: { before: 2, after: 2, ...still },
    commits: { before: 1, after: 1, ...still },
    tokens: { before: 80, after: 80 },
  })
  expect(await calls()).toEqual(before)
})

test('rows that were changed, lost, invented or doubled are put right, and a dry run only says so', async () => {
  const before = await calls()
  await desk.store.transaction(async (tx) => {
    await tx.run("update model_calls set input_tokens = 99 where call_id = 'claude-code/req:1'")
    await tx.run("delete from model_calls where call_id = 'claude-code/req:2'")
    await tx.run("insert into model_calls select * from model_calls where call_id = 'claude-code/req:3'")
    await tx.run("insert into model_calls select * replace ('invented' as call_id) from model_calls limit 1")
    await tx.run('delete from tool_calls')
    await tx.run("update sessions set project = 'x' where session_id = 'other'")
  })
  const broken = await calls()
  const expected = {
    calls: { before: 5, after: 4, added: 1, removed: 1, changed: 2 },
    toolCalls: { before: 0, after: 1, added: 1, removed: 0, changed: 0 },
    sessions: { before: 2, after: 2, added: 0, removed: 0, changed: 1 },
  }
  expect(await rebuild(desk.store, pricing, { dryRun: true })).toMatchObject({ dryRun: true, ...expected })
  expect(await calls()).toEqual(broken)
  expect(await rebuild(desk.store, pricing)).toMatchObject({ dryRun: false, ...expected })
  expect(await calls()).toEqual(before)
})

test('another price table moves the costs and nothing else', async () => {
  const report = await rebuild(
    desk.store,
    { price: (call) => ({ ...flatPrice(call), costNanoUsd: 1 }), mode: 'auto' },
    { ledger: desk.ledger },
  )
  expect(report).toMatchObject({
    calls: { added: 0, removed: 0, changed: 4 },
    costNanoUsd: { before: 80_000, after: 4 },
    tokens: { before: 80, after: 80 },
  })
})

test('observations of one request that were kept apart are brought together, for later ones too', async () => {
  await desk.keep(batch({ calls: [seen({ source: 'otlp_traces', keys: ['req:1'], outputTokens: 5 })] }))
  await desk.store.transaction((tx) =>
    tx.run("update call_observations set component = 900 where source = 'otlp_traces'"),
  )
  await rebuild(desk.store, pricing, { ledger: desk.ledger })
  expect(await desk.store.all('select count(distinct component)::integer as n from call_observations')).toEqual([
    { n: 3 },
  ])
  const later = seen({ source: 'transcript', keys: ['req:1', 'msg:1'], timeUnixNano: noon + second, outputTokens: 5 })
  await desk.keep(batch({ calls: [later] }))
  expect(await desk.store.all("select sources from model_calls where call_id = 'claude-code/msg:1'")).toEqual([
    { sources: ['otlp_logs', 'otlp_traces', 'transcript'] },
  ])
  expect(await desk.store.all('select count(*)::integer as n from model_calls')).toEqual([{ n: 4 }])
})
