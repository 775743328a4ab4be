// ledger.test.ts: the ledger over a real database: one row a request, whoever told of it, and every fact in its place.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Telemetry } from '#proto/telemetry.ts'
import { rebuild } from './rebuild.ts'
import { batch, type Desk, flatPrice, ledgerRows, noon, openDesk, second, seen } from './testing.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const tokens = { inputTokens: 10, cacheReadTokens: 1000, cacheWriteTokens: 200, outputTokens: 50 }
const log = (keys: string[], part = {}) => batch({ calls: [seen({ source: 'otlp_logs', keys, ...tokens, ...part })] })
const file = (keys: string[], part = {}) => batch({ calls: [seen({ source: 'transcript', keys, ...tokens, ...part })] })
const all = (sql: string) => desk.store.all(sql)
const keepAll = async (...groups: Telemetry[]) => {
  for (const group of groups) await desk.keep(group)
}

describe('model calls', () => {
  test('a request told by two doors in two commits is one row', async () => {
    await keepAll(log(['req:1']), file(['msg:1', 'req:1']))
    const rows = await all(
      'select call_id, total_tokens, requests, sources, cost_nano_usd, cost_basis from model_calls',
    )
    expect(rows).toEqual([
      {
        call_id: 'claude-code/msg:1',
        total_tokens: 1260n,
        requests: 1n,
        sources: ['otlp_logs', 'transcript'],
        cost_nano_usd: 1_210_000n + 250_000n,
        cost_basis: 'computed',
      },
    ])
  })

  test('the same observation again writes nothing, also after a restart', async () => {
    await keepAll(log(['req:1']))
    await desk.restart()
    await keepAll(log(['req:1']), log(['req:1']))
    expect(await all('select batch from call_observations')).toEqual([{ batch: 1n }])
    expect(await all('select count(*) as n from model_calls')).toEqual([{ n: 1n }])
  })

  test('a door that knows both ids joins two requests of earlier commits', async () => {
    await keepAll(log(['req:1']), batch({ calls: [seen({ source: 'push', keys: ['msg:1'], ...tokens })] }))
    expect(await all('select count(*) as n from model_calls')).toEqual([{ n: 2n }])
    await desk.restart()
    await keepAll(file(['msg:1', 'req:1']))
    expect(await all('select call_id from model_calls')).toEqual([{ call_id: 'claude-code/msg:1' }])
    expect(await all('select count(distinct component) as n, count(*) as rows from call_observations')).toEqual([
      { n: 1n, rows: 3n },
    ])
  })

  test('a stream that is written again and again keeps its last word', async () => {
    const snapshot = (outputTokens: number) => file(['msg:1'], { observationId: 'm', outputTokens })
    await keepAll(snapshot(3), snapshot(445), snapshot(3), snapshot(120))
    expect(await all('select output_tokens from model_calls')).toEqual([{ output_tokens: 445n }])
    expect(await all('select count(*) as n from call_observations')).toEqual([{ n: 1n }])
  })

  test('an error with an id of its own counts as an error and not as a request', async () => {
    await keepAll(log(['req:1'], { status: 'error', statusCode: 529, outputTokens: 0, inputTokens: 0 }), log(['req:2']))
    expect(await all('select requests, errors, status_code from model_calls order by call_id')).toEqual([
      { requests: 0n, errors: 1n, status_code: 529 },
      { requests: 1n, errors: 0n, status_code: null },
    ])
  })

  test('a thousand requests of equal usage by one door stay apart, until another door tells of them', async () => {
    const equal = (source: 'otlp_logs' | 'transcript', from: number, to: number) =>
      batch({
        calls: Array.from({ length: to - from }, (_, at) =>
          seen({ source, weakKey: 'v', ...tokens, timeUnixNano: noon + BigInt(from + at) * second }),
        ),
      })
    const counts = async () =>
      (
        await all(`select (select count(*) from model_calls)::integer as calls,
          (select count(distinct component) from call_observations)::integer as components,
          (select count(*) from model_calls where len(sources) = 2)::integer as both`)
      )[0]
    await keepAll(equal('otlp_logs', 0, 500), equal('otlp_logs', 500, 1000))
    expect(await counts()).toEqual({ calls: 1000, components: 1000, both: 0 })
    await desk.restart()
    await keepAll(equal('transcript', 0, 3))
    expect(await counts()).toEqual({ calls: 1000, components: 1, both: 3 })
    await keepAll(equal('transcript', 3, 5))
    expect(await counts()).toEqual({ calls: 1000, components: 1, both: 5 })
  })

  test('a group that is rolled back leaves nothing behind, in the tables or in memory', async () => {
    const failing = desk.store.transaction(async (tx) => {
      const outcome = await desk.ledger.apply(tx, { telemetry: log(['req:1']), batch: 9n, receivedUnixNano: noon })
      outcome.rolledBack()
      throw new Error('the disk is full')
    })
    expect(failing).rejects.toThrow('the disk is full')
    await failing.catch(() => {})
    await keepAll(log(['req:1']))
    expect(await all('select count(*) as n from model_calls')).toEqual([{ n: 1n }])
  })

  test('the requests of a forked copy go to the original as soon as the fork is known, and back-dated', async () => {
    const copy = { sessionId: 'a-copy', observationId: 'x' }
    await keepAll(file(['msg:1'], copy), file(['msg:1'], { sessionId: 'z-original', observationId: 'y' }))
    expect(await all('select session_id from model_calls')).toEqual([{ session_id: 'a-copy' }])
    await keepAll(
      batch({
        sessions: [{ source: 'transcript', tool: 'claude-code', sessionId: 'a-copy', forkedFrom: 'z-original' }],
      }),
    )
    expect(await all('select session_id from model_calls')).toEqual([{ session_id: 'z-original' }])
  })
})

