// tree.ts: spans as a tree in reading order: parents before children, children by their start; nothing is lost.

import type { Span } from '../../lib/shapes.ts'
import { nanosWithin, toMs, toNano } from '../../lib/time.ts'
import { type Operation, operationOf } from './operation.ts'

/** A span in the tree. Times are ns from the start of the trace, exact enough as numbers (100 days). */
export type Node = {
  span: Span
  index: number
  depth: number
  /** Index of the parent; -1 for a root. */
  parent: number
  /** How many nodes stand under it; they follow it directly. */
  descendants: number
  start: number
  end: number
  operation: Operation
  error: boolean
  /** Its parent is not in the trace (or in a circle with it). */
  orphan: boolean
}

export type Tree = {
  nodes: Node[]
  /** Start of the trace in ns since 1970. */
  startNano: bigint
  duration: number
  orphans: number
  errors: number
  maxDepth: number
}

/** When each span began, ns from the earliest: numbers, as a big number for each of 20,000 takes half of the tree's time. */
export function startsOf(spans: readonly Span[]): { startNano: bigint; starts: Float64Array } {
  const ms = new Float64Array(spans.length)
  const rest = new Float64Array(spans.length)
  let first = 0
  for (let at = 0; at < spans.length; at++) {
    const time = spans[at]!.timestamp
    ms[at] = toMs(time)
    rest[at] = nanosWithin(time)
    if (ms[at]! < ms[first]! || (ms[at] === ms[first] && rest[at]! < rest[first]!)) first = at
  }
  const [firstMs = 0, firstRest = 0] = [ms[first], rest[first]]
  for (let at = 0; at < spans.length; at++) ms[at] = (ms[at]! - firstMs) * 1e6 + (rest[at]! - firstRest)
  return { startNano: spans.length > 0 ? toNano(spans[first]!.timestamp) : 0n, starts: ms }
}

/**
 * Builds the tree. A span whose parent is missing becomes a root, as does the earliest of a circle; a span id that occurs twice
 * keeps both spans, its children going to the first. Works without recursion: a chain may be 20,000 deep.
 */
export function buildTree(spans: readonly Span[]): Tree {
  const { startNano, starts } = startsOf(spans)
  const sorted = spans
    .map((span, at) => ({ span, start: starts[at]! }))
    .sort((a, b) => a.start - b.start || b.span.duration - a.span.duration)
  const byId = new Map<string, number>()
  for (let at = 0; at < sorted.length; at++) {
    const { spanId } = sorted[at]!.span
    if (!byId.has(spanId)) byId.set(spanId, at)
  }
  // Most spans have nobody under them.
  const children: (number[] | undefined)[] = new Array(sorted.length).fill(undefined)
  const roots: { at: number; orphan: boolean }[] = []
  for (let at = 0; at < sorted.length; at++) {
    const { parentSpanId } = sorted[at]!.span
    const parent = parentSpanId ? byId.get(parentSpanId) : undefined
    if (parent === undefined || parent === at) roots.push({ at, orphan: Boolean(parentSpanId) })
    else if (children[parent]) children[parent].push(at)
    else children[parent] = [at]
  }
  const nodes: Node[] = []
  const placed = new Uint8Array(sorted.length)
  function walk(root: number, orphan: boolean) {
    const waiting: { at: number; depth: number; parent: number; orphan: boolean }[] = [
      { at: root, depth: 0, parent: -1, orphan },
    ]
    while (waiting.length > 0) {
      const { at, depth, parent, orphan: alone } = waiting.pop()!
      if (placed[at]) continue
      placed[at] = 1
      const { span, start } = sorted[at]!
      const index = nodes.length
      nodes.push({
        span,
        index,
        depth,
        parent,
        descendants: 0,
        start,
        end: start + Math.max(0, span.duration),
        operation: operationOf(span),
        error: span.statusCode === 'ERROR',
        orphan: alone,
      })
      const below = children[at] ?? []
      for (let each = below.length - 1; each >= 0; each--) {
        waiting.push({ at: below[each]!, depth: depth + 1, parent: index, orphan: false })
      }
    }
  }
  for (const { at, orphan } of roots) walk(at, orphan)
  // What is left hangs in circles: no root leads there.
  for (let at = 0; at < sorted.length; at++) if (!placed[at]) walk(at, true)
  // Nodes stand after their parents, so that one walk backwards adds all up.
  for (let index = nodes.length - 1; index >= 0; index--) {
    const { parent, descendants } = nodes[index]!
    if (parent >= 0) nodes[parent]!.descendants += descendants + 1
  }
  return {
    nodes,
    startNano,
    duration: nodes.reduce((most, { end }) => Math.max(most, end), 0),
    orphans: nodes.filter(({ orphan }) => orphan).length,
    errors: nodes.filter(({ error }) => error).length,
    maxDepth: nodes.reduce((most, { depth }) => Math.max(most, depth), 0),
  }
}

