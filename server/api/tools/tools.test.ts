import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { ToolCallObservation } from '#proto/telemetry.ts'
import { at, type Bench, openBench } from '../usage/testing.ts'
import { toolsRoutes } from './routes.ts'

let bench: Bench
let serial = 0
const called = (toolName: string, part: Partial<ToolCallObservation> = {}): ToolCallObservation => ({
  source: 'otlp_logs',
  tool: 'claude-code',
  sessionId: 's1',
  callId: `t${serial++}`,
  toolName,
  timeUnixNano: at('2026-11-22T04:00:00Z'),
  ...part,
})

beforeAll(async () => {
  bench = await openBench(toolsRoutes as never)
  await bench.keep({
    toolCalls: [
      ...[10, 20, 30, 40].map((durationMs) => called('Bash', { success: durationMs < 40, durationMs, project: 'web' })),
      called('Read', { project: 'web' }),
      called('Edit', { decision: 'reject', decisionSource: 'user_reject', blockedMs: 500 }),
      // The agent is told of a refusal as of an error.
      called('Write', { decision: 'reject', success: false, timeUnixNano: at('2026-11-20T04:00:00Z') }),
      called('Write', { decision: 'accept', success: false, timeUnixNano: at('2026-11-20T04:00:00Z') }),
      called('Write', { success: true, timeUnixNano: at('2026-11-20T04:00:00Z') }),
      called('mcp__github__search', { tool: 'codex', mcpServer: 'github', success: true }),
      called('Bash', { timeUnixNano: at('2026-01-01'), success: true }),
    ],
  })
})
afterAll(() => bench.close())

const list = async (query: string) => {
  const { status, body } = await bench.get(`/api/tools?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body.tools
}
const day = 'from=2026-11-22&to=2026-11-22'

test('each tool has its calls, how they went and how long they took', async () => {
  const tools = await list(day)
  expect(tools.map((one: any) => `${one.toolName} ${one.calls}`)).toEqual([
    'Bash 4',
    'Edit 1',
    'Read 1',
    'mcp__github__search 1',
  ])
  expect(tools[0]).toEqual({
    toolName: 'Bash',
    calls: 4,
    successes: 3,
    failures: 1,
    successRate: 0.75,
    rejected: 0,
    durationMsAvg: 25,
    durationMsP50: 25,
    durationMsP95: 38.5,
    blockedMs: null,
    lastTime: '2026-11-22T04:00:00.000Z',
  })
})

test('what nobody said is null, not 0', async () => {
  const tools = await list(day)
  expect(tools.find((one: any) => one.toolName === 'Read')).toMatchObject({
    successes: 0,
    failures: 0,
    successRate: null,
    durationMsAvg: null,
    durationMsP95: null,
  })
  expect(tools.find((one: any) => one.toolName === 'Edit')).toMatchObject({ rejected: 1, blockedMs: 500 })
})

test('a refused call has not failed, whoever tells of it', async () => {
  expect(await list('from=2026-11-20&to=2026-11-20')).toMatchObject([
    { toolName: 'Write', calls: 3, successes: 1, failures: 1, rejected: 1, successRate: 0.5 },
  ])
})

test('filters by tool, project, session and time', async () => {
  expect(await list(`${day}&tool=codex`)).toMatchObject([{ toolName: 'mcp__github__search', mcpServer: 'github' }])
  expect((await list(`${day}&project=web`)).map((one: any) => one.toolName)).toEqual(['Bash', 'Read'])
  expect(await list(`${day}&session=nope`)).toEqual([])
  expect(await list(`${day}&project=${encodeURIComponent("' or 1=1")}`)).toEqual([])
  expect(await list('from=2026-01-01&to=2026-01-01')).toMatchObject([{ toolName: 'Bash', calls: 1 }])
})

test('the default range is the last 24 hours', async () => {
  await bench.keep({ toolCalls: [called('Now', { timeUnixNano: BigInt(Date.now() - 3_600_000) * 1_000_000n })] })
  const tools = (await list('')).map((one: any) => one.toolName)
  expect(tools).toContain('Now')
  expect((await bench.get('/api/tools?from=never')).status).toBe(400)
})

test('a call that a fork copied, or that a door told without its session, counts once over all sessions', async () => {
  const day = { timeUnixNano: at('2026-10-10T04:00:00Z'), success: true }
  const copied = (part: Partial<ToolCallObservation>) =>
    called('Grep', { ...day, source: 'transcript', callId: 'toolu_1', messageId: 'msg_1', ...part })
  await bench.keep({
    toolCalls: [
      copied({ sessionId: 'original' }),
      copied({ sessionId: 'fork', timeUnixNano: day.timeUnixNano + 1n }),
      copied({ sessionId: '', messageId: undefined, source: 'otlp_logs' }),
      // A provider that counts its calls from 0 in each session.
      called('Grep', { ...day, callId: 'call_0', sessionId: 'one' }),
      called('Grep', { ...day, callId: 'call_0', sessionId: 'other' }),
    ],
  })
  const range = 'from=2026-10-10T00:00:00Z&to=2026-10-10T23:00:00Z'
  expect((await list(range))[0]).toMatchObject({ toolName: 'Grep', calls: 3, successes: 3 })
  expect((await list(`${range}&session=fork`))[0]).toMatchObject({ calls: 1 })
})
