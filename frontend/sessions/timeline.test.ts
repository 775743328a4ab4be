// timeline.test.ts: the times of a transcript's messages as spans.
import { expect, test } from 'bun:test'
import { buildTree } from '../components/trace/tree.ts'
import type { Message, Transcript } from '../lib/shapes.ts'
import { timelineOf } from './timeline.ts'

const start = Date.UTC(2026, 10, 22, 4)
/** A transcript of messages at seconds from its start. */
function transcript(...given: [second: number, message: Partial<Message>][]): Transcript {
  const messages = given.map(([second, message], index) => ({
    index,
    timestamp: new Date(start + second * 1_000).toISOString(),
    role: 'assistant' as const,
    content: '',
    source: 'transcript',
    ...message,
  }))
  return {
    sessionId: 's',
    tool: 'claude-code',
    serviceName: 'claude-code',
    startTime: '',
    lastTime: '',
    total: messages.length,
    hasMore: false,
    messages,
  }
}
/** Each span as its depth, name, and seconds from the start of the session. */
const drawn = (given: Transcript) =>
  buildTree(timelineOf(given)).nodes.map(
    ({ span, depth, error }) =>
      `${'·'.repeat(depth)}${span.spanName} ${(Date.parse(span.timestamp) - start) / 1_000}+${span.duration / 1e9}${error ? ' failed' : ''}`,
  )

test('a request runs from what it answers to its last message, a call as long as its result says', () => {
  const given = transcript(
    [0, { role: 'user', content: 'Mend it\nplease' }],
    [2, { role: 'thinking', content: '…' }],
    [
      3,
      {
        role: 'tool_use',
        toolName: 'Bash',
        toolUseId: 't1',
        model: 'm-1',
        outputTokens: 7,
        inputTokens: 3,
        cacheRead: 90,
      },
    ],
    [3, { role: 'tool_use', toolName: 'Read', toolUseId: 't2' }],
    [5, { role: 'tool_result', toolUseId: 't1', success: false, durationMs: 1_500 }],
    [6, { role: 'tool_result', toolUseId: 't2', success: true }],
    [9, { role: 'assistant', content: 'Done', model: 'm-1' }],
    [60, { role: 'user', content: 'Thanks' }],
  )
  expect(drawn(given)).toEqual([
    'Mend it 0+9',
    '·m-1 0+3',
    '·Read 3+3',
    '·Bash 3+1.5 failed',
    '·m-1 6+3',
    'Thanks 60+0',
  ])
  const [, request] = timelineOf(given)
  expect(request).toMatchObject({
    model: 'm-1',
    spanAttributes: { 'gen_ai.usage.input_tokens': 93, 'gen_ai.usage.output_tokens': 7 },
  })
})

test('a subagent stands under the prompt that had it work, with its own requests', () => {
  expect(
    drawn(
      transcript(
        [0, { role: 'user', content: 'Go' }],
        [1, { role: 'tool_use', toolName: 'Task', toolUseId: 't', model: 'm' }],
        [2, { agentId: 'a', role: 'user', content: 'Look' }],
        [4, { agentId: 'a', role: 'assistant', content: 'Seen', model: 'small' }],
        [5, { role: 'tool_result', toolUseId: 't', success: true }],
        [7, { role: 'assistant', content: 'Done', model: 'm' }],
      ),
    ),
  ).toEqual(['Go 0+7', '·m 0+1', '·Task 1+4', '·Subagent 2+2', '··small 2+2', '·m 5+2'])
})

test('nothing, no prompt, and times that are none make no error', () => {
  expect(timelineOf(transcript())).toEqual([])
  expect(drawn(transcript([1, { content: 'late', model: 'm' }]))).toEqual(['m 1+0'])
  expect(timelineOf(transcript([0, { timestamp: 'never' }]))).toEqual([])
})
