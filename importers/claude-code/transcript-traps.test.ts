// transcript-traps.test.ts: what Claude Code's transcripts do to those who read them naively, a test each.
import { describe, expect, test } from 'bun:test'
import { requests } from '#server/ingest/ledger/testing.ts'
import { readLines, requestsOf, sessionsOf, toolCallsOf, transcriptOf } from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

const path = '/home/dev/.claude/projects/-x/11111111-1111-4111-8111-111111111111.jsonl'
let clock = Date.parse('2026-03-01T10:00:00Z')
const at = (seconds = 1) => {
  clock += seconds * 1000
  return new Date(clock).toISOString()
}
let serial = 0

function user(content: unknown, more: object = {}) {
  return {
    type: 'user',
    uuid: `u${++serial}`,
    sessionId: 's1',
    timestamp: at(),
    cwd: '/none/app',
    message: { role: 'user', content },
    ...more,
  }
}

function assistant(
  id: string,
  usage: object,
  content: unknown[] = [{ type: 'text', text: id }],
  more: { [key: string]: unknown } = {},
) {
  const { message, ...line } = more
  return {
    type: 'assistant',
    uuid: `u${++serial}`,
    sessionId: 's1',
    timestamp: at(),
    requestId: `req_${id}`,
    cwd: '/none/app',
    message: {
      id,
      role: 'assistant',
      model: 'claude-opus-4-6',
      stop_reason: 'end_turn',
      content,
      usage,
      ...(message as object),
    },
    ...line,
  }
}

const read = (lines: (object | string)[], sliceLines?: number) =>
  readLines(transcripts, path, lines, sliceLines === undefined ? {} : { sliceLines })

