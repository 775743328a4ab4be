// layout.test.ts: the waterfall's tree and coordinates.
import { describe, expect, test } from 'bun:test'
import type { Span } from '../../lib/shapes.ts'
import { layout, placeBar, rowHeight, strip, ticksOf, zoomed } from './layout.ts'
import { operationOf, tokensOf } from './operation.ts'
import { ancestors, buildTree, criticalPath, nextError, selfTime, visibleNodes } from './tree.ts'

const base = Date.UTC(2026, 10, 22)

/** A span from `start` to `end`, both ms from the beginning. */
function span(spanId: string, start: number, end: number, parentSpanId?: string, given: Partial<Span> = {}): Span {
  return {
    timestamp: new Date(base + start).toISOString(),
    traceId: 't',
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    spanName: spanId,
    spanKind: 'INTERNAL',
    serviceName: 's',
    resourceAttributes: {},
    spanAttributes: {},
    duration: (end - start) * 1e6,
    statusCode: 'UNSET',
    events: [],
    links: [],
    ...given,
  }
}
const order = (spans: Span[]) => buildTree(spans).nodes.map((node) => `${'·'.repeat(node.depth)}${node.span.spanId}`)

describe('the tree', () => {
  test('stands in reading order whatever the order of arrival', () => {
    const spans = [span('c', 5, 6, 'b'), span('d', 2, 3, 'a'), span('a', 0, 10), span('b', 4, 8, 'a')]
    expect(order(spans)).toEqual(['a', '·d', '·b', '··c'])
  })
  test('makes spans without their parent roots, and counts them', () => {
    const tree = buildTree([span('a', 0, 10), span('b', 2, 3, 'gone'), span('c', 2, 3, 'b')])
    expect(order([span('a', 0, 10), span('b', 2, 3, 'gone'), span('c', 2, 3, 'b')])).toEqual(['a', 'b', '·c'])
    expect(tree.orphans).toBe(1)
  })
  test('loses no span to a circle, a parent of itself or an id given twice', () => {
    const spans = [
      span('a', 0, 1, 'b'),
      span('b', 1, 2, 'a'),
      span('me', 3, 4, 'me'),
      span('x', 5, 6),
      span('x', 5, 6),
      span('y', 5, 6, 'x'),
    ]
    const tree = buildTree(spans)
    expect(tree.nodes.length).toBe(6)
    expect(tree.orphans).toBe(2)
  })
  test('may be 20,000 deep', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => span(`s${at}`, 0, 1, at ? `s${at - 1}` : undefined))
    const tree = buildTree(chain)
    expect(tree.maxDepth).toBe(19_999)
    expect(tree.nodes[0]?.descendants).toBe(19_999)
    expect(criticalPath(tree).size).toBe(20_000)
  })
  test('keeps nanoseconds', () => {
    const tree = buildTree([
      span('a', 0, 1, undefined, { timestamp: '2026-11-22T00:00:00.000000001Z', duration: 10 }),
      span('b', 0, 1, 'a', { timestamp: '2026-11-22T00:00:00.000000008Z', duration: 3 }),
    ])
    expect(tree.nodes.map(({ start, end }) => [start, end])).toEqual([
      [0, 10],
      [7, 10],
    ])
    expect(tree.startNano).toBe(BigInt(base) * 1_000_000n + 1n)
  })
})

describe('rows', () => {
  const tree = buildTree([span('a', 0, 10), span('b', 1, 5, 'a'), span('c', 2, 3, 'b'), span('d', 6, 9, 'a')])
  test('under a collapsed span are out of sight', () => {
    const ids = (collapsed: string[]) =>
      visibleNodes(tree, new Set(collapsed)).map((index) => tree.nodes[index]?.span.spanId)
    expect(ids([])).toEqual(['a', 'b', 'c', 'd'])
    expect(ids(['b'])).toEqual(['a', 'b', 'd'])
    expect(ids(['a'])).toEqual(['a'])
    expect(ancestors(tree, 2)).toEqual(['b', 'a'])
  })
  test('in sight alone are laid out, at their places', () => {
    const visible = visibleNodes(tree, new Set())
    const laid = layout({
      tree,
      visible,
      collapsed: new Set(),
      viewport: { from: 0, to: 10e6 },
      laneWidth: 1000,
      first: 1,
      last: 2,
    })
    expect(laid.rows.map(({ node, y, bar }) => [node.span.spanId, y, bar?.x, bar?.width])).toEqual([
      ['b', rowHeight, 100, 400],
      ['c', 2 * rowHeight, 200, 100],
    ])
    expect(laid.height).toBe(4 * rowHeight)
  })
})

