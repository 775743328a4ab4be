// hooks.test.ts: what the agents' hook calls say, recorded and made up.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Telemetry } from '#proto/telemetry.ts'
import { transcripts } from './claude-code/transcript.ts'
import { hookToTelemetry } from './hooks.ts'
import { fixtures, readTree, sessionsOf, toolCallsOf, transcriptOf } from './transcript-fixtures.ts'

const second = 1_000_000_000n
const start = 1_795_319_687_000_000_000n

function merged(calls: (Telemetry | undefined)[]): Telemetry {
  const all = calls.filter((one) => one !== undefined)
  return Object.fromEntries(
    Object.keys(all[0]!).map((key) => [key, all.flatMap((one) => one[key as keyof Telemetry] as unknown[])]),
  ) as unknown as Telemetry
}

describe('the recorded session of Claude Code', () => {
  const folder = join(fixtures, 'claude-code/hooks')
  const calls = readdirSync(folder)
    .sort()
    .map((name) =>
      hookToTelemetry(
        'claude-code',
        JSON.parse(readFileSync(join(folder, name), 'utf8')),
        BigInt(name.split('-')[0]!) * 1_000_000n,
      ),
    )
  const told = merged(calls)
  const written = readTree(transcripts, join(fixtures, 'claude-code/transcripts/.claude/projects')).telemetry
  const session = '9f86bdd1-e720-4efd-a4d4-a23229471452'

  test('has the tool calls of the transcript, by the same ids, with the time each took and how it ended', () => {
    const byHook = toolCallsOf(told)
    const byFile = [...toolCallsOf(written).values()].filter(({ sessionId }) => sessionId === session)
    expect([...byHook.keys()].sort()).toEqual(byFile.map(({ callId }) => callId).sort())
    for (const call of byFile) {
      const hooked = byHook.get(call.callId)!
      expect([hooked.toolName, hooked.success, hooked.linesAdded, hooked.linesRemoved]).toEqual([
        call.toolName,
        call.success,
        call.linesAdded,
        call.linesRemoved,
      ])
      expect(hooked.durationMs).toBeGreaterThan(0)
    }
  })

  test('has the prompt and the last answer under the keys of the transcript', () => {
    const keys = transcriptOf(told).map(({ messageKey }) => messageKey)
    const file = transcriptOf(written, session).map(({ messageKey }) => messageKey)
    expect(keys.filter((key) => !file.includes(key))).toEqual([])
    expect(keys).toHaveLength(22)
  })

  test('begins and ends', () => {
    expect(sessionsOf(told).get(session)).toMatchObject({ ended: true, cwd: '/home/dev/project', project: 'project' })
    expect(told.sessions.some(({ startTimeUnixNano }) => startTimeUnixNano !== undefined)).toBe(true)
  })
})

describe('git at the session’s boundaries', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'telltale-hooks-'))
    const git = join(folder, 'repo/.git')
    mkdirSync(join(git, 'refs/heads'), { recursive: true })
    mkdirSync(join(git, 'worktrees/side/refs'), { recursive: true })
    writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/feature/x\n')
    writeFileSync(
      join(git, 'packed-refs'),
      `# pack-refs\n${'a'.repeat(40)} refs/heads/feature/x\n${'b'.repeat(40)} refs/heads/side\n`,
    )
    writeFileSync(join(git, 'config'), '[remote "origin"]\n\turl = https://user:ghp_secret@github.com/me/app.git\n')
    writeFileSync(join(git, 'worktrees/side/HEAD'), 'ref: refs/heads/side\n')
    writeFileSync(join(git, 'worktrees/side/commondir'), '../..\n')
    mkdirSync(join(folder, 'side/src'), { recursive: true })
    writeFileSync(join(folder, 'side/.git'), `gitdir: ${join(git, 'worktrees/side')}\n`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const call = (event: string, cwd: string) =>
    sessionsOf(hookToTelemetry('claude-code', { session_id: 's', hook_event_name: event, cwd }, start)!).get('s')

  test('branch, commit and repository come from .git, without credentials', () => {
    const started = call('SessionStart', join(folder, 'repo'))
    expect(started).toMatchObject({ branch: 'feature/x', commitAtStart: 'a'.repeat(40), project: 'me/app' })
    expect(JSON.stringify(started, (_, v) => String(v))).not.toContain('ghp_secret')
    expect(call('SessionEnd', join(folder, 'repo'))).toMatchObject({ commitAtEnd: 'a'.repeat(40), ended: true })
  })

  test('a worktree, also from a folder inside it, has its own branch and the common repository', () => {
    expect(call('SessionStart', join(folder, 'side/src'))).toMatchObject({
      branch: 'side',
      commitAtStart: 'b'.repeat(40),
      project: 'me/app',
    })
  })
})

