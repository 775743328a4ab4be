import { expect, test } from 'bun:test'
import type { OverheadSum } from '../lib/shapes.ts'
import { kindTotals } from './kind-totals.ts'

const sum = (part: Partial<OverheadSum>): OverheadSum => ({
  kind: 'retry',
  tool: 'codex',
  model: 'm',
  count: 1,
  totalTokens: 0,
  costUsd: 0,
  unpricedTokens: 0,
  sessions: 1,
  lastTime: '2026-11-22T04:00:00Z',
  withoutCost: 0,
  ...part,
})

test('what is known is added up; a kind of which nothing is known has no cost, and not 0', () => {
  const totals = kindTotals([
    sum({ count: 2, durationMs: 10 }),
    sum({ tool: 'gemini', durationMs: 5 }),
    sum({ kind: 'compaction', costUsd: null }),
    sum({ kind: 'refusal', costUsd: 0.5, totalTokens: 7 }),
    sum({ kind: 'refusal', costUsd: null, totalTokens: 3 }),
  ])
  expect(totals).toEqual([
    { kind: 'retry', count: 3, totalTokens: 0, costUsd: 0, durationMs: 15 },
    { kind: 'refusal', count: 2, totalTokens: 10, costUsd: 0.5, durationMs: undefined },
    { kind: 'compaction', count: 1, totalTokens: 0, costUsd: null, durationMs: undefined },
  ])
})