test('what was removed by other means can come again', async () => {
  await keepAll(log(['req:1']), log(['req:2']))
  await desk.store.transaction(async (tx) => {
    for (const table of ['call_observations', 'model_calls']) await tx.run(`delete from ${table}`)
    desk.ledger.invalidate()
  })
  await keepAll(log(['req:1']))
  expect(await all('select call_id from model_calls')).toEqual([{ call_id: 'claude-code/req:1' }])
  expect(await all('select count(*) as n from call_observations')).toEqual([{ n: 1n }])
})

describe('cost', () => {
  const costOf = async () => (await all('select cost_nano_usd, cost_basis, reported_cost_nano_usd from model_calls'))[0]

  test('what the agent reports is in force', async () => {
    await keepAll(log(['req:1'], { reportedCostNanoUsd: 77 }))
    expect(await costOf()).toEqual({ cost_nano_usd: 77n, cost_basis: 'reported', reported_cost_nano_usd: 77n })
  })

  test('a reported zero for used tokens is no price', async () => {
    await keepAll(log(['req:1'], { reportedCostNanoUsd: 0 }))
    expect(await costOf()).toMatchObject({ cost_basis: 'computed', cost_nano_usd: 1_460_000n })
  })

  test('a model that nobody prices costs null, never zero', async () => {
    await keepAll(log(['req:1'], { reportedCostNanoUsd: 0, model: 'unknown-model' }))
    expect(await costOf()).toEqual({ cost_nano_usd: null, cost_basis: 'unpriced', reported_cost_nano_usd: 0n })
  })
})

describe('sessions', () => {
  const session = { source: 'transcript', tool: 'claude-code', sessionId: 's1' } as const

  test('facts of all doors are one row, and times only widen', async () => {
    await keepAll(
      log(['req:1']),
      batch({ sessions: [{ ...session, project: 'o/r', title: 'first', lastTimeUnixNano: noon + 9n * second }] }),
      batch({ sessions: [{ ...session, source: 'hook', cwd: '/w', ended: true, lastTimeUnixNano: noon - second }] }),
      batch({ sessions: [{ ...session, title: 'older', lastTimeUnixNano: noon }] }),
    )
    const rows = await all(
      'select project, title, cwd, ended, epoch_ns(start_time) as start, epoch_ns(last_time) as last, sources from sessions',
    )
    expect(rows).toEqual([
      {
        project: 'o/r',
        title: 'first',
        cwd: '/w',
        ended: true,
        start: noon - second,
        last: noon + 9n * second,
        sources: ['hook', 'otlp_logs', 'transcript'],
      },
    ])
  })

  test('one without a title is called by the first line it was asked, whatever came first; a title of its own wins', async () => {
    const asked = (messageKey: string, at: bigint, content: string, more = {}) => {
      const timeUnixNano = noon + at * second
      const message = { messageKey, sequence: 0, role: 'user', content, timeUnixNano } as const
      return batch({ messages: [{ ...session, ...message, ...more }] })
    }
    const title = async () => (await all('select title from sessions'))[0]?.title
    await keepAll(asked('k3', 3n, 'and test it'), asked('k1', 1n, '[REDACTED]'))
    expect(await title()).toBe('and test it')
    await keepAll(
      asked('k0', 0n, 'a task of a subagent', { agentId: 'a1' }),
      asked('k4', 0n, 'done', { role: 'assistant' }),
    )
    expect(await title()).toBe('and test it')
    await keepAll(asked('k2', 2n, `  \n mend the ${'very '.repeat(40)}long\nthing`))
    expect(await title()).toStartWith('mend the very')
    expect(await title()).toHaveLength(160)
    await keepAll(batch({ sessions: [{ ...session, title: 'Mending', lastTimeUnixNano: noon }] }))
    expect(await title()).toBe('Mending')
  })

  test('a project that becomes known later is given to the requests and tool calls before it, but not over their own', async () => {
    await keepAll(
      log(['req:1']),
      log(['req:2'], { project: 'own/one' }),
      batch({
        toolCalls: [
          { source: 'hook', tool: 'claude-code', sessionId: 's1', callId: 't1', toolName: 'Bash', timeUnixNano: noon },
        ],
      }),
      batch({ sessions: [{ ...session, project: 'o/r', branch: 'main', lastTimeUnixNano: noon }] }),
      log(['req:3']),
    )
    const rows = 'select call_id, project, branch, inherited from'
    expect(await all(`${rows} model_calls order by call_id`)).toEqual([
      { call_id: 'claude-code/req:1', project: 'o/r', branch: 'main', inherited: 3 },
      { call_id: 'claude-code/req:2', project: 'own/one', branch: 'main', inherited: 2 },
      { call_id: 'claude-code/req:3', project: 'o/r', branch: 'main', inherited: 3 },
    ])
    expect(await all(`${rows} tool_calls`)).toEqual([{ call_id: 't1', project: 'o/r', branch: 'main', inherited: 3 }])
    await keepAll(batch({ sessions: [{ ...session, project: 'moved/r', lastTimeUnixNano: noon + second }] }))
    expect((await all('select project from model_calls order by call_id')).map(({ project }) => project)).toEqual([
      'moved/r',
      'own/one',
      'moved/r',
    ])
  })
})

