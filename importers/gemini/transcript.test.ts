// transcript.test.ts: what is read from Gemini CLI's chats, against the truth of the recordings and trap by trap.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

const root = join(fixtures, 'gemini/transcripts/.gemini/tmp')
const reading = readTree(transcripts, root)

describe('the recordings', () => {
  test('equal the truth per session and model, but for the routing calls that no file holds', () => {
    const sessions = new Set(reading.telemetry.calls.map(({ sessionId }) => sessionId))
    const expected = expectedTotals(
      'gemini',
      ({ kind }, id) => kind !== 'utility' && sessions.has(id),
      undefined,
      false,
    )
    expect(totalsOf(reading.telemetry)).toEqual(expected)
    expect(Object.keys(expected)).toHaveLength(6)
  })

  test('nothing is lost and no type is unknown', () => {
    expect(reading.skipped).toEqual([])
    expect(reading.unknown).toEqual({})
  })

  test('read line by line, each with the state the last reader left, they say the same', () => {
    const slowly = readTree(transcripts, root, { sliceLines: 1 })
    expect(totalsOf(slowly.telemetry)).toEqual(totalsOf(reading.telemetry))
    const untimed = (telemetry: typeof reading.telemetry) =>
      transcriptOf(telemetry).map(({ sessionId, messageKey, content, role }) => [sessionId, messageKey, content, role])
    expect(untimed(slowly.telemetry)).toEqual(untimed(reading.telemetry))
  })

  test('every answer is written twice and counted once', () => {
    const withTokens = reading.telemetry.messages.filter(({ role }) => role === 'assistant').length
    expect(withTokens).toBeGreaterThan(0)
    expect(requestsOf(reading.telemetry).length).toBe(
      new Set(reading.telemetry.calls.map(({ messageId }) => messageId)).size,
    )
  })

  test('a subagent’s requests are in the session of its parent and name the run', () => {
    const calls = requestsOf(reading.telemetry).filter(
      ({ agentId }) => agentId === 'beeec4f4-0254-45ce-bafe-202d9fbcf6fd',
    )
    expect(calls).toHaveLength(3)
    expect(new Set(calls.map(({ sessionId }) => sessionId))).toEqual(new Set(['a304804b-15a4-420c-9c20-0c2c5f719ea0']))
  })

  test('tool calls have outcome by exit code, lines and time', () => {
    const calls = [...toolCallsOf(reading.telemetry).values()].filter(({ sessionId }) =>
      sessionId.startsWith('38463100'),
    )
    expect(
      calls.map(({ toolName, success, linesAdded, linesRemoved }) => [toolName, success, linesAdded, linesRemoved]),
    ).toEqual([
      ['run_shell_command', true, undefined, undefined],
      ['read_file', true, undefined, undefined],
      ['write_file', true, 4, 0],
      ['replace', true, 2, 1],
      ['run_shell_command', false, undefined, undefined],
      ['read_file', false, undefined, undefined],
      ['run_shell_command', true, undefined, undefined],
      ['read_file', true, undefined, undefined],
      ['replace', true, 1, 1],
      ['run_shell_command', false, undefined, undefined],
    ])
  })

  test('the transcript begins with the prompt, not with what the program says of the machine', () => {
    const told = transcriptOf(reading.telemetry, '38463100-2608-4b6c-9e47-4b99e1ece4c1')
    expect(told.slice(0, 5).map(({ role, content, toolName }) => [role, toolName ?? content])).toEqual([
      ['user', 'Add a greet() function to src/app.js, run the tests and fix what fails.'],
      ['thinking', '**Planning**\n\nThe user wants a greet function. I should look at the project layout first.'],
      ['assistant', "I'll look at the project first."],
      ['tool_use', 'run_shell_command'],
      ['tool_result', 'run_shell_command'],
    ])
    expect(sessionsOf(reading.telemetry).get('38463100-2608-4b6c-9e47-4b99e1ece4c1')).toMatchObject({
      cwd: '/home/dev/project',
      project: 'project',
    })
  })
})

const path = '/h/.gemini/tmp/app/chats/session-2026-03-01T10-00-abcdef12.jsonl'
const tokens = (input: number, output: number, more: object = {}) => ({
  input,
  output,
  cached: 0,
  thoughts: 0,
  tool: 0,
  ...more,
})
const answer = (id: string, used: object | null, more: object = {}) => ({
  id,
  timestamp: '2026-03-01T10:00:01.000Z',
  type: 'gemini',
  content: id,
  model: 'gemini-3-pro',
  tokens: used,
  ...more,
})
const header = {
  sessionId: 's1',
  startTime: '2026-03-01T10:00:00.000Z',
  lastUpdated: '2026-03-01T10:00:00.000Z',
  kind: 'main',
}

