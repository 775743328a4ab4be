// transcript.test.ts: what is read from Copilot CLI's files, against the truth of the recordings and trap by trap.
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { requests } from '#server/ingest/ledger/testing.ts'
import {
  expectedTotals,
  fixtures,
  readLines,
  readTree,
  requestsOf,
  sessionsOf,
  toolCallsOf,
  totalsOf,
  transcriptOf,
} from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

const root = join(fixtures, 'copilot/transcripts/.copilot/session-state')
const reading = readTree(transcripts, root)

describe('the recordings', () => {
  test('equal the truth per session and model, with every attempt that failed for good', () => {
    const expected = expectedTotals('copilot', () => true)
    expect(totalsOf(reading.telemetry)).toEqual(expected)
    expect(Object.keys(expected)).toHaveLength(5)
    const errors = requestsOf(reading.telemetry).filter(({ status }) => status === 'error')
    expect(errors).toMatchObject([{ statusCode: 400, requestId: 'req_0122EVCPBxuY1uiHocvktaV9' }])
  })

  test('shutdown totals, written twice by a resumed session, add nothing to requests that were told one by one', () => {
    expect(reading.telemetry.aggregates).toEqual([])
  })

  test('nothing is lost and no type is unknown', () => {
    expect(reading.skipped).toEqual([])
    expect(reading.unknown).toEqual({})
  })

  test('read line by line, each with the state the last reader left, they say the same', () => {
    const slowly = readTree(transcripts, root, { sliceLines: 1 })
    expect(totalsOf(slowly.telemetry)).toEqual(totalsOf(reading.telemetry))
    expect(transcriptOf(slowly.telemetry)).toEqual(transcriptOf(reading.telemetry))
    expect(Object.fromEntries(toolCallsOf(slowly.telemetry))).toEqual(
      Object.fromEntries(toolCallsOf(reading.telemetry)),
    )
  })

  test('tool calls have outcome by exit code, refusal, lines and time', () => {
    const calls = [...toolCallsOf(reading.telemetry).values()].filter(({ sessionId }) =>
      sessionId.startsWith('29d3a029'),
    )
    expect(
      calls.map(({ toolName, success, linesAdded, linesRemoved, decision }) => [
        toolName,
        success,
        linesAdded,
        linesRemoved,
        decision,
      ]),
    ).toEqual([
      ['bash', true, undefined, undefined, undefined],
      ['view', true, undefined, undefined, undefined],
      ['create', true, 4, 0, undefined],
      ['edit', true, 2, 1, undefined],
      ['bash', false, undefined, undefined, 'reject'],
      ['view', false, undefined, undefined, undefined],
      ['bash', true, undefined, undefined, undefined],
      ['view', true, undefined, undefined, undefined],
      ['edit', true, 1, 1, undefined],
      ['bash', false, undefined, undefined, 'reject'],
    ])
    expect(calls.every(({ durationMs }) => (durationMs ?? -1) >= 0)).toBe(true)
  })

  test('the transcript is in order, and a session has name, folder, branch, version and first commit', () => {
    const told = transcriptOf(reading.telemetry, '29d3a029-3b00-4388-9326-9c5da05f1c23')
    expect(told.slice(0, 5).map(({ role, toolName, content }) => [role, toolName ?? content])).toEqual([
      ['user', 'Add a greet() function to src/app.js, run the tests and fix what fails.'],
      ['thinking', 'The user wants a greet function. I should look at the project layout first.'],
      ['assistant', "I'll look at the project first."],
      ['tool_use', 'bash'],
      ['tool_result', 'bash'],
    ])
    expect(sessionsOf(reading.telemetry).get('29d3a029-3b00-4388-9326-9c5da05f1c23')).toMatchObject({
      title: 'Add a greet() function to src/app.js, run the tests and fix what fails.',
      cwd: '/home/dev/project',
      branch: 'main',
      version: '1.0.102',
      commitAtStart: 'e4ee9bd09fbb38ef1e5f0a22c53be019e30eef3a',
      ended: true,
    })
  })
})

// ── traps ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const path = '/h/.copilot/session-state/s1/events.jsonl'
let clock = Date.parse('2026-07-01T10:00:00Z')
let serial = 0
const event = (type: string, data: object) => {
  clock += 1000
  return { type, data, id: `e${++serial}`, timestamp: new Date(clock).toISOString(), parentId: null }
}
const start = () =>
  event('session.start', {
    sessionId: 's1',
    selectedModel: 'gpt-5.5',
    startTime: new Date(clock).toISOString(),
    context: { cwd: '/none/app' },
  })