test('a session that grows for long is what was said of it, in a bounded number of rows', async () => {
  const at = (step: number) => noon + BigInt(step) * second
  const grow = (step: number) =>
    desk.keep(
      batch({
        sessions: [
          { source: 'otlp_logs', tool: 'codex', sessionId: "it's", title: `title ${step}`, lastTimeUnixNano: at(step) },
          { source: 'hook', tool: 'codex', sessionId: "it's", branch: 'main', lastTimeUnixNano: at(0) },
        ],
      }),
    )
  for (let step = 0; step < 50; step++) await grow(step)
  await desk.restart()
  for (let step = 50; step < 80; step++) await grow(step)
  await grow(20)
  const rows = 'select title, branch, sources, epoch_ns(start_time) as start, epoch_ns(last_time) as last from sessions'
  const expected = [{ title: 'title 79', branch: 'main', sources: ['hook', 'otlp_logs'], start: at(0), last: at(79) }]
  expect(await all(rows)).toEqual(expected)
  const [{ n }] = (await all('select count(*)::integer as n from session_observations')) as [{ n: number }]
  expect(n).toBeLessThanOrEqual(33)
  const report = await rebuild(desk.store, { price: flatPrice, mode: 'auto' }, { ledger: desk.ledger })
  expect(report.sessions).toMatchObject({ added: 0, removed: 0, changed: 0 })
  expect(await all(rows)).toEqual(expected)
})

test('a group that changes thousands of sessions, requests, tool calls and messages changes each', async () => {
  const many = 4_500
  // As one door tells them first, and then, after a restart, with another word and by another door.
  const told = (title: string, source: 'otlp_logs' | 'otlp_traces', success: boolean) => {
    const of = (at: number) => ({ source, tool: 'codex', sessionId: `s${at}`, timeUnixNano: noon }) as const
    const numbers = Array.from({ length: many }, (_, at) => at)
    return batch({
      sessions: numbers.map((at) => ({ ...of(at), title, lastTimeUnixNano: noon + second })),
      calls: numbers.map((at) => seen({ ...of(at), keys: [`req:${at}`], inputTokens: 1 })),
      toolCalls: numbers.map((at) => ({ ...of(at), source: 'hook', callId: `t${at}`, toolName: 'Bash', success })),
      messages: numbers.map((at) => {
        return { ...of(at), source: 'hook', messageKey: `m${at}`, sequence: 1, role: 'assistant', content: title }
      }),
    })
  }
  await desk.keep(told('one', 'otlp_logs', true))
  await desk.restart()
  await desk.keep(told('the other', 'otlp_traces', false))
  expect(
    await all(`select
      (select count(*)::integer from sessions where title = 'one' and len(sources) = 3) as sessions,
      (select count(*)::integer from model_calls where len(sources) = 2) as calls,
      (select count(*)::integer from tool_calls where not success) as tools,
      (select count(*)::integer from messages where content = 'the other') as messages`),
  ).toEqual([{ sessions: many, calls: many, tools: many, messages: many }])
}, 60_000)

