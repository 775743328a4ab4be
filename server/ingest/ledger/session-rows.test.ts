// session-rows.test.ts: the rows of sessions that go on, whichever way they are written.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { batch, type Desk, ledgerRows, noon, openDesk, second, seen } from './testing.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const sessions = (count: number) => Array.from({ length: count }, (_, at) => `s${at}`)
const told = (sessionIds: string[], timeUnixNano: bigint) =>
  batch({
    calls: sessionIds.map((sessionId) => seen({ sessionId, keys: [`${sessionId}:${timeUnixNano}`], timeUnixNano })),
  })
const ends = () =>
  desk.store.all(
    'select epoch_ns(last_time) - epoch_ns(start_time) as ns, count(*)::integer as n from sessions group by 1 order by 1',
  )

test('sessions go on by their own times, a few or many at once, and have one row each', async () => {
  await desk.keep(told(sessions(40), noon))
  await desk.keep(told(sessions(3), noon + second))
  expect(await ends()).toEqual([
    { ns: 0n, n: 37 },
    { ns: second, n: 3 },
  ])
  await desk.keep(told(sessions(40), noon + 2n * second))
  await desk.keep(told(['s1'], noon + 3n * second))
  expect(await ends()).toEqual([
    { ns: 2n * second, n: 39 },
    { ns: 3n * second, n: 1 },
  ])
})

test('what goes on in one group is also written when it learns more, and a group that fails moves nothing', async () => {
  await desk.keep(
    batch({
      sessions: [{ source: 'hook', tool: 'claude-code', sessionId: 's1', project: 'a/b', lastTimeUnixNano: noon }],
    }),
  )
  await desk.fail(told(['s1'], noon + second))
  await desk.keep(told(['s1'], noon + 2n * second))
  await desk.keep(
    batch({
      sessions: [
        { source: 'hook', tool: 'claude-code', sessionId: 's1', branch: 'main', lastTimeUnixNano: noon + 4n * second },
      ],
    }),
  )
  await desk.keep(told(['s1'], noon + 3n * second))
  const { sessions: rows } = await ledgerRows(desk.store)
  expect(rows).toHaveLength(1)
  expect(rows?.[0]).toMatchObject({ project: 'a/b', branch: 'main', sources: ['hook', 'otlp_logs'] })
  expect(await ends()).toEqual([{ ns: 4n * second, n: 1 }])
})

test('a time beyond all clocks is kept as every row keeps it', async () => {
  await desk.keep(told(['s1'], noon))
  await desk.keep(told(['s1'], 2n ** 63n - 1n))
  expect(await desk.store.all('select epoch_ns(last_time) as last from sessions')).toEqual([{ last: 2n ** 63n - 2n }])
})
