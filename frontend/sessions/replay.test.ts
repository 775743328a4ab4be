// replay.test.ts: a transcript laid out for its reader.
import { describe, expect, test } from 'bun:test'
import type { Message } from '../lib/shapes.ts'
import { prepareReplay, type ReplayKind, visibleItems } from './replay.ts'
import { countLines, describeTool } from './tool-text.ts'

const kinds: ReadonlySet<ReplayKind> = new Set(['prompt', 'answer', 'tool', 'thinking', 'system'])
const start = Date.UTC(2026, 10, 22)
function messages(...given: Partial<Message>[]): Message[] {
  return given.map((message, index) => ({
    index,
    timestamp: new Date(start + index * 1_000).toISOString(),
    role: 'assistant',
    content: '',
    source: 'transcript',
    ...message,
  }))
}
const outline = (given: Message[]) => prepareReplay(given).items.map((item) => `${'·'.repeat(item.depth)}${item.type}`)

describe('tool calls', () => {
  test('stand with their result in one item, wherever the result came', () => {
    const { items } = prepareReplay(
      messages(
        { role: 'tool_use', toolUseId: 't1', toolName: 'Bash', toolInput: '{"command":"npm test\\nls"}' },
        { role: 'assistant', content: 'meanwhile' },
        { role: 'tool_result', toolUseId: 't1', toolOutput: 'ok', success: true, durationMs: 1_200 },
      ),
    )
    expect(items.map(({ type }) => type)).toEqual(['tool', 'answer'])
    expect(items[0]).toMatchObject({
      success: true,
      durationMs: 1_200,
      tool: { name: 'Bash', summary: 'npm test', output: 'ok' },
    })
  })
  test('without a call, or without an id, lose nothing', () => {
    const given = messages(
      { role: 'tool_result', toolUseId: 'gone', toolOutput: 'left over' },
      { role: 'tool_use', toolName: 'Read', toolInput: 'not json' },
    )
    expect(outline(given)).toEqual(['tool', 'tool'])
    expect(describeTool(given[1]!, undefined)).toMatchObject({ summary: 'not json', fields: undefined })
  })
  test('that search say what they looked for and where', () => {
    const summary = (toolInput: object) =>
      describeTool(
        messages({ role: 'tool_use', toolName: 'Grep', toolInput: JSON.stringify(toolInput) })[0]!,
        undefined,
      ).summary
    expect(summary({ path: 'src', pattern: 'a+' })).toBe('a+ in src')
    expect(summary({ pattern: '**/*.ts' })).toBe('**/*.ts')
    expect(summary({ path: 'src' })).toBe('src')
  })
  test('say what they changed', () => {
    expect(countLines('--- a\n+++ b\n@@ -1 +1,2 @@\n-x\n+y\n+z\n')).toEqual({ added: 2, removed: 1 })
  })
})

describe('subagents', () => {
  const given = messages(
    { role: 'user', content: 'go' },
    { role: 'tool_use', toolName: 'Task', toolUseId: 't' },
    { agentId: 'a', content: 'first', costUsd: 0.1 },
    { content: 'main goes on', costUsd: 1 },
    { agentId: 'a', content: 'second', costUsd: 0.2 },
  )
  test('stand in place, indented, as one run with its own cost', () => {
    expect(outline(given)).toEqual(['prompt', 'tool', 'agent', '·answer', '·answer', 'answer'])
    const agent = prepareReplay(given).items[2]
    expect(agent?.type === 'agent' && agent.costUsd).toBeCloseTo(0.3)
  })
  test('can be folded', () => {
    const { items } = prepareReplay(given)
    const rows = visibleItems(items, { kinds, folded: new Set(['aa']), search: '' })
    expect(rows.map((row) => items[row]?.type)).toEqual(['prompt', 'tool', 'agent', 'answer'])
  })
})