describe('waiting for permission', () => {
  const hook = (event: string, at: bigint, more: object = {}) =>
    hookToTelemetry('claude-code', { session_id: 'p', hook_event_name: event, tool_name: 'Bash', ...more }, start + at)!

  test('is the time between the question and the work itself', () => {
    hook('PreToolUse', 0n, { tool_use_id: 't1', tool_input: { command: 'rm x' } })
    hook('PermissionRequest', second, { tool_input: { command: 'rm x' } })
    const done = hook('PostToolUse', 9n * second, {
      tool_use_id: 't1',
      tool_input: { command: 'rm x' },
      tool_response: { stdout: '' },
      duration_ms: 500,
    })
    expect(done.toolCalls).toMatchObject([{ callId: 't1', success: true, durationMs: 500, blockedMs: 7500 }])
  })

  test('is nothing for a call that nobody was asked about', () => {
    hook('PreToolUse', 0n, { tool_use_id: 't2', tool_input: {} })
    const done = hook('PostToolUse', second, { tool_use_id: 't2', tool_input: {}, tool_response: 'ok', duration_ms: 5 })
    expect(done.toolCalls[0]?.blockedMs).toBeUndefined()
  })

  test('that ends in a refusal is a rejected call', () => {
    expect(hook('PermissionDenied', 0n, { tool_use_id: 't3', reason: 'no' }).toolCalls).toMatchObject([
      { decision: 'reject', success: false },
    ])
  })
})

test('a commit in a hook counts by the command and git’s own words', () => {
  const payload = {
    session_id: 's',
    hook_event_name: 'PostToolUse',
    tool_name: 'Bash',
    tool_use_id: 't',
    tool_input: { command: 'git commit -m x' },
    tool_response: { stdout: '[main 1234567] x', stderr: '' },
    duration_ms: 3,
  }
  expect(hookToTelemetry('claude-code', payload, start)?.commits).toMatchObject([{ hash: '1234567', branch: 'main' }])
})

test('Codex’s notify at the end of a turn tells prompt and answer of the thread', () => {
  const payload = {
    type: 'agent-turn-complete',
    'thread-id': 'th',
    'turn-id': 'tu',
    cwd: '/none/app',
    'input-messages': ['do it'],
    'last-assistant-message': 'done',
  }
  const told = hookToTelemetry('codex', payload, start)!
  expect(told.messages.map(({ role, content, sessionId }) => [role, content, sessionId])).toEqual([
    ['user', 'do it', 'th'],
    ['assistant', 'done', 'th'],
  ])
  expect(sessionsOf(told).get('th')).toMatchObject({ project: 'app' })
})

describe('Codex’s hooks', () => {
  const hook = (event: string, more: object) =>
    hookToTelemetry(
      'codex',
      { session_id: 'th', turn_id: 'tu', hook_event_name: event, cwd: '/none/app', ...more },
      start,
    )

  test('tell a subagent’s calls in the session of its own thread, under its parent', () => {
    const child = { agent_id: 'child', agent_type: 'default' }
    const told = merged([
      hook('UserPromptSubmit', { ...child, prompt: 'look' }),
      hook('PreToolUse', { ...child, tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 'c1' }),
      hook('SubagentStop', { ...child, last_assistant_message: 'done' }),
      hook('Stop', { last_assistant_message: 'all done' }),
    ])
    expect(told.messages.map(({ role, content, sessionId }) => [role, content, sessionId])).toEqual([
      ['user', 'look', 'child'],
      ['tool_use', '', 'child'],
      ['assistant', 'done', 'child'],
      ['assistant', 'all done', 'th'],
    ])
    expect(told.toolCalls).toMatchObject([{ sessionId: 'child', callId: 'c1', toolName: 'exec_command' }])
    expect(sessionsOf(told).get('child')).toMatchObject({ parentSessionId: 'th' })
    expect(sessionsOf(told).get('th')?.parentSessionId).toBeUndefined()
  })

  test('say how a patch ended, and of a command only what it printed', () => {
    const outcome = (tool_name: string, tool_response: string) =>
      hook('PostToolUse', { tool_name, tool_response, tool_input: {}, tool_use_id: 'c1' })?.toolCalls[0]?.success
    expect(outcome('apply_patch', 'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess.')).toBe(true)
    expect(outcome('apply_patch', 'Exit code: 1\nWall time: 0 seconds\nOutput:\nno')).toBe(false)
    expect(outcome('Bash', '')).toBeUndefined()
    expect(outcome('Bash', 'Exit code: 7\n')).toBeUndefined()
  })

  test('tell a compaction when it is done', () => {
    const told = merged([hook('PreCompact', { trigger: 'auto' }), hook('PostCompact', { trigger: 'auto' })])
    expect(told.messages).toMatchObject([{ role: 'system', content: 'Conversation compacted (auto)' }])
  })
})