const record = (id: string, usage: object) =>
  event('session.usage_record', { usage: { model: 'claude-sonnet-4.6', apiCallId: id, ...usage } })
const shutdown = (requests: number, usage: object, more: object = {}) =>
  event('session.shutdown', { modelMetrics: { 'gpt-5.5': { requests: { count: requests }, usage, ...more } } })

describe('traps', () => {
  test('cached tokens are inside the input; AI units are the bill', () => {
    const { telemetry } = readLines(transcripts, path, [
      start(),
      record('r1', {
        inputTokens: 100,
        cacheReadTokens: 60,
        cacheWriteTokens: 30,
        outputTokens: 9,
        reasoningTokens: 4,
        totalNanoAiu: 2_500_000_000,
      }),
    ])
    expect(requestsOf(telemetry)).toMatchObject([
      {
        inputTokens: 10,
        cacheReadTokens: 60,
        cacheWriteTokens: 30,
        outputTokens: 9,
        reasoningTokens: 4,
        reportedCostNanoUsd: 25_000_000,
        keys: ['resp:r1'],
      },
    ])
  })

  test('a compaction is told, and its request counted once also when it is recorded as well', () => {
    const used = { inputTokens: 1000, cacheReadTokens: 800, outputTokens: 50, model: 'gpt-5.5' }
    const tokens = { preCompactionTokens: 1200, postCompactionTokens: 90 }
    const done = { success: true, trigger: 'manual', ...tokens, compactionTokensUsed: used, requestId: 'req_9' }
    const steps = ['session.compaction_start', 'model.model_call_started', 'model.model_call_success', 'model.response']
    const alone = readLines(transcripts, path, [
      start(),
      ...steps.map((type) => event(type, {})),
      event('session.compaction_complete', done),
    ])
    expect(alone.unknown).toEqual({})
    expect(transcriptOf(alone.telemetry).map(({ content }) => content)).toEqual([
      'Conversation compacted (manual, 1200 tokens before, 90 after)',
    ])
    expect(requestsOf(alone.telemetry)).toMatchObject([
      { agent: 'compaction', model: 'gpt-5.5', inputTokens: 200, cacheReadTokens: 800, outputTokens: 50 },
    ])
    const usage = { ...used, outputTokens: 52, providerCallId: 'req_9' }
    const both = readLines(transcripts, path, [
      start(),
      record('r9', usage),
      event('session.compaction_complete', done),
    ])
    expect(requests(both.telemetry.calls)).toMatchObject([{ agent: 'compaction', outputTokens: 52 }])
    const failed = readLines(transcripts, path, [
      start(),
      event('session.compaction_complete', { ...done, success: false }),
    ])
    expect(requestsOf(failed.telemetry)).toEqual([])
  })

  test('a prompt has the id of the interaction that it begins, as on spans', () => {
    const { telemetry } = readLines(transcripts, path, [
      start(),
      event('user.message', { content: 'Go', messageId: 'm1', interactionId: 'i1' }),
      record('r1', { inputTokens: 1, outputTokens: 1 }),
    ])
    expect(telemetry.messages).toMatchObject([{ messageKey: 'm1', promptId: 'i1' }])
    expect(telemetry.calls).toMatchObject([{ promptId: 'i1' }])
  })

  test('what the program tells the model of a task in the background is its own word', () => {
    const notice = '<system_notification>Agent "bg" has completed.</system_notification>'
    const { telemetry, unknown } = readLines(transcripts, path, [
      start(),
      event('system.notification', { content: notice }),
    ])
    expect(unknown).toEqual({})
    expect(telemetry.messages).toMatchObject([{ role: 'system', content: notice }])
  })

  test('a cost of zero units is no bill', () => {
    const { telemetry } = readLines(transcripts, path, [
      start(),
      record('r1', { inputTokens: 1, outputTokens: 1, cost: 0, totalNanoAiu: 0 }),
    ])
    expect(telemetry.calls[0]?.reportedCostNanoUsd).toBeUndefined()
  })

  for (const sliceLines of [1, 100]) {
    test(`where requests are not told, the totals at the end are: cumulative over resumes (slices of ${sliceLines})`, () => {
      const { telemetry } = readLines(
        transcripts,
        path,
        [
          start(),
          shutdown(2, { inputTokens: 100, outputTokens: 10 }),
          event('session.resume', {}),
          shutdown(5, { inputTokens: 250, outputTokens: 25 }, { totalNanoAiu: 1e9 }),
        ],
        { sliceLines },
      )
      expect(telemetry.calls).toEqual([])
      const of = (field: string) => telemetry.aggregates.filter((one) => one.field === field)
      expect(of('outputTokens').map(({ value, temporality }) => [value, temporality])).toEqual([
        [10, 2],
        [25, 2],
      ])
      expect(
        new Set(of('outputTokens').map(({ seriesId, startTimeUnixNano }) => `${seriesId} ${startTimeUnixNano}`)).size,
      ).toBe(1)
      expect(of('requests').at(-1)?.value).toBe(5)
      expect(of('reportedCostNanoUsd').at(-1)?.value).toBe(10_000_000)
    })
  }

  test('an answer of a subagent hangs under the call that started it, and its requests name its kind', () => {
    const { telemetry } = readLines(transcripts, path, [
      start(),
      { ...event('subagent.started', { toolCallId: 'call_task', agentName: 'explore' }), agentId: 'a1' },
      {
        ...event('assistant.message', { messageId: 'm', content: 'found', parentToolCallId: 'call_task' }),
        agentId: 'a1',
      },
      { ...record('r1', { inputTokens: 1, outputTokens: 1 }), agentId: 'a1' },
    ])
    expect(telemetry.messages).toMatchObject([{ agentId: 'a1', parentKey: 'tool:call_task' }])
    expect(telemetry.calls).toMatchObject([{ agentId: 'a1', agent: 'explore', querySource: 'subagent' }])
  })

  test('the wait for a permission is not the tool’s own time, and its answer is told; what a person typed has a name', () => {
    const at = (seconds: number, line: object) => ({ ...line, timestamp: `2026-11-29T19:04:0${seconds}.000Z` })
    const asks = { permissionRequest: { kind: 'shell', toolCallId: 't1' } }
    const answer = { toolCallId: 't1', result: { kind: 'approved' }, decisionSource: 'human_response' }
    const { telemetry, unknown } = readLines(transcripts, path, [
      start(),
      at(1, event('tool.execution_start', { toolCallId: 't1', toolName: 'bash', arguments: { command: 'touch a' } })),
      at(1, event('permission.requested', asks)),
      at(5, event('permission.completed', answer)),
      at(7, event('tool.execution_complete', { toolCallId: 't1', success: true, result: { content: '' } })),
      at(8, event('tool.user_requested', { toolCallId: 't2', toolName: 'local_shell', arguments: { command: 'ls' } })),
      at(8, event('tool.execution_complete', { toolCallId: 't2', isUserRequested: true, success: true })),
    ])
    expect(unknown).toEqual({})
    expect([...toolCallsOf(telemetry).values()]).toMatchObject([
      { toolName: 'bash', durationMs: 2000, blockedMs: 4000, decision: 'accept', decisionSource: 'human_response' },
      { toolName: 'local_shell', success: true, durationMs: 0 },
    ])
  })

  test('a commit counts by the command and git’s own words, for the repository that Copilot names', () => {
    const { telemetry } = readLines(transcripts, path, [
      event('session.start', { sessionId: 's1', context: { cwd: '/none', repository: 'me/app', branch: 'dev' } }),
      event('tool.execution_start', { toolCallId: 't1', toolName: 'bash', arguments: { command: 'git commit -m x' } }),
      event('tool.execution_complete', {
        toolCallId: 't1',
        success: true,
        shellExecution: { exitCode: 0 },
        result: { content: '[dev 7654321] x\n' },
      }),
    ])
    expect(telemetry.commits).toMatchObject([{ hash: '7654321', branch: 'dev', project: 'me/app' }])
  })

  test('a new type is counted as unknown, broken lines lose only themselves', () => {
    const { telemetry, unknown, skipped } = readLines(transcripts, path, [
      start(),
      event('session.telepathy', {}),
      `\0\0\0${JSON.stringify(record('r1', { inputTokens: 1, outputTokens: 1 }))}`,
      '{"type":"user.mess',
    ])
    expect(unknown).toEqual({ 'session.telepathy': 1 })
    expect(telemetry.calls).toHaveLength(1)
    expect(skipped).toHaveLength(1)
  })
})