describe('prompts', () => {
  test('carry what they brought about, subagents included, up to the next prompt', () => {
    const { items, costTotal } = prepareReplay(
      messages(
        { role: 'user', content: 'one' },
        { costUsd: 0.5, inputTokens: 10, outputTokens: 5, content: 'x' },
        { role: 'tool_use', toolUseId: 't' },
        { role: 'tool_result', toolUseId: 't', success: false },
        { agentId: 'a', costUsd: 0.25, outputTokens: 1, content: 'y' },
        { role: 'user', content: 'two' },
        { content: 'z' },
      ),
    )
    const prompts = items.filter((item) => item.type === 'prompt')
    expect(
      prompts.map(({ costUsd, tokens, tools, failures, durationMs }) => [costUsd, tokens, tools, failures, durationMs]),
    ).toEqual([
      [0.75, 16, 1, 1, 4_000],
      [null, 0, 0, 0, 1_000],
    ])
    expect(costTotal).toBe(0.75)
  })

  test('tell which files were read and which changed, once each, by whichever agent', () => {
    const use = (toolUseId: string, toolName: string, toolInput: object, success = true, diff = '') => [
      { role: 'tool_use' as const, toolUseId, toolName, toolInput: JSON.stringify(toolInput) },
      { role: 'tool_result' as const, toolUseId, success, ...(diff ? { diff } : {}) },
    ]
    const { items } = prepareReplay(
      messages(
        { role: 'user', content: 'one' },
        ...use('1', 'Read', { file_path: '/w/a.ts' }),
        ...use('2', 'Edit', { file_path: '/w/a.ts' }, true, '@@ -1 +1,2 @@\n-x\n+y\n+z'),
        ...use('3', 'read_file', { absolute_path: '/w/b.ts' }),
        ...use('4', 'Write', { file_path: '/w/refused.ts' }, false),
        ...use('5', 'apply_patch', { input: '*** Begin Patch\n*** Update File: src/c.ts\n@@\n*** Add File: d.ts\n+x' }),
        ...use('6', 'Bash', { command: 'cat e.ts', path: '/w/e.ts' }),
        { role: 'user', content: 'two' },
      ),
    )
    const prompts = items.filter((item) => item.type === 'prompt')
    expect(prompts.map(({ files, added, removed }) => [[...files], added, removed])).toEqual([
      [
        [
          ['/w/a.ts', true],
          ['/w/b.ts', false],
          ['src/c.ts', true],
          ['d.ts', true],
        ],
        2,
        1,
      ],
      [[], 0, 0],
    ])
  })
})

test('the context is the main agent’s and lasts until the next request', () => {
  const { context, contextMost } = prepareReplay(
    messages(
      { inputTokens: 10, cacheRead: 90, content: 'a' },
      { role: 'tool_use' },
      { agentId: 'a', inputTokens: 5_000, content: 'b' },
      { inputTokens: 200, content: 'c' },
    ),
  )
  expect(context).toEqual([100, 100, 100, 100, 200])
  expect(contextMost).toBe(200)
})

test('kinds and a search choose what is in sight', () => {
  const { items } = prepareReplay(
    messages(
      { role: 'user', content: 'Find the leak' },
      { role: 'thinking', content: 'leak?' },
      { role: 'tool_use', toolName: 'Grep', toolInput: '{"pattern":"LEAK"}' },
      { content: 'Done' },
    ),
  )
  const types = (given: ReplayKind[], search = '') =>
    visibleItems(items, { kinds: new Set(given), folded: new Set(), search }).map((row) => items[row]?.type)
  expect(types(['prompt', 'answer'])).toEqual(['prompt', 'answer'])
  expect(types(['prompt', 'answer', 'tool', 'thinking'], 'leak')).toEqual(['prompt', 'thinking', 'tool'])
})

test('a long transcript keeps every message', () => {
  const many = messages(
    ...Array.from({ length: 20_000 }, (_, at) => ({
      role: at % 10 === 0 ? ('user' as const) : ('assistant' as const),
      content: 'x',
    })),
  )
  expect(prepareReplay(many).items.length).toBe(20_000)
})