test('Gemini asks before each request whether it may compress, which is no compression unless a person asked for it', () => {
  const compress = (trigger: string) =>
    hookToTelemetry('gemini', { session_id: 'g', hook_event_name: 'PreCompress', trigger }, start)?.messages.length
  expect([compress('auto'), compress('manual')]).toEqual([0, 1])
})

test('Gemini’s hooks tell prompt, tools and answer, and count no tool call that has no id', () => {
  const hook = (event: string, more: object) =>
    hookToTelemetry(
      'gemini',
      { session_id: 'g', hook_event_name: event, timestamp: '2026-11-22T04:00:00Z', ...more },
      start,
    )
  const told = merged([
    hook('BeforeAgent', { prompt: 'hello' }),
    hook('BeforeTool', { tool_name: 'read_file', tool_input: { path: 'a' } }),
    hook('AfterTool', { tool_name: 'read_file', tool_response: { llmContent: 'text' } }),
    hook('AfterTool', {
      tool_name: 'run_shell_command',
      tool_response: { llmContent: 'Output: (empty)\nExit Code: 3' },
    }),
    hook('AfterAgent', { prompt_response: 'hi' }),
  ])
  expect(told.messages.map(({ role, content, toolOutput }) => [role, content || toolOutput])).toEqual([
    ['user', 'hello'],
    ['tool_use', undefined],
    ['tool_result', 'text'],
    ['tool_result', 'Output: (empty)\nExit Code: 3'],
    ['assistant', 'hi'],
  ])
  expect(told.messages.flatMap(({ success }) => success ?? [])).toEqual([true, false])
  expect(told.toolCalls).toEqual([])
})

test('what Claude Code runs for itself stops as an agent of no kind, whose answer is no message', () => {
  const stopped = (agent_type: string) =>
    hookToTelemetry(
      'claude-code',
      { hook_event_name: 'SubagentStop', session_id: 's1', agent_id: 'a1', agent_type, last_assistant_message: 'Done' },
      start,
    )?.messages
  expect(stopped('Explore')).toMatchObject([{ role: 'assistant', content: 'Done', agentId: 'a1' }])
  expect(stopped('')).toEqual([])
})

test('a compaction of Claude Code is one however often it was announced or is told again', () => {
  const call = { session_id: 's1', prompt_id: 'p1', trigger: 'auto' }
  const told = (payload: object, seconds: bigint) =>
    hookToTelemetry('claude-code', { ...call, ...payload }, start + seconds * second)?.messages.map(
      ({ messageKey, content }) => [messageKey.split(':')[0], content, messageKey] as const,
    )[0]
  const announced = [told({ hook_event_name: 'PreCompact' }, 1n), told({ hook_event_name: 'PreCompact' }, 2n)]
  const done = { hook_event_name: 'PostCompact', compact_summary: 'We did things.' }
  const compacted = [told(done, 3n), told(done, 4n)]
  expect(announced[0]).toEqual(announced[1])
  expect(announced[0]?.slice(0, 2)).toEqual(['compacting', 'Compacting (auto)'])
  expect(compacted[0]).toEqual(compacted[1])
  expect(compacted[0]?.slice(0, 2)).toEqual(['compaction', 'Conversation compacted (auto)'])
  expect(told({ ...done, compact_summary: 'And more.' }, 5n)?.[2]).not.toBe(compacted[0]?.[2])
})

test('strange payloads and unknown tools say nothing and never throw', () => {
  for (const payload of [
    null,
    7,
    'x',
    [],
    {},
    { session_id: 4 },
    { session_id: 's', hook_event_name: '__proto__' },
    { session_id: 's', hook_event_name: 'constructor' },
    { session_id: 's', hook_event_name: 'PostToolUse', tool_use_id: 't' },
  ])
    for (const tool of ['claude-code', 'codex', 'gemini'])
      expect(() => hookToTelemetry(tool, payload, start)).not.toThrow()
  expect(hookToTelemetry('nobody', {}, start)).toBeUndefined()
})
