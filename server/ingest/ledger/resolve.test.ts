// resolve.test.ts: which observations are one request, and whose word counts for each field.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { noon, requests, second, seen } from './testing.ts'

const tokens = { inputTokens: 10, cacheReadTokens: 1000, cacheWriteTokens: 200, outputTokens: 50 }

describe('joining', () => {
  test('a request seen by log, span and transcript is one call', () => {
    const calls = requests([
      seen({ source: 'otlp_logs', keys: ['req:1'], ...tokens }),
      seen({ source: 'otlp_traces', keys: ['req:1'], ...tokens, ttftMs: 400 }),
      seen({ source: 'transcript', keys: ['msg:1', 'req:1'], ...tokens, messageId: 'm' }),
    ])
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      ...tokens,
      ttftMs: 400,
      messageId: 'm',
      sources: ['otlp_logs', 'otlp_traces', 'transcript'],
    })
  })

  test('two doors without a common id are joined by a third that knows both', () => {
    const log = seen({ source: 'otlp_logs', keys: ['req:1'], ...tokens })
    const push = seen({ source: 'push', keys: ['msg:1'], ...tokens })
    expect(requests([log, push])).toHaveLength(2)
    expect(requests([log, push, seen({ source: 'transcript', keys: ['req:1', 'msg:1'], ...tokens })])).toHaveLength(1)
  })

  test('a sidechain that replays a message under a new request id is the same request', () => {
    const calls = requests([
      seen({ source: 'transcript', keys: ['msg:1', 'req:1'], ...tokens }),
      seen({ source: 'transcript', keys: ['msg:1', 'req:2'], ...tokens, timeUnixNano: noon + 5n * second }),
    ])
    expect(calls).toHaveLength(1)
    expect(calls[0]?.callId).toBe('claude-code/msg:1')
  })

  test('the same id of two tools is two requests', () => {
    expect(requests([seen({ keys: ['resp:1'] }), seen({ tool: 'codex', keys: ['resp:1'] })])).toHaveLength(2)
  })

  test('without ids the n-th of one door is the n-th of the other, and the door that saw most gives the count', () => {
    const log = (at: bigint) => seen({ source: 'otlp_logs', weakKey: 'v', timeUnixNano: noon + at * second, ...tokens })
    const file = (at: bigint) =>
      seen({ source: 'transcript', weakKey: 'v', timeUnixNano: noon + at * second, ...tokens })
    const calls = requests([log(1n), log(10n), log(20n), file(2n), file(11n)])
    expect(calls.map(({ sources }) => sources)).toEqual([
      ['otlp_logs', 'transcript'],
      ['otlp_logs', 'transcript'],
      ['otlp_logs'],
    ])
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(3)
  })

  test('equal usage in two sessions is two requests', () => {
    const log = seen({ weakKey: 'v', sessionId: 'a' })
    expect(requests([log, seen({ source: 'transcript', weakKey: 'v', sessionId: 'b' })])).toHaveLength(2)
  })

  test('equal usage with contradicting ids is never joined', () => {
    const log = seen({ source: 'otlp_logs', keys: ['req:1'], weakKey: 'v' })
    expect(requests([log, seen({ source: 'transcript', keys: ['req:2'], weakKey: 'v' })])).toHaveLength(2)
    expect(requests([log, seen({ source: 'transcript', keys: ['msg:2'], weakKey: 'v' })])).toHaveLength(1)
  })

  test('ten thousand requests of equal usage are paired without a quadratic search', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => [
      seen({ source: 'otlp_logs', weakKey: 'v', timeUnixNano: noon + BigInt(at) }),
      seen({ source: 'transcript', weakKey: 'v', timeUnixNano: noon + BigInt(at) + 3n }),
    ])
    expect(requests(many.flat())).toHaveLength(10_000)
  })
})

