// transcript-traps.test.ts: what is read from Codex's rollouts, trap by trap.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readLines, readTree, type requestsOf, sessionsOf, toolCallsOf, transcriptOf } from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'telltale-codex-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

let clock = Date.parse('2026-03-01T10:00:00Z')
const stamp = () => {
  clock += 1000
  return new Date(clock).toISOString()
}
const line = (type: string, payload: object) => ({ timestamp: stamp(), type, payload })
const meta = (id: string, more: object = {}) => line('session_meta', { id, cwd: '/none/app', ...more })
const turn = (turn_id: string | undefined, model = 'gpt-5.5') => line('turn_context', { turn_id, model })
const usage = (input: number, cached: number, output: number) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: input + output,
})
type U = [input: number, cached: number, output: number]
const counter = (total: U, last: U) =>
  line('event_msg', {
    type: 'token_count',
    info: { total_token_usage: usage(...total), last_token_usage: usage(...last) },
  })

const write = (path: string, lines: object[]) => {
  const full = join(home, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, lines.map((one) => `${JSON.stringify(one)}\n`).join(''))
  return full
}
const outputs = (telemetry: Parameters<typeof requestsOf>[0], sessionId: string) =>
  telemetry.calls.filter((call) => call.sessionId === sessionId).map(({ outputTokens }) => outputTokens)

const rollout = (id: string) => `rollout-2026-03-01T10-00-00-${id}.jsonl`

