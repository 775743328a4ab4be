// doors.test.ts: what agents send, write and call, in any order and again: each request once, each tool call once, one transcript.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  callHooks,
  everything,
  everythingAgain,
  importAll,
  inFiles,
  layTranscripts,
  rebuildMoves,
  replay,
  unionUsage,
} from './doors.ts'
import { agents, requests, variants } from './recordings.ts'
import { newHome, type Running, start } from './telltale.ts'
import { actualUsage, added, ledger, randomFrom, served, shuffled, summed, type Usage } from './truth.ts'

const seed = Number(process.env.SEED ?? 20261122)

/** A server in a home with every agent's transcripts. */
async function machine(): Promise<Running> {
  const home = newHome()
  layTranscripts(home)
  return start({ home, grpc: true })
}

type Known = Record<string, any>
/** What must not move when everything comes again, or in another order. */
async function everythingKnown(server: Running): Promise<Known> {
  const all = 'from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1000'
  const { sessions } = await server.get(`/api/sessions?${all}`)
  const transcripts: Record<string, unknown> = {}
  for (const { sessionId, tool } of sessions)
    if (sessionId)
      transcripts[`${tool} ${sessionId}`] = await server.get(
        `/api/sessions/${encodeURIComponent(sessionId)}/transcript?tool=${tool}&limit=1000`,
      )
  const known = {
    usage: await actualUsage(server),
    ledger: await ledger(server),
    sessions,
    transcripts,
    tools: await server.get(`/api/tools?${all}`),
    audit: await server.get(`/api/audit?${all}`),
  }
  return JSON.parse(JSON.stringify(known, comparable))
}

/** A hook happens when it is called, which is now; and sums of fractions depend on their order in the last digits. */
function comparable(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(10))
  if (Array.isArray(value) && value.some((one) => typeof one === 'string' && isNow(one)))
    return value.map((one) => (typeof one === 'string' && isNow(one) ? 'now' : one))
  if (value && typeof value === 'object' && 'lastTime' in value && isNow(value.lastTime as string))
    return { ...value, lastTime: 'now', durationMs: 'until now' }
  return value
}

const started = Date.now()
const isNow = (time: string) =>
  /^\d{4}-\d\d-\d\d[T ]/.test(time) && Date.parse(`${time.replace(' ', 'T').replace('Z', '')}Z`) >= started

/** A healthy ledger is the one that its observations make. */
async function expectNothingMoves(server: Running): Promise<void> {
  const report = await rebuildMoves(server.home)
  const still = { added: 0, removed: 0, changed: 0 }
  expect(report).toMatchObject({ dryRun: true, calls: still, toolCalls: still, sessions: still, commits: still })
  expect(report.tokens.before).toBe(report.tokens.after)
  expect(report.costNanoUsd.before).toBe(report.costNanoUsd.after)
}

describe('files alone', () => {
  let server: Running
  let summary: any
  beforeAll(async () => {
    server = await machine()
    summary = await importAll(server.home)
  })
  afterAll(() => server.dispose())

  test('import all is what was served, minus what files do not hold', async () => {
    expect(await actualUsage(server)).toEqual(added(agents.map((agent) => summed(inFiles(agent)))))
  })

  test('import --json says what it did, in the words of the contract', () => {
    expect(Object.keys(summary)).toEqual(expect.arrayContaining(['tools', 'skipped', 'durationMs', 'bytes']))
    expect(summary.skipped).toEqual([])
    expect(Object.keys(summary.tools).sort()).toEqual([...agents].sort())
    for (const agent of agents) {
      const held = inFiles(agent)
      const of = summary.tools[agent]
      expect(Object.keys(of)).toEqual(
        expect.arrayContaining([
          'files',
          'newFiles',
          'unchangedFiles',
          'sessions',
          'calls',
          'messages',
          'toolCalls',
          'duplicates',
          'totalTokens',
          'costUsd',
        ]),
      )
      const tokens = held.reduce((sum, { usage }) => sum + usage.total, 0)
      expect([agent, of.calls, of.totalTokens, of.duplicates]).toEqual([agent, held.length, tokens, 0])
      expect([agent, of.newFiles, of.unchangedFiles]).toEqual([agent, of.files, 0])
      expect(of.sessions).toBeGreaterThanOrEqual(new Set(held.map(({ session }) => session)).size)
      expect(of.messages).toBeGreaterThan(held.length)
      expect(of.costUsd).toBeGreaterThanOrEqual(0)
    }
  })

  test('a second import finds nothing new, and forcing it changes nothing', async () => {
    const before = await everythingKnown(server)
    const again = await importAll(server.home)
    for (const agent of agents) {
      const of = again.tools[agent]
      expect([agent, of.newFiles, of.calls, of.totalTokens]).toEqual([agent, 0, 0, 0])
      expect([agent, of.unchangedFiles]).toEqual([agent, summary.tools[agent].files])
    }
    const forced = await importAll(server.home, '--force')
    for (const agent of agents)
      expect([agent, forced.tools[agent].calls - forced.tools[agent].duplicates]).toEqual([agent, 0])
    expect(await everythingKnown(server)).toEqual(before)
    await expectNothingMoves(server)
  })
})

