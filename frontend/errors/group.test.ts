// group.test.ts: which failures are one problem.
import { expect, test } from 'bun:test'
import type { Failure } from '../lib/shapes.ts'
import { failuresOver, groupFailures, normalized } from './group.ts'

const failure = (given: Partial<Failure>): Failure => ({
  timestamp: '2026-11-22T00:00:00Z',
  kind: 'tool_call',
  tool: 'codex',
  count: 1,
  ...given,
})

test('messages that differ in numbers, ids and paths are the same problem', () => {
  expect(normalized('File not found: /home/a/src/x.js (request req_011abC, took 12.5 s)')).toBe(
    normalized('File not found: /tmp/b/y.py (request req_9zz, took 3 s)'),
  )
  expect(normalized('File not found')).not.toBe(normalized('Permission denied'))
})

test('groups count every time, the sessions they touch, and know first and last', () => {
  const groups = groupFailures([
    failure({ toolName: 'Read', message: 'no file 1', sessionId: 'a', timestamp: '2026-11-22T00:00:02Z' }),
    failure({ toolName: 'Read', message: 'no file 2', sessionId: 'b', timestamp: '2026-11-22T00:00:01Z' }),
    failure({ kind: 'model_call', errorType: 'overloaded', statusCode: 529, count: 5 }),
  ])
  expect(groups.map(({ title, count, sessions }) => [title, count, sessions])).toEqual([
    ['Model request: overloaded', 5, 0],
    ['Read', 2, 2],
  ])
  expect(groups[1]!.last - groups[1]!.first).toBe(1_000)
})

test('over time each step has its number', () => {
  const at = Date.parse('2026-11-22T00:00:00Z')
  expect(
    failuresOver([failure({}), failure({ count: 2 }), failure({ timestamp: '2026-11-22T01:30:00Z' })], 3_600_000),
  ).toEqual([
    [at, 3],
    [at + 3_600_000, 1],
  ])
})