describe('the session store', () => {
  let home: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'telltale-copilot-'))
    const database = new Database(join(home, 'session-store.db'))
    database.run(
      'create table sessions (id text primary key, cwd text, repository text, branch text, summary text, created_at text, updated_at text)',
    )
    database.run(`create table assistant_usage_events (id integer primary key autoincrement, session_id text, agent_id text, model text,
      input_tokens integer, output_tokens integer, cache_read_tokens integer, cache_write_tokens integer, reasoning_tokens integer,
      total_nano_aiu integer, duration_ms real, created_at text)`)
    const add = (session: string, output: number, agent: string | null = null) =>
      database.run('insert into assistant_usage_events values (null, ?, ?, ?, 100, ?, 60, 10, 0, 3000000000, 5.5, ?)', [
        session,
        agent,
        'gpt-5.5',
        output,
        '2026-07-01 10:00:00',
      ])
    database.run("insert into sessions values ('old', '/none/app', 'me/app', 'main', 'A summary', null, null)")
    add('old', 7)
    add('old', 8, 'agent-1')
    add('new', 9)
    database.close()
    for (const [session, lines] of [
      ['old', [start()]],
      ['new', [start(), record('r1', { inputTokens: 100, outputTokens: 9 })]],
    ] as const) {
      const file = join(home, 'session-state', session, 'events.jsonl')
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    }
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  test('tells the requests of sessions whose own events do not, and no others; nothing is left beside it', () => {
    const files = readdirSync(home)
    const file = { path: join(home, 'session-store.db'), root: home, modifiedUnixNano: 1_900_000_000_000_000_000n }
    const slices = [...transcripts.readWhole!(file, undefined)]
    const calls = slices.flatMap(({ telemetry }) => telemetry.calls)
    expect(calls).toMatchObject([
      {
        sessionId: 'old',
        outputTokens: 7,
        inputTokens: 30,
        cacheReadTokens: 60,
        cacheWriteTokens: 10,
        querySource: 'main',
        reportedCostNanoUsd: 30_000_000,
      },
      { sessionId: 'old', outputTokens: 8, agentId: 'agent-1', querySource: 'subagent' },
    ])
    expect(calls[0]?.timeUnixNano).toBe(BigInt(Date.parse('2026-07-01T10:00:00Z')) * 1_000_000n)
    expect(sessionsOf(slices[0]!.telemetry).get('old')).toMatchObject({
      project: 'me/app',
      branch: 'main',
      title: 'A summary',
    })
    expect([...transcripts.readWhole!(file, JSON.parse(JSON.stringify(slices.at(-1)?.watermark)))]).toEqual([])
    expect(readdirSync(home)).toEqual(files)
  })

  test('of another schema has ids that are texts: they are told, and reading ends', () => {
    const root = join(home, 'another')
    mkdirSync(root)
    const path = join(root, 'session-store.db')
    const database = new Database(path)
    database.run(
      'create table assistant_usage_events (id, session_id text, model text, input_tokens integer, output_tokens integer)',
    )
    for (const id of [1, 'b5', new Uint8Array([1]), 2])
      database.run('insert into assistant_usage_events values (?, ?, ?, 5, 6)', [id, 'odd', 'gpt-5.5'])
    database.close()
    const slices = [...transcripts.readWhole!({ path, root, modifiedUnixNano: 1n }, undefined)]
    expect(slices.flatMap(({ telemetry }) => telemetry.calls)).toHaveLength(2)
    expect(slices.flatMap(({ skipped }) => skipped)).toEqual([
      { reason: '2 records of usage without an id that is a number' },
    ])
    rmSync(root, { recursive: true })
  })
})

test('COPILOT_HOME stands for the default; the store belongs to the folder of sessions', () => {
  const roots = (vars: Record<string, string>) => transcripts.roots({ home: '/h', platform: 'linux', vars })
  expect(roots({})).toEqual(['/h/.copilot/session-state'])
  expect(roots({ COPILOT_HOME: '/c' })).toEqual(['/c/session-state'])
  expect(transcripts.companions?.('/c/session-state')).toEqual(['/c/session-store.db'])
  expect(transcripts.match('/c/session-state/abc.jsonl')).toBe(true)
  expect(transcripts.match('/c/session-state/abc/checkpoints/index.md')).toBe(false)
})