describe('tool calls, messages, commits', () => {
  const tool = { tool: 'claude-code', sessionId: 's1', callId: 't1', toolName: 'Bash', timeUnixNano: noon } as const

  test('call, decision and result of several doors are one row', async () => {
    await keepAll(
      batch({ toolCalls: [{ ...tool, source: 'hook', input: '{"command":"ls"}' }] }),
      batch({
        toolCalls: [
          { ...tool, source: 'otlp_logs', decision: 'accept', decisionSource: 'config' },
          { ...tool, source: 'otlp_logs', durationMs: 12, success: true, timeUnixNano: noon + second },
        ],
      }),
    )
    await desk.restart()
    await keepAll(batch({ toolCalls: [{ ...tool, source: 'hook', output: 'a.txt', success: false, durationMs: 30 }] }))
    expect(
      await all('select tool_name, input, output, decision, duration_ms, success, sources from tool_calls'),
    ).toEqual([
      {
        tool_name: 'Bash',
        input: '{"command":"ls"}',
        output: 'a.txt',
        decision: 'accept',
        duration_ms: 12,
        success: false,
        sources: ['hook', 'otlp_logs'],
      },
    ])
  })

  test('a call that one door saw fail failed, whichever door and whichever comes first', async () => {
    const told = (callId: string, source: 'otlp_logs' | 'transcript', success: boolean) =>
      batch({ toolCalls: [{ ...tool, callId, source, success }] })
    await keepAll(
      told('t1', 'otlp_logs', true),
      told('t1', 'transcript', false),
      told('t2', 'transcript', true),
      told('t2', 'otlp_logs', false),
      told('t3', 'otlp_logs', true),
      told('t3', 'transcript', true),
    )
    expect(await all('select call_id, success from tool_calls order by call_id')).toEqual([
      { call_id: 't1', success: false },
      { call_id: 't2', success: false },
      { call_id: 't3', success: true },
    ])
  })

  test('of what a file says of a call the beginning is kept, of another door more, whichever comes first', async () => {
    const told = { ...tool, output: 'x'.repeat(3000) }
    const lengths = () => all('select length(output)::int as chars from tool_calls order by call_id')
    await keepAll(
      batch({ toolCalls: [{ ...told, source: 'transcript' }] }),
      batch({ toolCalls: [{ ...told, callId: 't2', source: 'hook' }] }),
    )
    expect(await lengths()).toEqual([{ chars: 512 }, { chars: 3000 }])
    await desk.restart()
    await keepAll(
      batch({ toolCalls: [{ ...told, source: 'hook' }] }),
      batch({ toolCalls: [{ ...told, callId: 't2', source: 'transcript' }] }),
    )
    expect(await lengths()).toEqual([{ chars: 3000 }, { chars: 3000 }])
  })

  test('an entry that is written again when it has grown stands in its fullest version', async () => {
    const entry = {
      source: 'transcript',
      tool: 'gemini',
      sessionId: 's1',
      messageKey: 'm1',
      sequence: 1,
      timeUnixNano: noon,
      role: 'assistant',
      content: 'I will',
    } as const
    await keepAll(batch({ messages: [entry] }), batch({ messages: [{ ...entry, content: 'I will read it' }] }))
    await desk.restart()
    await keepAll(batch({ messages: [entry] }))
    expect(await all('select content from messages')).toEqual([{ content: 'I will read it' }])
  })

  test('a commit told short and whole by several doors counts once, for the session that told first', async () => {
    const commit = {
      source: 'transcript',
      tool: 'claude-code',
      sessionId: 's1',
      kind: 'commit',
      timeUnixNano: noon,
    } as const
    await keepAll(
      batch({ commits: [{ ...commit, hash: 'abcdef1' }] }),
      batch({
        commits: [
          { ...commit, sessionId: 's2', hash: 'ABCDEF1234', subject: 'Fix', timeUnixNano: noon + second },
          { ...commit, hash: 'abcdef1' },
          { ...commit, hash: '9999999' },
        ],
      }),
    )
    expect(await all('select session_id, hash, subject from commits order by hash')).toEqual([
      { session_id: 's1', hash: '9999999', subject: null },
      { session_id: 's1', hash: 'abcdef1234', subject: 'Fix' },
    ])
  })
})

test('plain telemetry has nothing to do with the ledger', async () => {
  await desk.keep(batch({}))
  const rows = await ledgerRows(desk.store)
  expect(Object.values(rows).flat()).toEqual([])
})