describe('all doors', () => {
  const random = randomFrom(seed)
  const twice = () => shuffled([...everything, ...everythingAgain()], random)
  const chosen = agents.map((agent) => ({
    agent,
    variant: variants(agent)[Math.floor(random() * variants(agent).length)]!,
  }))
  const some = chosen.flatMap(({ agent, variant }) => requests(agent, variant))
  const read = (server: Running) => importAll(server.home)

  async function expectKnown(server: Running, usage: Usage, before: Known | undefined): Promise<Known> {
    expect(await actualUsage(server)).toEqual(usage)
    const known = await everythingKnown(server)
    if (before) expect(known).toEqual(before)
    return known
  }

  let first: Known | undefined
  test('sent, written, called, and then everything again in other bytes', async () => {
    const server = await machine()
    try {
      await replay(server)
      await read(server)
      await callHooks(server)
      first = await expectKnown(server, added(agents.map((agent) => unionUsage(agent))), undefined)
      await expectNothingMoves(server)
      await replay(server, everythingAgain(), 16)
      await importAll(server.home, '--force')
      await callHooks(server)
      expect(await everythingKnown(server)).toEqual(first)
    } finally {
      await server.dispose()
    }
  }, 180_000)

  test(`all at once, shuffled and twice (seed ${seed})`, async () => {
    const server = await machine()
    try {
      await Promise.all([replay(server, twice()), callHooks(server), read(server)])
      await expectKnown(server, added(agents.map((agent) => unionUsage(agent))), first)
      await expectNothingMoves(server)
    } finally {
      await server.dispose()
    }
  }, 180_000)

  // Every recording in these orders too is server/transcripts/doors.test.ts, without the program around it.
  let firstOfSome: Known | undefined
  const acts: Record<string, (server: Running) => Promise<unknown>> = {
    sent: (server) => replay(server, some),
    written: read,
    called: callHooks,
  }
  for (const order of [
    ['written', 'sent', 'called'],
    ['called', 'written', 'sent'],
    ['sent', 'called', 'written'],
  ])
    test(`${order.join(', ')}, one recording of each agent (seed ${seed})`, async () => {
      const server = await machine()
      try {
        for (const door of order) await acts[door]!(server)
        const usage = added(chosen.map(({ agent, variant }) => unionUsage(agent, [variant])))
        firstOfSome = await expectKnown(server, usage, firstOfSome)
        await expectNothingMoves(server)
      } finally {
        await server.dispose()
      }
    }, 180_000)

  test('each tool call is there once, in sessions whose tools run under the ids of the model', () => {
    const counted = Object.fromEntries(first!.sessions.map((s: any) => [`${s.tool} ${s.sessionId}`, s.toolCallCount]))
    for (const agent of agents) {
      const told = served(agent)
      // Codex in code mode reports the tools that its one tool calls, under ids of their own.
      const nested = new Set(
        told.filter((r) => r.tool_calls.some(({ name }) => name === 'exec')).map(({ session }) => session),
      )
      for (const session of new Set(told.map((r) => r.session))) {
        if (nested.has(session)) continue
        const calls = told.filter((r) => r.session === session).flatMap((r) => r.tool_calls)
        expect([agent, session, counted[`${agent} ${session}`] ?? 0]).toEqual([agent, session, calls.length])
      }
    }
  })

  test('one transcript: each prompt, answer and tool call once', () => {
    for (const [key, transcript] of Object.entries(first!.transcripts) as [string, any][]) {
      const { messages, total } = transcript
      expect([key, messages.length]).toEqual([key, total])
      expect(messages.map((m: any) => m.index)).toEqual(messages.map((_: unknown, index: number) => index))
      for (const role of ['tool_use', 'tool_result']) {
        const ids = messages.filter((m: any) => m.role === role).map((m: any) => m.toolUseId)
        expect([key, role, ids.length]).toEqual([key, role, new Set(ids).size])
      }
      const said = messages.filter((m: any) => m.role === 'user').map((m: any) => m.content)
      expect([key, said]).toEqual([key, [...new Set(said)]])
    }
  })

  test('the audit shows what each door saw, and which was used', () => {
    const { sessions } = first!.audit
    const audited = sessions.find((s: any) => s.sessionId === served('claude-code')[0]!.session)
    const sources = Object.fromEntries(audited.sources.map((s: any) => [s.source, s]))
    const truth = summed(served('claude-code').filter((r) => r.session === audited.sessionId))
    const [tokens] = Object.values(truth)
    expect(Object.keys(sources)).toEqual(expect.arrayContaining(['otlp_logs', 'otlp_metrics', 'transcript', 'hook']))
    for (const source of ['otlp_logs', 'otlp_metrics', 'transcript'])
      expect([source, sources[source].totalTokens]).toEqual([source, tokens!.totalTokens])
    expect(audited.used).toMatchObject(tokens!)
  })
})