describe('numbers', () => {
  test('the whole observation with the highest output stands, never a maximum field by field', () => {
    const [call] = requests([
      seen({ source: 'transcript', keys: ['req:1'], ...tokens, model: 'a', inputTokens: 900, outputTokens: 1 }),
      seen({ source: 'otlp_logs', keys: ['req:1'], ...tokens, model: 'b', outputTokens: 445 }),
    ])
    expect(call).toMatchObject({ inputTokens: 10, outputTokens: 445, model: 'b' })
    expect(call?.differences).toContainEqual({
      field: 'outputTokens',
      values: { otlp_logs: 445, transcript: 1 },
      used: 445,
      reason: 'the whole usage with the highest output, seen by otlp_logs',
    })
  })

  test('a complete observation wins over a snapshot that says more', () => {
    const [call] = requests([
      seen({ source: 'transcript', keys: ['req:1'], ...tokens, outputTokens: 900, partial: true }),
      seen({ source: 'otlp_logs', keys: ['req:1'], ...tokens }),
    ])
    expect(call?.outputTokens).toBe(50)
  })

  test('exact wins over derived wins over estimated', () => {
    const of = (
      source: 'otlp_logs' | 'transcript' | 'hook',
      quality: 'exact' | 'derived' | 'estimated',
      output: number,
    ) => seen({ source, keys: ['req:1'], inputTokens: 1, outputTokens: output, quality })
    const estimated = of('otlp_logs', 'estimated', 300)
    const derived = of('transcript', 'derived', 200)
    const exact = of('hook', 'exact', 100)
    expect(requests([estimated, derived])[0]).toMatchObject({ outputTokens: 200, quality: 'derived' })
    expect(requests([estimated, derived, exact])[0]).toMatchObject({ outputTokens: 100, quality: 'exact' })
  })

  test('half a usage never displaces a whole one, and fills what the whole one does not know', () => {
    const [call] = requests([
      seen({ source: 'otlp_traces', keys: ['req:1'], inputTokens: 7, outputTokens: 50 }),
      seen({ source: 'transcript', keys: ['req:1'], outputTokens: 60, cacheReadTokens: 5 }),
    ])
    expect(call).toMatchObject({ inputTokens: 7, outputTokens: 50, cacheReadTokens: 5 })
  })

  test('the split of cache writes is taken from the door that knows it, when it sums to the writes used', () => {
    const log = seen({ source: 'otlp_logs', keys: ['req:1'], ...tokens })
    const file = { source: 'transcript' as const, keys: ['req:1'], ...tokens }
    const right = requests([log, seen({ ...file, cacheWrite5mTokens: 80, cacheWrite1hTokens: 120 })])
    expect(right[0]).toMatchObject({ cacheWriteTokens: 200, cacheWrite5mTokens: 80, cacheWrite1hTokens: 120 })
    const wrong = requests([log, seen({ ...file, cacheWrite5mTokens: 80, cacheWrite1hTokens: 999 })])
    expect(wrong[0]).toMatchObject({ cacheWriteTokens: 200, cacheWrite5mTokens: 200, cacheWrite1hTokens: 0 })
  })

  test('reasoning is never more than the output it is part of', () => {
    const [call] = requests([
      seen({ source: 'otlp_logs', keys: ['req:1'], inputTokens: 1, outputTokens: 50 }),
      seen({ source: 'transcript', keys: ['req:1'], inputTokens: 1, outputTokens: 40, reasoningTokens: 60 }),
    ])
    expect(call).toMatchObject({ outputTokens: 50, reasoningTokens: 0 })
  })

  test('web searches are the larger number, never the sum', () => {
    const [call] = requests([
      seen({ source: 'otlp_logs', keys: ['req:1'], webSearches: 0 }),
      seen({ source: 'transcript', keys: ['req:1'], webSearches: 2 }),
      seen({ source: 'push', keys: ['req:1'], webSearches: 2 }),
    ])
    expect(call?.webSearches).toBe(2)
  })

  test('negative, absurd and unreadable counts are left out and told, and never crash', () => {
    const [call] = requests([
      seen({
        keys: ['req:1'],
        inputTokens: -5,
        outputTokens: 1e15,
        cacheReadTokens: Number.NaN,
        cacheWriteTokens: 'many' as unknown as number,
      }),
    ])
    expect(call).toMatchObject({ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 })
    expect(call?.differences.map(({ field }) => field).sort()).toEqual([
      'cacheReadTokens',
      'cacheWriteTokens',
      'inputTokens',
      'outputTokens',
    ])
  })

  test('one record that comes with two usages keeps the higher and tells the audit', () => {
    const once = seen({ observationId: 'r', keys: ['req:1'], inputTokens: 3, outputTokens: 12 })
    const again = { ...once, outputTokens: 99 }
    for (const order of [
      [once, again],
      [again, once],
      [again, once, again],
    ]) {
      const calls = requests(order)
      expect(calls).toHaveLength(1)
      expect(calls[0]?.outputTokens).toBe(99)
      expect(calls[0]?.differences.find(({ field }) => field === 'usage')?.values).toEqual({
        otlp_logs: 'in=3 read=? write=? out=12',
        'otlp_logs (2)': 'in=3 read=? write=? out=99',
      })
    }
  })
})