const trees = new WeakMap<readonly Span[], Tree>()

/** The tree of these very spans, built once: drawing that is interrupted begins anew and forgets what it had. */
export function treeOf(spans: readonly Span[]): Tree {
  const known = trees.get(spans)
  if (known) return known
  const tree = buildTree(spans)
  trees.set(spans, tree)
  return tree
}

/** The indexes of the nodes that are in sight when some are collapsed, in order. */
export function visibleNodes(tree: Tree, collapsed: ReadonlySet<string>): number[] {
  const rows: number[] = []
  for (let index = 0; index < tree.nodes.length; index++) {
    const node = tree.nodes[index]!
    rows.push(index)
    if (node.descendants > 0 && collapsed.has(node.span.spanId)) index += node.descendants
  }
  return rows
}

/** The row of the next failed span after a row, from the top again at the end; -1 when none failed. */
export function nextError(tree: Tree, after: number): number {
  const count = tree.nodes.length
  for (let step = 1; step <= count; step++) {
    const index = (after + step + count) % count
    if (tree.nodes[index]?.error) return index
  }
  return -1
}

/** The ids of all nodes above a node: what must be open for it to be in sight. */
export function ancestors(tree: Tree, index: number): string[] {
  const ids: string[] = []
  for (let at = tree.nodes[index]?.parent ?? -1; at >= 0; at = tree.nodes[at]!.parent)
    ids.push(tree.nodes[at]!.span.spanId)
  return ids
}

/** Time of a node that none of its children covers, ns. */
export function selfTime(tree: Tree, index: number): number {
  const node = tree.nodes[index]
  if (!node) return 0
  let covered = 0
  let until = node.start
  for (let at = index + 1; at <= index + node.descendants; at++) {
    const child = tree.nodes[at]!
    if (child.parent !== index) continue
    const from = Math.max(child.start, until)
    const to = Math.min(child.end, node.end)
    if (to > from) {
      covered += to - from
      until = to
    }
  }
  return node.end - node.start - covered
}

/**
 * The spans that the trace waited for: going back from the end of the longest root, always the child that ended last before the
 * moment looked at.
 */
export function criticalPath(tree: Tree): Set<string> {
  const path = new Set<string>()
  const roots = tree.nodes.filter(({ parent }) => parent === -1)
  const longest = roots.reduce<Node | undefined>((a, b) => (a && a.end - a.start >= b.end - b.start ? a : b), undefined)
  if (!longest) return path
  const waiting: { index: number; until: number }[] = [{ index: longest.index, until: longest.end }]
  while (waiting.length > 0) {
    const { index, until } = waiting.pop()!
    const node = tree.nodes[index]!
    path.add(node.span.spanId)
    const below: Node[] = []
    for (let at = index + 1; at <= index + node.descendants; at += tree.nodes[at]!.descendants + 1)
      below.push(tree.nodes[at]!)
    let cursor = until
    for (const child of below.sort((a, b) => b.end - a.end)) {
      if (child.start >= cursor || child.end > cursor + 1) continue
      waiting.push({ index: child.index, until: Math.min(child.end, cursor) })
      cursor = child.start
    }
  }
  return path
}