describe('traps', () => {
  test('a counter that is written again unchanged counts once', () => {
    const rows = [
      counter([100, 0, 10], [100, 0, 10]),
      counter([100, 0, 10], [100, 0, 10]),
      counter([250, 50, 25], [150, 50, 15]),
    ]
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [meta('t1'), turn('a'), ...rows, rows[2]!])
    expect(outputs(telemetry, 't1')).toEqual([10, 15])
    const sumOfLastRule = 10 + 10 + 15 + 15
    expect(outputs(telemetry, 't1').reduce((sum, n) => sum! + n!, 0)).not.toBe(sumOfLastRule)
    expect(telemetry.calls[1]).toMatchObject({
      inputTokens: 100,
      cacheReadTokens: 50,
      outputTokens: 15,
      quality: 'exact',
    })
  })

  test('a counter without usage says nothing', () => {
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [
      meta('t1'),
      line('event_msg', { type: 'token_count', info: null }),
    ])
    expect(telemetry.calls).toEqual([])
  })

  test('a missing row is made up for by the total, and said to be derived', () => {
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [
      meta('t1'),
      counter([100, 0, 10], [100, 0, 10]),
      counter([400, 0, 40], [100, 0, 10]),
    ])
    expect(telemetry.calls.map(({ outputTokens, quality }) => [outputTokens, quality])).toEqual([
      [10, 'exact'],
      [30, 'derived'],
    ])
  })

  test('totals of several threads written into one file in turns never count more than the highest total', () => {
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [
      meta('t1'),
      counter([1000, 0, 100], [1000, 0, 100]),
      counter([50, 0, 5], [50, 0, 5]),
      counter([2000, 0, 200], [1000, 0, 100]),
      counter([90, 0, 9], [40, 0, 4]),
      counter([3000, 0, 300], [1000, 0, 100]),
    ])
    expect(outputs(telemetry, 't1')).toEqual([100, 100, 100])
    const lastMinusBeforeRule = 100 + 195 + 291
    expect(300).toBeLessThan(lastMinusBeforeRule)
  })

  for (const sliceLines of [1, 100]) {
    test(`a fork counts only its own turns, however its parent's are stamped anew (slices of ${sliceLines})`, () => {
      const history = [turn('p1'), counter([100, 0, 10], [100, 0, 10]), turn('p2'), counter([200, 0, 20], [100, 0, 10])]
      write(`f${sliceLines}/sessions/2026/03/01/${rollout('parent')}`, [
        meta('parent'),
        ...history,
        turn('p3'),
        counter([300, 0, 30], [100, 0, 10]),
      ])
      const replayed = history.map((one) => ({ ...one, timestamp: stamp() }))
      const said = line('response_item', {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'replayed' }],
      })
      const own = [turn('c1'), counter([300, 0, 30], [100, 0, 10]), counter([450, 0, 45], [150, 0, 15])]
      write(`f${sliceLines}/archived_sessions/${rollout('child')}`, [
        meta('child', { forked_from_id: 'parent' }),
        meta('parent'),
        said,
        ...replayed,
        ...own,
      ])
      const { telemetry } = readTree(transcripts, join(home, `f${sliceLines}`), { sliceLines })
      expect(outputs(telemetry, 'parent')).toEqual([10, 10, 10])
      expect(outputs(telemetry, 'child')).toEqual([10, 15])
      expect(sessionsOf(telemetry).get('child')?.forkedFrom).toBe('parent')
      expect(transcriptOf(telemetry, 'child')).toEqual([])
    })
  }

  test('two siblings that do turns of one size count both', () => {
    const history = [turn('p1'), counter([100, 0, 10], [100, 0, 10])]
    write(`siblings/sessions/2026/03/01/${rollout('par')}`, [meta('par'), ...history])
    for (const id of ['sib1', 'sib2']) {
      const source = { subagent: { thread_spawn: { parent_thread_id: 'par', depth: 1, agent_role: 'explorer' } } }
      const own = [turn(`own-${id}`), counter([150, 0, 15], [50, 0, 5])]
      write(`siblings/sessions/2026/03/01/${rollout(id)}`, [meta(id, { source }), ...history, ...own])
    }
    const { telemetry } = readTree(transcripts, join(home, 'siblings'))
    expect(telemetry.calls.map(({ sessionId, outputTokens }) => [sessionId, outputTokens])).toEqual([
      ['par', 10],
      ['sib1', 5],
      ['sib2', 5],
    ])
    expect(sessionsOf(telemetry).get('sib1')).toMatchObject({ parentSessionId: 'par' })
    expect(telemetry.calls[1]).toMatchObject({ querySource: 'subagent', agent: 'explorer' })
  })

  test('where turns have no ids, the parent’s own running totals tell what is repeated', () => {
    const history = [turn(undefined), counter([100, 0, 10], [100, 0, 10]), counter([200, 0, 20], [100, 0, 10])]
    write(`old/sessions/2026/03/01/${rollout('op')}`, [meta('op'), ...history])
    write(`old/sessions/2026/03/01/${rollout('oc')}`, [
      meta('oc', { forked_from_id: 'op' }),
      ...history,
      counter([260, 0, 26], [60, 0, 6]),
    ])
    const { telemetry } = readTree(transcripts, join(home, 'old'))
    expect(outputs(telemetry, 'oc')).toEqual([6])
  })

  test('a fork whose parent is gone counts what its rows say of the last request, not the total it inherited', () => {
    const { telemetry } = readLines(transcripts, `/x/${rollout('orphan')}`, [
      meta('orphan', { forked_from_id: 'gone' }),
      turn('c1'),
      counter([90_000, 0, 9000], [100, 0, 10]),
      counter([90_200, 0, 9020], [200, 0, 20]),
    ])
    expect(outputs(telemetry, 'orphan')).toEqual([10, 20])
  })

  test('the same rollout in sessions and archived_sessions is the same requests', () => {
    const lines = [meta('twice'), turn('a'), counter([100, 0, 10], [100, 0, 10])]
    write(`twice/sessions/2026/03/01/${rollout('twice')}`, lines)
    write(`twice/archived_sessions/${rollout('twice')}`, lines)
    const { telemetry } = readTree(transcripts, join(home, 'twice'))
    expect(new Set(telemetry.calls.map(({ observationId }) => observationId)).size).toBe(1)
  })

  test('the tier that the configuration asks for is the speed of its requests, of the profile in use before the whole', () => {
    const folder = join(home, 'tiers', 'sessions')
    mkdirSync(folder, { recursive: true })
    const speedWith = (config: string) => {
      writeFileSync(join(home, 'tiers/config.toml'), config)
      const lines = [meta('t1'), turn('a'), counter([100, 60, 10], [100, 60, 10])]
      return readLines(transcripts, join(folder, rollout('t1')), lines, { root: folder }).telemetry.calls[0]?.speed
    }
    expect(speedWith('service_tier = "fast"\n')).toBe('fast')
    expect(speedWith('model = "gpt-5.5"\nservice_tier = "priority"\n')).toBe('priority')
    expect(speedWith('profile = "slow"\nservice_tier = "fast"\n[profiles.slow]\nservice_tier = "flex"\n')).toBe('flex')
    for (const none of ['', 'service_tier = "default"\n', 'service_tier = 7\n', 'service_tier = "fast\n'])
      expect(speedWith(none)).toBeUndefined()
  })

  test('titles come from the index, the newest of a thread stands', () => {
    const { telemetry } = readLines(transcripts, '/h/.codex/session_index.jsonl', [
      { id: 't1', thread_name: 'first', updated_at: '2026-03-01T10:00:00Z' },
      { id: 't1', thread_name: 'renamed', updated_at: '2026-03-01T11:00:00Z' },
      '{"id":"t2","thread_na',
    ])
    expect(sessionsOf(telemetry).get('t1')?.title).toBe('renamed')
    expect(transcripts.companions?.('/h/.codex/sessions')).toEqual(['/h/.codex/session_index.jsonl'])
  })

  test('context that Codex puts in the user’s name is no prompt, and a prompt told twice is one', () => {
    const item = (text: string) =>
      line('response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text }] })
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [
      meta('t1'),
      item('<environment_context>\n  <cwd>/x</cwd>\n</environment_context>'),
      item('# AGENTS.md instructions for /x'),
      turn('a'),
      item('do it'),
      line('event_msg', { type: 'user_message', message: 'do it' }),
    ])
    expect(transcriptOf(telemetry).map(({ role, content }) => [role, content])).toEqual([['user', 'do it']])
  })

  test('shell commands of older versions: exit code in JSON, patch in a here-document, commit in the output', () => {
    const call = (call_id: string, command: string[]) =>
      line('response_item', { type: 'function_call', name: 'shell', call_id, arguments: JSON.stringify({ command }) })
    const output = (call_id: string, text: string, exit_code: number) =>
      line('response_item', {
        type: 'function_call_output',
        call_id,
        output: JSON.stringify({ output: text, metadata: { exit_code, duration_seconds: 0.1 } }),
      })
    const patch =
      "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.ts\n@@\n-one\n+two\n+three\n*** End Patch\nEOF"
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [
      meta('t1', { git: { branch: 'dev', repository_url: 'https://user:secret@github.com/me/app.git' } }),
      call('c1', ['bash', '-lc', 'npm test']),
      output('c1', 'failing', 1),
      call('c2', ['bash', '-lc', patch]),
      output('c2', 'Success.', 0),
      call('c3', ['bash', '-lc', 'git commit -am "Fix it"']),
      output('c3', '[dev 1234abc] Fix it\n 1 file changed', 0),
    ])
    expect(
      [...toolCallsOf(telemetry).values()].map(({ success, linesAdded, linesRemoved }) => [
        success,
        linesAdded,
        linesRemoved,
      ]),
    ).toEqual([
      [false, undefined, undefined],
      [true, 2, 1],
      [true, undefined, undefined],
    ])
    expect(telemetry.commits).toMatchObject([{ hash: '1234abc', subject: 'Fix it', branch: 'dev', project: 'me/app' }])
    expect(JSON.stringify(telemetry.sessions, (_, v) => (typeof v === 'bigint' ? 0 : v))).not.toContain('secret')
  })

  test('records without an envelope (before 2025-09) are read', () => {
    const { telemetry } = readLines(transcripts, `/x/${rollout('t0')}`, [
      { id: 't0', timestamp: stamp(), instructions: null, git: { branch: 'main' } },
      { record_type: 'state' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
    ])
    expect(transcriptOf(telemetry, 't0').map(({ role, content }) => [role, content])).toEqual([
      ['user', 'hello'],
      ['assistant', 'hi'],
    ])
  })

  test('a turn that ended in an error is a failed request', () => {
    const { telemetry } = readLines(transcripts, `/x/${rollout('t1')}`, [
      meta('t1'),
      turn('a'),
      line('event_msg', {
        type: 'task_complete',
        error: { message: 'too long', codex_error_info: 'other' },
        duration_ms: 190,
      }),
    ])
    expect(telemetry.calls).toMatchObject([{ status: 'error', errorMessage: 'too long', errorType: 'other' }])
  })
})
