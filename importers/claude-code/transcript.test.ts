// transcript.test.ts: what is read from Claude Code's files, against the truth of the recordings.
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  expectedTotals,
  fixtures,
  readTree,
  requestsOf,
  sessionsOf,
  toolCallsOf,
  totalsOf,
  transcriptOf,
} from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

const root = join(fixtures, 'claude-code/transcripts/.claude/projects')
const reading = readTree(transcripts, root)

describe('the recordings', () => {
  test('equal the truth per session and model, but for title calls and the one answer the agent never wrote down', () => {
    // README of the recordings: 0b75956a lost its last line (48 output tokens) because the process ended first.
    const lost = '0b75956a-87fd-49bb-bb16-5c83247bc2cc'
    let last = 10
    const expected = expectedTotals('claude-code', (request, id) => {
      if (request.kind === 'utility') return false
      return id !== lost || last-- > 1
    })
    const sessions = new Set(reading.telemetry.calls.map(({ sessionId }) => sessionId))
    const held = Object.fromEntries(
      Object.entries(expected).filter(([key]) => sessions.has(key.split(' ')[0] as string)),
    )
    expect(totalsOf(reading.telemetry)).toEqual(held)
    expect(Object.keys(held).length).toBeGreaterThanOrEqual(9)
  })

  test('without the rule of one request for many lines the output would be double', () => {
    const lines = reading.telemetry.messages.filter(
      ({ role, callMessageId }) => role !== 'tool_result' && callMessageId,
    )
    expect(lines.length).toBeGreaterThan(1.5 * requestsOf(reading.telemetry).length)
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
    expect(slowly.telemetry.commits).toEqual(reading.telemetry.commits)
    for (const [id, { activeMs, title }] of sessionsOf(reading.telemetry)) {
      const { activeMs: slowMs, title: slowTitle } = sessionsOf(slowly.telemetry).get(id)!
      expect({ activeMs: slowMs, title: slowTitle }).toEqual({ activeMs, title })
    }
  })

  test('the whole transcript of a session is in order: prompt, thought, answer, call, result', () => {
    const told = transcriptOf(reading.telemetry, '9f86bdd1-e720-4efd-a4d4-a23229471452')
    expect(told.slice(0, 5).map(({ role, content, toolName }) => [role, toolName ?? content])).toEqual([
      ['user', 'Add a greet() function to src/app.js, run the tests and fix what fails.'],
      ['thinking', 'The user wants a greet function. I should look at the project layout first.'],
      ['assistant', "I'll look at the project first."],
      ['tool_use', 'Bash'],
      ['tool_result', 'Bash'],
    ])
    expect(told.at(-1)?.content).toStartWith('I added `greet()`')
    expect(told.filter(({ role }) => role === 'tool_use')).toHaveLength(10)
    expect(told.filter(({ role }) => role === 'tool_result')).toHaveLength(10)
  })

  test('tool calls have input, output, outcome, lines and time', () => {
    const calls = [...toolCallsOf(reading.telemetry).values()].filter(({ sessionId }) =>
      sessionId.startsWith('9f86bdd1'),
    )
    expect(
      calls.map(({ toolName, success, linesAdded, linesRemoved }) => [toolName, success, linesAdded, linesRemoved]),
    ).toEqual([
      ['Bash', true, undefined, undefined],
      ['Read', true, undefined, undefined],
      ['Write', true, 4, 0],
      ['Edit', true, 2, 1],
      ['Bash', false, undefined, undefined],
      ['Read', false, undefined, undefined],
      ['Bash', true, undefined, undefined],
      ['Read', true, undefined, undefined],
      ['Edit', true, 1, 1],
      ['Bash', true, undefined, undefined],
    ])
    expect(calls[4]).toMatchObject({ errorMessage: 'Exit code 1\nFAIL: add(2, 2) should be 5, got 4' })
    expect(JSON.parse(calls[0]?.input ?? '')).toMatchObject({ command: 'ls -la && cat package.json' })
    expect(calls.every(({ durationMs }) => (durationMs ?? -1) >= 0)).toBe(true)
  })

  test('a refused call is a rejected one', () => {
    const refused = [...toolCallsOf(reading.telemetry).values()].filter(({ decision }) => decision === 'reject')
    expect(refused.map(({ toolName, decisionSource }) => `${toolName} ${decisionSource}`)).toEqual([
      'Write config',
      'Edit config',
      'Bash config',
      'Edit config',
      'Bash config',
    ])
  })

  test('a subagent hangs under the call that started it, with its kind, in the session of its parent', () => {
    const calls = requestsOf(reading.telemetry).filter(({ agentId }) => agentId === 'ad7b859b248122a3b')
    expect(calls).toHaveLength(3)
    for (const call of calls)
      expect(call).toMatchObject({
        sessionId: '8f7d06b9-bac3-4550-9a59-226e82643981',
        agent: 'general-purpose',
        querySource: 'subagent',
      })
    const prompt = reading.telemetry.messages.find(({ agentId, role }) => agentId && role === 'user')
    expect(prompt?.parentKey).toBe('tool:toolu_01OtHuCNa43M8VoD7l2CaopN')
  })

  test('failed attempts are errors with their request id', () => {
    const errors = requestsOf(reading.telemetry).filter(({ status }) => status === 'error')
    expect(errors.map(({ requestId, statusCode, attempt }) => [requestId, statusCode, attempt]).sort()).toEqual([
      ['req_01dR7lxRAgCIK3FGXJLNP6OU', 429, 1],
      ['req_01fpxXREG8shGS5ViHU5FN8G', 400, undefined],
    ])
  })

  test('sessions have title, folder, project, branch, version, times and time at work', () => {
    const session = sessionsOf(reading.telemetry).get('f457481e-a975-49fc-80c9-27dfe160cd55')
    expect(session).toMatchObject({
      title: 'Project work',
      cwd: '/home/dev/project',
      project: 'project',
      branch: 'main',
      version: '2.1.197',
    })
    const lasted = Number((session?.lastTimeUnixNano ?? 0n) - (session?.startTimeUnixNano ?? 0n)) / 1e6
    expect(session?.activeMs).toBeGreaterThan(0)
    expect(session?.activeMs).toBeLessThanOrEqual(lasted)
  })
})

