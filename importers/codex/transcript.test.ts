// transcript.test.ts: what is read from Codex's rollouts, against the truth of the recordings; trap by trap: transcript-traps.test.ts.
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  expectedTotals,
  fixtures,
  readLines,
  readTree,
  sessionsOf,
  toolCallsOf,
  totalsOf,
  transcriptOf,
} from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

const root = join(fixtures, 'codex/transcripts/.codex/sessions')
const reading = readTree(transcripts, root)

describe('the recordings', () => {
  test('equal the truth per thread and model', () => {
    const threads = new Set(reading.telemetry.sessions.map(({ sessionId }) => sessionId))
    const expected = expectedTotals(
      'codex',
      ({ thread_id }) => threads.has(thread_id ?? ''),
      ({ thread_id }) => thread_id ?? '',
    )
    expect(totalsOf(reading.telemetry)).toEqual(expected)
    expect(Object.keys(expected)).toHaveLength(8)
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

  test('without token_usage_record the counters alone give the same totals', () => {
    const path = join(root, '2026/11/22/rollout-2026-11-22T04-00-36-01a20169-bb97-71b3-876f-4b0b26174663.jsonl')
    const lines = require('node:fs').readFileSync(path, 'utf8').split('\n') as string[]
    const { telemetry } = readLines(
      transcripts,
      path,
      lines.filter((line) => line && !line.includes('"token_usage_record"')),
    )
    const id = '01a20169-bb97-71b3-876f-4b0b26174663'
    expect(totalsOf(telemetry)[`${id} gpt-5.5`]).toEqual(totalsOf(reading.telemetry)[`${id} gpt-5.5`]!)
    expect(telemetry.calls.every(({ quality }) => quality === 'exact')).toBe(true)
    expect(telemetry.calls.map(({ weakKey }) => weakKey)).toEqual(
      reading.telemetry.calls.filter(({ sessionId }) => sessionId === id).map(({ weakKey }) => weakKey),
    )
  })

  test('the transcript has prompt, thought, answer, call and result, each with its request', () => {
    const told = transcriptOf(reading.telemetry, '01a20169-bb97-71b3-876f-4b0b26174663')
    expect(told.slice(0, 5).map(({ role, content, toolName }) => [role, toolName ?? content])).toEqual([
      ['user', 'Add a greet() function to src/app.js, run the tests and fix what fails.'],
      ['thinking', '**Planning**\n\nThe user wants a greet function. I should look at the project layout first.'],
      ['assistant', "I'll look at the project first."],
      ['tool_use', 'exec_command'],
      ['tool_result', 'exec_command'],
    ])
    expect(told[3]?.callMessageId).toBe('resp_Rlvsj30JQojbsQzpBDJ7LkVeA9dEG7II')
    expect(told.filter(({ role }) => role === 'user')).toHaveLength(1)
    expect(told.at(-1)?.content).toStartWith('I added `greet()`')
  })

  test('tool calls have outcome by exit code, lines by the applied change, and time', () => {
    const calls = [...toolCallsOf(reading.telemetry).values()].filter(({ sessionId }) =>
      sessionId.startsWith('01a20169-bb97'),
    )
    expect(
      calls.map(({ toolName, success, linesAdded, linesRemoved }) => [toolName, success, linesAdded, linesRemoved]),
    ).toEqual([
      ['exec_command', true, undefined, undefined],
      ['exec_command', true, undefined, undefined],
      ['apply_patch', true, 4, 0],
      ['apply_patch', true, 2, 1],
      ['exec_command', false, undefined, undefined],
      ['exec_command', false, undefined, undefined],
      ['exec_command', true, undefined, undefined],
      ['exec_command', true, undefined, undefined],
      ['apply_patch', true, 1, 1],
      ['exec_command', true, undefined, undefined],
    ])
    expect(calls.every(({ durationMs }) => (durationMs ?? -1) >= 0)).toBe(true)
  })

  test('a subagent is a session of its own that knows its parent; nested calls stand for the script that made them', () => {
    const child = sessionsOf(reading.telemetry).get('01a20169-f867-78b0-9e44-71c5a2bac123')
    expect(child).toMatchObject({
      parentSessionId: '01a20169-f6fd-7670-866b-8ea45b6f32ff',
      project: 'project',
      branch: 'main',
    })
    const calls = [...toolCallsOf(reading.telemetry).values()].filter(({ sessionId }) => sessionId === child?.sessionId)
    expect(calls.map(({ callId, toolName, agent }) => [callId.slice(0, 5), toolName, agent])).toEqual([
      ['exec-', 'exec_command', 'find_version'],
      ['exec-', 'exec_command', 'find_version'],
    ])
  })

  test('sessions have folder, branch, version, first commit and the time that turns took', () => {
    expect(sessionsOf(reading.telemetry).get('01a20169-bb97-71b3-876f-4b0b26174663')).toMatchObject({
      cwd: '/home/dev/project',
      branch: 'main',
      version: '0.169.0',
      commitAtStart: '000252b3809559c2dd35af7d39385a6416c6f8f2',
      activeMs: 3319,
    })
  })
})

describe('places', () => {
  test('sessions and archive of CODEX_HOME, which may be a list', () => {
    const env = (vars: Record<string, string>) => ({ home: '/h', platform: 'linux' as const, vars })
    expect(transcripts.roots(env({}))).toEqual(['/h/.codex/sessions', '/h/.codex/archived_sessions'])
    expect(transcripts.roots(env({ CODEX_HOME: '/a,/b' }))).toHaveLength(4)
    expect(transcripts.match('/h/.codex/history.jsonl')).toBe(false)
  })
})