describe('facts', () => {
  test('an answer stands over an error of the same request; an error with its own id is a row of its own', () => {
    const calls = requests([
      seen({ source: 'otlp_logs', keys: ['req:1'], status: 'error', statusCode: 529, errorType: 'overloaded' }),
      seen({ source: 'transcript', keys: ['req:1'], ...tokens }),
      seen({ source: 'otlp_logs', keys: ['req:2'], status: 'error', statusCode: 429, errorType: 'rate_limit' }),
    ])
    expect(calls.map(({ status, errorType }) => [status, errorType])).toEqual([
      ['ok', undefined],
      ['error', 'rate_limit'],
    ])
  })

  test('the session is the one the running process named, not that of a copied transcript', () => {
    const [call] = requests([
      seen({ source: 'transcript', sessionId: 'a-copy', keys: ['msg:1', 'req:1'], ...tokens }),
      seen({ source: 'otlp_logs', sessionId: 'original', keys: ['req:1'], ...tokens }),
    ])
    expect(call?.sessionId).toBe('original')
  })

  test('of copies in files the one it was forked from stands, else the one stamped first', () => {
    const copy = seen({ source: 'transcript', sessionId: 'a-fork', keys: ['msg:1'], observationId: 'x', ...tokens })
    const original = { ...copy, sessionId: 'z-original', observationId: 'y' }
    expect(requests([copy, original], { 'a-fork': 'z-original' })[0]?.sessionId).toBe('z-original')
    const restamped = { ...copy, timeUnixNano: noon + 90n * second }
    expect(requests([restamped, original])[0]?.sessionId).toBe('z-original')
    expect(requests([original, copy])[0]?.sessionId).toBe(requests([copy, original])[0]?.sessionId as string)
  })

  test('a reported cost above zero stands over a plain zero of a better door', () => {
    const [call] = requests([
      seen({ source: 'otlp_logs', keys: ['req:1'], ...tokens, reportedCostNanoUsd: 0 }),
      seen({ source: 'transcript', keys: ['req:1'], ...tokens, reportedCostNanoUsd: 1234 }),
    ])
    expect(call?.reportedCostNanoUsd).toBe(1234)
  })

  test('without a number the call has none, which is not zero', () => {
    expect(requests([seen({ keys: ['req:1'], ...tokens })])[0]?.reportedCostNanoUsd).toBeUndefined()
  })
})

test('the short way for a request that one door saw gives what the general way gives', () => {
  const observation = fc.record({
    status: fc.constantFrom('ok' as const, 'error' as const),
    inputTokens: fc.option(fc.integer({ min: -2, max: 5 }), { nil: undefined }),
    outputTokens: fc.option(fc.integer({ min: -2, max: 5 }), { nil: undefined }),
    cacheWriteTokens: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    cacheWrite1hTokens: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    reasoningTokens: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    webSearches: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined }),
    reportedCostNanoUsd: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined }),
    quality: fc.constantFrom('exact' as const, 'derived' as const, 'estimated' as const),
    partial: fc.option(fc.boolean(), { nil: undefined }),
    errorType: fc.option(fc.constantFrom('', 'overloaded'), { nil: undefined }),
    durationMs: fc.option(fc.constantFrom(5, Number.NaN), { nil: undefined }),
    statusCode: fc.option(fc.constantFrom(200, 529), { nil: undefined }),
    agentId: fc.option(fc.constantFrom('a'), { nil: undefined }),
  })
  fc.assert(
    fc.property(observation, (part) => {
      const alone = seen({ ...part, keys: ['req:1'], observationId: 'a' })
      const [one] = requests([alone])
      const [both] = requests([alone, { ...alone, observationId: 'b' }])
      const once = (call: typeof one) => ({
        ...call,
        differences: [...new Set(call?.differences.map((d) => JSON.stringify(d)))],
      })
      expect(once(one)).toEqual(once(both))
    }),
    { seed: 5, numRuns: 300 },
  )
})