describe('bars', () => {
  const ms = (from: number, to: number) => ({ start: from * 1e6, end: to * 1e6 })
  const view = { from: 0, to: 100e6 }
  test('hold their label, or have it on the side with room', () => {
    expect(placeBar(ms(0, 50), view, 1000).label?.side).toBe('inside')
    expect(placeBar(ms(0, 1), view, 1000).label?.side).toBe('after')
    expect(placeBar(ms(99, 100), view, 1000).label?.side).toBe('before')
    expect(placeBar(ms(40, 41), view, 30).label).toBeUndefined()
  })
  test('that are short can still be seen, also at the very end', () => {
    const { bar } = placeBar(ms(100, 100), view, 1000)
    expect(bar).toEqual({ x: 998, width: 2 })
  })
  test('reach to the edges of the viewport and not beyond; outside there is none', () => {
    expect(placeBar(ms(0, 100), { from: 25e6, to: 75e6 }, 100).bar).toEqual({ x: 0, width: 100 })
    expect(placeBar(ms(0, 10), { from: 25e6, to: 75e6 }, 100).bar).toBeUndefined()
  })
})

describe('ticks and zoom', () => {
  test('ticks are few and round', () => {
    expect(ticksOf({ from: 0, to: 10e9 }, 1000).map(({ label }) => label)).toEqual(['0', '2 s', '4 s', '6 s', '8 s'])
    expect(ticksOf({ from: 0, to: 3_600e9 }, 600).map(({ label }) => label)).toEqual([
      '0',
      '15m 00s',
      '30m 00s',
      '45m 00s',
    ])
  })
  test('zooming keeps the instant under the pointer and stays within the trace', () => {
    expect(zoomed({ from: 0, to: 100e6 }, 0.5, 50e6, 100e6)).toEqual({ from: 25e6, to: 75e6 })
    expect(zoomed({ from: 0, to: 50e6 }, 4, 10e6, 100e6)).toEqual({ from: 0, to: 100e6 })
    expect(zoomed({ from: 0, to: 2_000 }, 0.001, 0, 100e6).to).toBe(1_000)
  })
})

describe('errors and paths', () => {
  const failed = { statusCode: 'ERROR' }
  const tree = buildTree([
    span('a', 0, 10),
    span('b', 1, 4, 'a', failed),
    span('c', 5, 9, 'a'),
    span('d', 6, 7, 'c', failed),
  ])
  test('the next error comes round again', () => {
    expect([nextError(tree, -1), nextError(tree, 1), nextError(tree, 3)]).toEqual([1, 3, 1])
    expect(nextError(buildTree([span('a', 0, 1)]), 0)).toBe(-1)
  })
  test('the critical path is what the end waited for', () => {
    const parallel = buildTree([
      span('a', 0, 10),
      span('fast', 0, 3, 'a'),
      span('slow', 0, 9, 'a'),
      span('after', 9, 10, 'a'),
    ])
    expect([...criticalPath(parallel)].sort()).toEqual(['a', 'after', 'slow'])
  })
  test('self time is what no child covers, overlaps counted once', () => {
    const overlapping = buildTree([span('a', 0, 10), span('b', 1, 5, 'a'), span('c', 3, 7, 'a')])
    expect(selfTime(overlapping, 0)).toBe(4e6)
  })
})

test('the strip holds every span within its bounds', () => {
  const spans = Array.from({ length: 500 }, (_, at) =>
    span(`s${at}`, at, at + 30, at ? `s${Math.floor((at - 1) / 3)}` : undefined),
  )
  const marks = strip(buildTree(spans), 300, 48)
  expect(marks.length).toBe(500)
  expect(marks.every(({ x, y, height }) => x >= 0 && x < 300 && y >= 0 && y + height <= 48)).toBe(true)
})

test('what a span does is told by the conventions, current and previous', () => {
  const of = (spanName: string, spanAttributes: Record<string, unknown>) => operationOf({ spanName, spanAttributes })
  expect(of('x', { 'gen_ai.operation.name': 'execute_tool' })).toBe('tool')
  expect(of('claude_code.llm_request', {})).toBe('model')
  expect(of('claude_code.tool.blocked_on_user', { tool_name: 'Bash' })).toBe('wait')
  expect(of('GET', { 'http.request.method': 'GET' })).toBe('web')
  expect(of('handle', {})).toBe('other')
  expect(tokensOf({ spanAttributes: { 'llm.token_count.prompt': '12', 'gen_ai.usage.completion_tokens': 3 } })).toEqual(
    { input: 12, output: 3 },
  )
})