const msOf = (nanoseconds: bigint) => new Date(Number(nanoseconds / 1_000_000n)).toISOString()

describe('traps', () => {
  test('cached input is inside the input, thoughts are on top of the output, tool prompts on the input side', () => {
    const { telemetry } = readLines(transcripts, path, [
      header,
      answer('a', tokens(100, 10, { cached: 60, thoughts: 5, tool: 7 })),
    ])
    expect(requestsOf(telemetry)).toMatchObject([
      { inputTokens: 47, cacheReadTokens: 60, outputTokens: 15, reasoningTokens: 5, weakKey: '100/10' },
    ])
  })

  test('of records with one id the last stands', () => {
    const { telemetry } = readLines(transcripts, path, [header, answer('a', tokens(1, 1)), answer('a', tokens(1, 8))])
    expect(requestsOf(telemetry)).toMatchObject([{ outputTokens: 8 }])
  })

  test('what was rewound was billed', () => {
    const { telemetry } = readLines(transcripts, path, [
      header,
      answer('a', tokens(1, 1)),
      answer('b', tokens(1, 2)),
      { $rewindTo: 'a' },
      answer('c', tokens(1, 4)),
    ])
    expect(requestsOf(telemetry).reduce((sum, { outputTokens }) => sum + outputTokens!, 0)).toBe(7)
  })

  test('records inside a change of messages count, again or for the first time, once', () => {
    const a = answer('a', tokens(1, 1))
    const { telemetry } = readLines(transcripts, path, [
      header,
      a,
      { $set: { messages: [a, answer('b', tokens(1, 2))] } },
      { $set: { summary: 'A title' } },
    ])
    expect(requestsOf(telemetry)).toHaveLength(2)
    expect(sessionsOf(telemetry).get('s1')?.title).toBe('A title')
  })

  test('a history that is written again says nothing new and moves nothing: resumed, cancelled or summed up', () => {
    const at = (ms: number) => new Date(Date.parse('2026-11-29T18:35:32Z') + ms).toISOString()
    const user = (id: string, ms: number, text: string) => ({
      id,
      timestamp: at(ms),
      type: 'user',
      content: [{ text }],
    })
    // As the model was told: parts instead of a text, no usage, no model.
    const repeated = (id: string, ms: number, text: string) => ({
      id,
      timestamp: at(ms),
      type: 'gemini',
      content: [{ text: '**Plan**', thought: true }, { text }],
    })
    const context = (id: string, ms: number) => user(id, ms, '<session_context>\nThis is the Gemini CLI.')
    const first = [user('u1', 100, 'first'), answer('a1', tokens(10, 1), { timestamp: at(200), content: 'done' })]
    const { telemetry } = readLines(transcripts, path, [
      header,
      { $set: { messages: [context('c', 0)] } },
      ...first,
      // Resumed by a new process: the same ids, stamped anew.
      header,
      { $set: { messages: [context('c', 9000), user('u1', 9010, 'first'), repeated('a1', 9010, 'done')] } },
      user('u2', 9020, 'second'),
      // Cancelled, or resumed from a checkpoint: new ids, each as a record of its own and then all together.
      context('r0', 12_000),
      { $set: { lastUpdated: at(12_000) } },
      user('r1', 12_001, 'first'),
      repeated('r2', 12_001, 'done'),
      { $set: { messages: [context('r0', 12_000), user('r1', 12_001, 'first'), repeated('r2', 12_001, 'done')] } },
      user('u3', 15_000, 'third'),
      answer('a3', tokens(10, 3), { timestamp: at(15_500), content: 'third done' }),
      { $set: { messages: [context('c', 18_000), user('s', 18_000, '<state_snapshot>short</state_snapshot>')] } },
    ])
    expect(
      transcriptOf(telemetry).map(({ role, content, timeUnixNano }) => [role, content, msOf(timeUnixNano)]),
    ).toEqual([
      ['user', 'first', at(100)],
      ['assistant', 'done', at(200)],
      ['user', 'second', at(9020)],
      ['user', 'third', at(15_000)],
      ['assistant', 'third done', at(15_500)],
      ['system', 'Conversation compacted', at(18_000)],
    ])
    expect(requestsOf(telemetry)).toHaveLength(2)
  })

  test('answers without usage are told and not counted; info is a note; a new type is counted as unknown', () => {
    const { telemetry, unknown } = readLines(transcripts, path, [
      header,
      answer('a', null),
      { id: 'i', timestamp: '2026-03-01T10:00:02Z', type: 'info', content: 'Compressed' },
      { id: 'n', timestamp: '2026-03-01T10:00:02Z', type: 'hologram', content: 'x' },
      { id: 'u', timestamp: '2026-03-01T10:00:03Z', type: 'user', content: 'plain text' },
    ])
    expect(telemetry.calls).toEqual([])
    expect(transcriptOf(telemetry).map(({ role, content }) => [role, content])).toEqual([
      ['assistant', 'a'],
      ['system', 'Compressed'],
      ['user', 'plain text'],
    ])
    expect(unknown).toEqual({ hologram: 1 })
  })

  test('a commit counts by the command and git’s own words', () => {
    const call = {
      id: 't1',
      name: 'run_shell_command',
      args: { command: 'git commit -m x' },
      status: 'success',
      result: [
        {
          functionResponse: {
            response: {
              output: '<untrusted_context>\nOutput: [main 1234567] x\n 1 file changed\n</untrusted_context>',
            },
          },
        },
      ],
    }
    const { telemetry } = readLines(transcripts, path, [header, answer('a', tokens(1, 1), { toolCalls: [call] })])
    expect(telemetry.commits).toMatchObject([{ hash: '1234567', branch: 'main', subject: 'x' }])
  })

  describe('the older document', () => {
    let home: string
    beforeAll(() => {
      home = mkdtempSync(join(tmpdir(), 'telltale-gemini-'))
      mkdirSync(join(home, 'tmp/app/chats'), { recursive: true })
    })
    afterAll(() => rmSync(home, { recursive: true, force: true }))

    test('is read whole, and again only what changed', () => {
      const file = join(home, 'tmp/app/chats/session-2026-03-01T10-00-abc.json')
      const of = (messages: object[]) => writeFileSync(file, JSON.stringify({ ...header, messages }))
      const read = (watermark: unknown) =>
        [
          ...transcripts.readWhole!(
            { path: file, root: home, modifiedUnixNano: 1_900_000_000_000_000_000n },
            watermark,
          ),
        ][0]!
      of([answer('a', tokens(1, 1))])
      const first = read(undefined)
      expect(first.telemetry.calls).toHaveLength(1)
      of([answer('a', tokens(1, 1)), answer('b', tokens(1, 2))])
      const second = read(JSON.parse(JSON.stringify(first.watermark)))
      expect(second.telemetry.calls.map(({ messageId }) => messageId)).toEqual(['b'])
      writeFileSync(file, '{"sessionId":"s1","mess')
      expect(read(second.watermark).skipped).toEqual([{ reason: 'not a JSON document' }])
    })

    test('that holds lines is told by its first one', () => {
      const file = join(home, 'tmp/app/chats/session-2026-03-01T10-00-lines.json')
      const lines = [header, answer('a', tokens(1, 1)), answer('b', tokens(1, 2))].map((one) => JSON.stringify(one))
      writeFileSync(file, `${lines.join('\n')}\n{"id":"c","ty`)
      const [slice] = [
        ...transcripts.readWhole!({ path: file, root: home, modifiedUnixNano: 1_900_000_000_000_000_000n }, undefined),
      ]
      expect(slice?.telemetry.calls.map(({ messageId }) => messageId)).toEqual(['a', 'b'])
      expect(slice?.skipped.map(({ line }) => line)).toEqual([4])
    })
  })
})

describe('places', () => {
  test('GEMINI_CLI_HOME and GEMINI_DATA_DIR stand for the default', () => {
    const roots = (vars: Record<string, string>) => transcripts.roots({ home: '/h', platform: 'linux', vars })
    expect(roots({})).toEqual(['/h/.gemini/tmp'])
    expect(roots({ GEMINI_CLI_HOME: '/g' })).toEqual(['/g/.gemini/tmp'])
    expect(roots({ GEMINI_DATA_DIR: '/d' })).toEqual(['/d/tmp'])
  })

  test('only chats are transcripts', () => {
    expect(['/t/app/chats/session-1.json', '/t/app/chats/parent/x.jsonl'].every(transcripts.match)).toBe(true)
    expect(['/t/app/logs.json', '/t/app/checkpoint-a.json', '/t/app/chats/notes.txt'].some(transcripts.match)).toBe(
      false,
    )
  })
})
