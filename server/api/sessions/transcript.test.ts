import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Bench, openBench } from '../usage/testing.ts'
import { sessionsRoutes } from './routes.ts'
import { call, message, second, session, start, toolCall } from './testing.ts'

let bench: Bench
const open = async () => {
  bench = await openBench(sessionsRoutes as never)
}

describe('the transcript', () => {
  beforeAll(open)
  afterAll(() => bench.close())
  const read = async (id: string, query = '') => (await bench.get(`/api/sessions/${id}/transcript?${query}`)).body

  test('is in order of time, then of sequence; tokens and cost stand once at each answer', async () => {
    await bench.keep({
      sessions: [session({ sessionId: 's1', serviceName: 'claude-code' })],
      calls: [call({ messageId: 'm1', cacheReadTokens: 3, cacheWriteTokens: 4 })],
      toolCalls: [toolCall({ callId: 't1', durationMs: 40 })],
      messages: [
        message({ messageKey: 'u', role: 'user', content: 'Hi', promptId: 'p1' }),
        message({
          messageKey: 'th',
          role: 'thinking',
          callMessageId: 'm1',
          timeUnixNano: start + second,
          sequence: 1,
          parentKey: 'u',
        }),
        message({ messageKey: 'as', callMessageId: 'm1', timeUnixNano: start + second, sequence: 2, parentKey: 'th' }),
        message({
          messageKey: 'tu',
          role: 'tool_use',
          callMessageId: 'm1',
          timeUnixNano: start + second,
          sequence: 3,
          toolName: 'Bash',
          toolUseId: 't1',
          toolInput: '{"command":"ls"}',
        }),
        message({
          messageKey: 'tr',
          role: 'tool_result',
          timeUnixNano: start + 2n * second,
          toolUseId: 't1',
          toolOutput: 'x',
        }),
      ],
    })
    const body = await read('s1')
    expect(body).toMatchObject({
      sessionId: 's1',
      tool: 'claude-code',
      serviceName: 'claude-code',
      total: 5,
      hasMore: false,
    })
    expect(body.messages.map((one: any) => `${one.index} ${one.role}`)).toEqual([
      '0 user',
      '1 thinking',
      '2 assistant',
      '3 tool_use',
      '4 tool_result',
    ])
    expect(body.messages[2]).toEqual({
      index: 2,
      timestamp: '2026-11-22T04:00:01.000Z',
      role: 'assistant',
      content: 'as',
      parentIndex: 1,
      inputTokens: 100,
      outputTokens: 10,
      cacheRead: 3,
      cacheWrite: 4,
      costUsd: 0.000157,
      source: 'transcript',
    })
    expect(body.messages.filter((one: any) => one.inputTokens !== undefined)).toHaveLength(1)
    expect(body.messages[3]).toMatchObject({
      toolName: 'Bash',
      toolInput: '{"command":"ls"}',
      success: true,
      durationMs: 40,
    })
    expect((await read('s1', 'limit=2&offset=3')).messages.map((one: any) => one.index)).toEqual([3, 4])
    expect(await read('s1', 'offset=50')).toMatchObject({ total: 5, messages: [] })
  })

  test('is answered whole when that is asked for, also from an offset', async () => {
    await bench.keep({
      sessions: [session({ sessionId: 'long' })],
      messages: Array.from({ length: 1_200 }, (_, index) =>
        message({
          sessionId: 'long',
          messageKey: `m${index}`,
          timeUnixNano: start + BigInt(index),
          content: `${index}`,
        }),
      ),
    })
    const [page, whole, rest] = [
      await read('long'),
      await read('long', 'whole=true'),
      await read('long', 'whole=true&offset=1190'),
    ]
    expect([page.messages.length, page.hasMore]).toEqual([50, true])
    expect([whole.messages.length, whole.total, whole.hasMore]).toEqual([1_200, 1_200, false])
    expect([rest.messages.length, rest.messages[0].index]).toEqual([10, 1_190])
  })

  test('told by two doors is told once, and by the other one where the best is silent', async () => {
    const own = { sessionId: 'two' }
    await bench.keep({
      sessions: [session(own)],
      messages: [
        message({ ...own, messageKey: 'u', role: 'user', content: 'Hi' }),
        message({ ...own, messageKey: 'a', content: 'Hello', timeUnixNano: start + 5n * second }),
        message({
          ...own,
          source: 'otlp_logs',
          messageKey: 'l1',
          role: 'user',
          content: '<REDACTED>',
          timeUnixNano: start + 1n,
        }),
        // A prompt that was sent without its text, before the file has it.
        message({
          ...own,
          source: 'otlp_logs',
          messageKey: 'l0',
          role: 'user',
          content: '',
          timeUnixNano: start - 2_000_000n,
        }),
        // The same, seen a moment later.
        message({ ...own, source: 'otlp_logs', messageKey: 'l2', content: 'Hello', timeUnixNano: start + 6n * second }),
        // What the file does not have yet.
        message({
          ...own,
          source: 'otlp_logs',
          messageKey: 'l3',
          role: 'user',
          content: 'More',
          timeUnixNano: start + 9n * second,
        }),
        message({
          ...own,
          source: 'hook',
          messageKey: 'h3',
          role: 'user',
          content: 'More',
          timeUnixNano: start + 9n * second,
        }),
      ],
    })
    expect((await read('two')).messages.map((one: any) => `${one.source} ${one.content}`)).toEqual([
      'transcript Hi',
      'transcript Hello',
      'otlp_logs More',
    ])
  })

  test('without any message is told by the requests and tool calls themselves', async () => {
    await bench.keep({
      calls: [
        call({ messageId: 'b1', sessionId: 'bare' }),
        call({ messageId: 'b2', sessionId: 'bare', status: 'error' }),
      ],
      toolCalls: [toolCall({ callId: 'bt', sessionId: 'bare', input: 'ls', output: 'x' })],
    })
    expect((await read('bare')).messages).toMatchObject([
      { index: 0, role: 'assistant', content: '', model: 'claude-sonnet-4-5', inputTokens: 100 },
      {
        index: 1,
        role: 'tool_use',
        toolName: 'Bash',
        toolUseId: 'bt',
        toolInput: 'ls',
        toolOutput: 'x',
        durationMs: 40,
      },
    ])
  })

  test('whose messages name no request has each request at the first thing said or asked for when it was answered', async () => {
    const own = { sessionId: 'sent', source: 'otlp_logs' as const }
    const answered = (seconds: bigint) => ({ ...own, timeUnixNano: start + seconds * second })
    await bench.keep({
      calls: [
        call({ ...answered(1n), messageId: 'x1' }),
        call({ ...answered(3n), messageId: 'x2', inputTokens: 200 }),
        call({ ...answered(3n), messageId: 'x3', inputTokens: 30_000, querySource: 'auxiliary' }),
        call({ ...answered(4n), messageId: 'x4', inputTokens: 4000 }),
      ],
      toolCalls: [toolCall({ ...own, callId: 'q1', timeUnixNano: start + 3n * second + 5n })],
      messages: [
        message({ ...answered(0n), messageKey: 'u', role: 'user' }),
        message({ ...answered(1n), messageKey: 'a' }),
        message({ ...answered(9n), messageKey: 'b' }),
      ],
    })
    expect((await read('sent')).messages.map((one: any) => [one.role, one.inputTokens])).toEqual([
      ['user', undefined],
      ['assistant', 100],
      ['tool_use', 200],
      ['assistant', 4000],
    ])
  })

  test('ends a page early where its texts are large, and goes on from there', async () => {
    const content = 'x'.repeat(9 * 1024 * 1024)
    await bench.keep({
      messages: [1, 2, 3].map((n) => message({ sessionId: 'large', messageKey: `${n}`, content, sequence: n })),
    })
    const first = await read('large')
    expect([first.total, first.messages.length, first.hasMore]).toEqual([3, 2, true])
    expect((await read('large', 'offset=2')).messages).toMatchObject([{ index: 2 }])
  })
})