describe('traps', () => {
  for (const sliceLines of [1, 100]) {
    test(`the line with the highest output counts, whole, not the first placeholder (slices of ${sliceLines})`, () => {
      const lines = [
        assistant('m1', { input_tokens: 3, output_tokens: 1 }, undefined, { message: { stop_reason: null } }),
        assistant('m1', { input_tokens: 3, output_tokens: 445 }, undefined, { message: { stop_reason: null } }),
        assistant('m1', { input_tokens: 3, output_tokens: 77 }, undefined, { message: { stop_reason: null } }),
      ]
      const [call, ...others] = requestsOf(read(lines, sliceLines).telemetry)
      expect(others).toEqual([])
      expect(call).toMatchObject({ outputTokens: 445, partial: true })
      const firstLineRule = 1
      expect(call?.outputTokens).not.toBe(firstLineRule)
    })
  }

  test('a finished line stands over a placeholder with more output', () => {
    const lines = [
      assistant('m1', { input_tokens: 3, output_tokens: 90 }, undefined, { message: { stop_reason: null } }),
      assistant('m1', { input_tokens: 3, output_tokens: 80 }),
    ]
    expect(requestsOf(read(lines).telemetry)).toMatchObject([{ outputTokens: 80 }])
  })

  test('a copy in a resumed or forked session is the same request', () => {
    const original = assistant('m1', { input_tokens: 3, output_tokens: 9 })
    const copy = {
      ...original,
      sessionId: 's2',
      sessionKind: 'bg',
      forkedFrom: { sessionId: 's1', messageUuid: original.uuid },
    }
    const { telemetry } = read([original, copy])
    expect(requestsOf(telemetry)).toHaveLength(1)
    expect(telemetry.calls.map(({ sessionId }) => sessionId)).toEqual(['s1', 's2'])
    expect(telemetry.calls[0]!.timeUnixNano < telemetry.calls[1]!.timeUnixNano).toBe(true)
    expect(sessionsOf(telemetry).get('s2')?.forkedFrom).toBe('s1')
  })

  test('a fork that marks nothing is known by its own first line: one later than the history behind it, or tools used', () => {
    const usage = { input_tokens: 3, output_tokens: 9 }
    const history = [user('Go'), assistant('m1', usage)]
    const queued = { type: 'queue-operation', operation: 'enqueue', sessionId: 's0', timestamp: at(60) }
    // The copy's session comes first by name, as half of all do.
    const inFork = (line: object) => ({ ...line, sessionId: 's0' })
    const copied = history.map(inFork)
    const own = [user('And on'), assistant('m2', usage)].map(inFork)
    for (const first of [queued, { type: 'tools-used', tools: ['Read'], sessionId: 's0' }]) {
      const fork = read([{ type: 'mode', mode: 'normal', sessionId: 's0' }, first, ...copied, ...own])
      const told = requests([...fork.telemetry.calls, ...read(history).telemetry.calls])
      expect(told.map(({ messageId, sessionId }) => [messageId, sessionId]).sort()).toEqual([
        ['m1', 's1'],
        ['m2', 's0'],
      ])
    }
  })

  test('a sidechain that replays an answer under a new request id is the same request', () => {
    const original = assistant('m1', { input_tokens: 3, output_tokens: 9 })
    const replay = assistant('m1', { input_tokens: 3, output_tokens: 9 }, undefined, {
      requestId: 'req_other',
      isSidechain: true,
    })
    expect(requestsOf(read([original, replay]).telemetry)).toHaveLength(1)
  })

  test('a synthetic answer is no request and its text is told', () => {
    const line = assistant(
      'm1',
      { input_tokens: 0, output_tokens: 0 },
      [{ type: 'text', text: 'No response requested.' }],
      {
        message: { model: '<synthetic>' },
        requestId: undefined,
      },
    )
    const { telemetry } = read([line])
    expect(telemetry.calls).toEqual([])
    expect(transcriptOf(telemetry)).toMatchObject([{ role: 'assistant', content: 'No response requested.' }])
  })

  test('a prompt that is a plain string is told as one in blocks, and both only once', () => {
    const { telemetry } = read([user('as a string'), user([{ type: 'text', text: 'as blocks' }])])
    expect(transcriptOf(telemetry).map(({ role, content }) => [role, content])).toEqual([
      ['user', 'as a string'],
      ['user', 'as blocks'],
    ])
  })

  test('what the program writes in the name of the user is no prompt; a slash command is', () => {
    const { telemetry } = read([
      user(
        '<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>src</command-args>',
      ),
      user('<local-command-stdout>done</local-command-stdout>'),
      user('Caveat: the messages below were generated', { isMeta: true }),
      user('This session is being continued', { isCompactSummary: true }),
      user([{ type: 'text', text: '[Request interrupted by user]' }]),
    ])
    expect(transcriptOf(telemetry).map(({ role }) => role)).toEqual(['user', 'system', 'system', 'system', 'system'])
    expect(transcriptOf(telemetry)[0]?.content).toBe('/review src')
  })

  test('cache writes of five minutes and one hour are told apart; fast mode and what was thought are kept', () => {
    const usage = {
      input_tokens: 1,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens: 20,
      output_tokens_details: { thinking_tokens: 13 },
      speed: 'fast',
    }
    expect(requestsOf(read([assistant('m1', usage)]).telemetry)).toMatchObject([
      { cacheWriteTokens: 30, cacheWrite5mTokens: 10, cacheWrite1hTokens: 20, reasoningTokens: 13, speed: 'fast' },
    ])
  })

  for (const sliceLines of [1, 100]) {
    test(`searches are counted from the linked results, for the request that asked (slices of ${sliceLines})`, () => {
      const uses = ['t1', 't2'].map((id) => ({ type: 'tool_use', id, name: 'WebSearch', input: { query: id } }))
      const result = (id: string, searchCount: number) =>
        user([{ type: 'tool_result', tool_use_id: id, content: 'found' }], {
          toolUseResult: { searchCount, durationSeconds: 2 },
        })
      const usage = { input_tokens: 1, output_tokens: 2, server_tool_use: { web_search_requests: 0 } }
      const { telemetry } = read([assistant('m1', usage, uses), result('t1', 3), result('t2', 1)], sliceLines)
      const searches = telemetry.calls.map(({ webSearches }) => webSearches ?? 0)
      expect(Math.max(...searches)).toBe(4)
      expect(new Set(telemetry.calls.map(({ observationId }) => observationId)).size).toBe(1)
    })
  }

  test('a number of searches beside two results belongs to neither', () => {
    const uses = ['t1', 't2'].map((id) => ({ type: 'tool_use', id, name: 'WebSearch', input: {} }))
    const results = ['t1', 't2'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'x' }))
    const { telemetry } = read([
      assistant('m1', { output_tokens: 2 }, uses),
      user(results, { toolUseResult: { searchCount: 5 } }),
    ])
    expect(telemetry.calls.every(({ webSearches }) => !webSearches)).toBe(true)
  })

  test('null usage, a missing model and wrong types are no crash', () => {
    const { telemetry, skipped } = read([
      assistant('m1', null as never),
      assistant('m2', { input_tokens: null, output_tokens: 'many' }, undefined, { message: { model: undefined } }),
      assistant('m3', { input_tokens: -5, output_tokens: 4 }),
      { type: 'assistant' },
      { type: 'user', message: 7 },
      { type: '__proto__', sessionId: 4 },
      user([{ type: 'tool_result', tool_use_id: '__proto__', content: null }, null, 3]),
    ])
    expect(
      requestsOf(telemetry).map(({ model, inputTokens, outputTokens }) => [model, inputTokens, outputTokens]),
    ).toEqual([
      ['claude-opus-4-6', undefined, 4],
      ['', undefined, undefined],
    ])
    expect(skipped).toEqual([])
  })

  test('a time that cannot be takes that of the record before it and is told', () => {
    const lines = [
      user('first'),
      { ...user('second'), timestamp: '2099-01-01T00:00:00Z' },
      { ...user('third'), timestamp: 'yesterday' },
    ]
    const { telemetry, skipped } = read(lines)
    expect(new Set(telemetry.messages.map(({ timeUnixNano }) => timeUnixNano)).size).toBe(1)
    expect(skipped.map(({ line }) => line)).toEqual([2, 3])
  })

  test('lines of edits come from the patch, else from a real diff; all occurrences without a patch cannot be counted', () => {
    const use = (id: string, name: string, input: object) =>
      assistant(id, { output_tokens: 1 }, [{ type: 'tool_use', id, name, input }])
    const done = (id: string, toolUseResult?: object) =>
      user([{ type: 'tool_result', tool_use_id: id, content: 'ok' }], { toolUseResult })
    const edit = { file_path: '/a', old_string: 'a\nb\nc', new_string: 'a\nB\nc' }
    const { telemetry } = read([
      use('patched', 'Edit', { ...edit, replace_all: true }),
      done('patched', { structuredPatch: [{ lines: [' a', '-b', '+B', '+B2'] }] }),
      use('plain', 'Edit', edit),
      done('plain'),
      use('all', 'Edit', { ...edit, replace_all: true }),
      done('all'),
      use('created', 'Write', { file_path: '/n', content: 'one\ntwo\n' }),
      done('created', { type: 'create', structuredPatch: [] }),
      use('several', 'MultiEdit', { file_path: '/m', edits: [edit, { old_string: 'x', new_string: 'x\ny' }] }),
      done('several'),
    ])
    const lines = [...toolCallsOf(telemetry).values()].map(({ callId, linesAdded, linesRemoved }) => [
      callId,
      linesAdded,
      linesRemoved,
    ])
    expect(lines).toEqual([
      ['patched', 2, 1],
      ['plain', 1, 1],
      ['all', undefined, undefined],
      ['created', 2, 0],
      ['several', 2, 1],
    ])
  })

  test('a refused call is told by the decision beside its result, else by the words that the agent was given', () => {
    const asked = (id: string) => ({ type: 'tool_use', id, name: 'Bash', input: { command: 'touch made.txt' } })
    const answer = (id: string, content: string) => [{ type: 'tool_result', tool_use_id: id, content, is_error: true }]
    const beside = { permissionDecision: { decision: 'reject', source: 'config', reasonCode: 'workingDir' } }
    const texts = [
      'Permission to use Bash with command rm -f x has been denied.',
      'This command requires approval',
      "touch in '/home/dev/project/made.txt' was blocked. For security, Claude Code may only create or modify files in …",
      "touch in '/home/dev/project/made.txt' needs approval. The path is inside the working directories for this session",
      'Exit code 1',
    ]
    const { telemetry } = read([
      user('Go'),
      assistant('m1', { output_tokens: 1 }, [asked('t'), ...texts.map((_, at) => asked(`t${at}`))]),
      user(answer('t', 'Some new words'), beside),
      ...texts.map((text, at) => user(answer(`t${at}`, text))),
    ])
    const decisions = [...toolCallsOf(telemetry).values()].map(({ decision, decisionSource }) => [
      decision,
      decisionSource,
    ])
    expect(decisions).toEqual([...Array(5).fill(['reject', 'config']), [undefined, undefined]])
  })

  test('commits need the command and git’s own words; pull requests the command and the link, or a pr-link', () => {
    const shell = (id: string, command: string, stdout: string) => [
      assistant(id, { output_tokens: 1 }, [{ type: 'tool_use', id, name: 'Bash', input: { command } }], {
        gitBranch: 'feat',
      }),
      user([{ type: 'tool_result', tool_use_id: id, content: stdout }], { toolUseResult: { stdout, stderr: '' } }),
    ]
    const { telemetry } = read([
      ...shell(
        'c1',
        `cd src && git commit -m "$(cat <<'EOF'\nAdd it; git commit\nEOF\n)"`,
        '[feat 1a2b3c4] Add it\n 1 file changed',
      ),
      ...shell('c2', 'echo "git commit" # no', '[feat 9999999] A lie'),
      ...shell('c3', 'git -C /repo commit --amend --no-edit', '[detached HEAD abcdef0] Again'),
      ...shell('c4', 'git commit -m first', '[main (root-commit) 0123abc] first'),
      ...shell('p1', 'gh pr create --fill', 'https://github.com/me/app/pull/12\n'),
      ...shell('p2', 'gh pr view 3', 'https://github.com/me/app/pull/3\n'),
      {
        type: 'pr-link',
        sessionId: 's1',
        prNumber: 12,
        prUrl: 'https://github.com/me/app/pull/12',
        prRepository: 'me/app',
        timestamp: at(),
      },
    ])
    expect(telemetry.commits.map(({ kind, hash, subject, branch }) => [kind, hash, subject, branch])).toEqual([
      ['commit', '1a2b3c4', 'Add it', 'feat'],
      ['commit', 'abcdef0', 'Again', 'feat'],
      ['commit', '0123abc', 'first', 'main'],
      ['pull_request', 'me/app#12', undefined, 'feat'],
    ])
  })

  test('a compaction is told, turn durations are time at work, a name given by the user stands', () => {
    const { telemetry } = read([
      user('go'),
      { type: 'system', subtype: 'turn_duration', durationMs: 4321, uuid: 'x', sessionId: 's1', timestamp: at(60) },
      {
        type: 'system',
        subtype: 'compact_boundary',
        compactMetadata: { trigger: 'auto', preTokens: 155_000 },
        uuid: 'y',
        sessionId: 's1',
        timestamp: at(),
      },
      { type: 'ai-title', aiTitle: 'made up', sessionId: 's1' },
      { type: 'custom-title', customTitle: 'mine', sessionId: 's1' },
      { type: 'ai-title', aiTitle: 'made up again', sessionId: 's1' },
      { type: 'summary', summary: 'of another file', leafUuid: 'elsewhere' },
      { type: 'brand-new-type', sessionId: 's1' },
    ])
    expect(transcriptOf(telemetry).map(({ content }) => content)).toContain(
      'Conversation compacted (auto, 155000 tokens before)',
    )
    expect(sessionsOf(telemetry).get('s1')).toMatchObject({ title: 'mine', activeMs: 4321 })
  })

  test('broken lines lose only themselves', () => {
    const [first, second] = [
      JSON.stringify(assistant('m1', { output_tokens: 1 })),
      JSON.stringify(assistant('m2', { output_tokens: 2 })),
    ]
    const { telemetry, skipped } = read([first.slice(0, 50) + second, first + second, `\0\0${first}`, 'garbage'])
    expect(requestsOf(telemetry)).toHaveLength(2)
    expect(skipped.map(({ line }) => line)).toEqual([1, 4])
  })
})
