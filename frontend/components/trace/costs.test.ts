// costs.test.ts: tokens and money of a trace.
import { expect, test } from 'bun:test'
import type { TraceCall } from '../../lib/shapes.ts'
import { spentBySpan, spentOf } from './costs.ts'

const call = (spanId: string, totalTokens: number, costUsd: number | null): TraceCall => ({
  spanId,
  model: 'm',
  requests: 1,
  errors: 0,
  inputTokens: totalTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  totalTokens,
  costUsd,
  unpricedTokens: costUsd === null ? totalTokens : 0,
})
const calls = [call('a', 10, 1), call('a', 5, null), call('b', 7, 2), call('', 3, 4)]

test('a span holds all requests seen in it; an unknown price takes nothing from a known one', () => {
  const spans = spentBySpan(calls)
  expect([...spans.keys()]).toEqual(['a', 'b'])
  expect(spans.get('a')).toEqual({ requests: 2, errors: 0, totalTokens: 15, costUsd: 1, unpriced: 5 })
})

test('a whole trace counts what no span tells, an operation its own spans only', () => {
  expect(spentOf(calls, new Set(['a', 'b']), true)).toMatchObject({ requests: 4, costUsd: 7 })
  expect(spentOf(calls, new Set(['b']), false)).toMatchObject({ requests: 1, costUsd: 2 })
  expect(spentOf([], new Set(), true)).toMatchObject({ requests: 0, costUsd: null })
})