describe('places', () => {
  const env = (platform: NodeJS.Platform, vars: Record<string, string> = {}) => ({ home: '/h', platform, vars })

  test('the defaults, and the desktop app of each system', () => {
    expect(transcripts.roots(env('linux'))).toEqual([
      '/h/.claude/projects',
      '/h/.config/claude/projects',
      '/h/.claude/transcripts',
      '/h/.config/claude/transcripts',
      '/h/.config/Claude/local-agent-mode-sessions',
    ])
    expect(transcripts.roots(env('darwin'))).toContain(
      '/h/Library/Application Support/Claude/local-agent-mode-sessions',
    )
    expect(transcripts.roots(env('win32', { APPDATA: '/r' }))).toContain('/r/Claude/local-agent-mode-sessions')
  })

  test('CLAUDE_CONFIG_DIR may be a list and stands for the defaults', () => {
    const roots = transcripts.roots(env('linux', { CLAUDE_CONFIG_DIR: '/a, /b/projects' }))
    expect(roots.slice(0, 2)).toEqual(['/a/projects', '/b/projects'])
    expect(roots).not.toContain('/h/.claude/projects')
  })

  test('sessions and subagents are transcripts, other files among them are not', () => {
    expect(['/p/a.jsonl', '/p/a/subagents/x/agent-1.jsonl'].every(transcripts.match)).toBe(true)
    expect(['/p/audit.jsonl', '/p/agent-1.meta.json', '/p/notes.md'].some(transcripts.match)).toBe(false)
  })
})
