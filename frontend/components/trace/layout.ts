// layout.ts: every coordinate of the waterfall, in one pure place: rows, bars, labels, ticks, and the strip of all spans.
import { duration } from '../../lib/format.ts'
import type { Node, Tree } from './tree.ts'

export const rowHeight = 26
export const barHeight = 15
const barLeastPx = 2
/** Width of a character of the 12 px label, on the safe side. */
const characterPx = 6.6
const labelGapPx = 6
const indentPx = 12
const indentMax = 20

/** The part of the trace in sight, ns from its start. */
export type Viewport = { from: number; to: number }

export type Bar = {
  /** Left edge and width in px of the lane; `undefined` when the span lies outside the viewport. */
  bar: { x: number; width: number } | undefined
  label: { text: string; x: number; side: 'inside' | 'after' | 'before' } | undefined
}

export type Row = {
  node: Node
  /** Top of the row, px from the first row. */
  y: number
  indent: number
  collapsed: boolean
} & Bar

export type Ticks = { x: number; label: string }[]

export type Layout = { rows: Row[]; height: number; ticks: Ticks }

/** What to lay out: all rows in order, and which of them are in sight. */
export type LayoutInput = {
  tree: Tree
  /** Indexes of nodes, from `visibleNodes`. */
  visible: readonly number[]
  collapsed: ReadonlySet<string>
  viewport: Viewport
  laneWidth: number
  /** First and last row in sight (after scrolling); all when absent. */
  first?: number
  last?: number
}

/** Places the rows in sight. A whole trace of 20,000 spans costs only what is seen of it. */
export function layout({ tree, visible, collapsed, viewport, laneWidth, first = 0, last }: LayoutInput): Layout {
  const rows: Row[] = []
  const end = Math.min(visible.length - 1, last ?? visible.length - 1)
  for (let at = Math.max(0, first); at <= end; at++) {
    const node = tree.nodes[visible[at]!]!
    rows.push({
      node,
      y: at * rowHeight,
      indent: Math.min(node.depth, indentMax) * indentPx,
      collapsed: node.descendants > 0 && collapsed.has(node.span.spanId),
      ...placeBar(node, viewport, laneWidth),
    })
  }
  return { rows, height: visible.length * rowHeight, ticks: ticksOf(viewport, laneWidth) }
}

/** Bar and label of one span. The label stands in the bar when it fits, else on the side with room. */
export function placeBar(node: Pick<Node, 'start' | 'end'>, viewport: Viewport, laneWidth: number): Bar {
  const span = Math.max(1, viewport.to - viewport.from)
  if (node.end < viewport.from || node.start > viewport.to) return { bar: undefined, label: undefined }
  const left = Math.max(0, ((node.start - viewport.from) / span) * laneWidth)
  const right = Math.min(laneWidth, ((node.end - viewport.from) / span) * laneWidth)
  const width = Math.max(barLeastPx, right - left)
  const x = Math.min(left, laneWidth - barLeastPx)
  const text = duration(node.end - node.start)
  const room = text.length * characterPx + labelGapPx
  const bar = { x, width }
  if (width >= room + labelGapPx) return { bar, label: { text, x: x + labelGapPx, side: 'inside' } }
  if (x + width + room <= laneWidth) return { bar, label: { text, x: x + width + labelGapPx, side: 'after' } }
  if (x - room >= 0) return { bar, label: { text, x: x - room, side: 'before' } }
  return { bar, label: undefined }
}

/** Four or so round instants over the lane. */
export function ticksOf({ from, to }: Viewport, laneWidth: number): Ticks {
  const most = Math.max(1, Math.min(5, Math.floor(laneWidth / 110)))
  const step = roundStep((to - from) / most)
  const ticks: Ticks = []
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const x = ((at - from) / Math.max(1, to - from)) * laneWidth
    if (x <= laneWidth - 30) ticks.push({ x, label: at === 0 ? '0' : duration(at) })
  }
  return ticks
}

const minute = 60e9
const day = 1_440 * minute
const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((minutes) => minutes * minute)

/** The next larger step that reads well: 1, 2, 5 × 10ⁿ ns below a minute, then what clocks are divided by. */
function roundStep(rough: number): number {
  if (rough > 30e9) return clockSteps.find((step) => step >= rough) ?? day * Math.ceil(rough / day)
  if (rough > 20e9) return 30e9
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)))
  return Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999) ?? power * 10)
}

/** A span on the strip: all spans at once, as deep as they lie. */
export type StripMark = { x: number; width: number; y: number; height: number; index: number; error: boolean }

const stripLevels = 6

/** Packs all spans into the strip: one level for each depth, what is deeper than six levels on the last. */
export function strip(tree: Tree, width: number, height: number): StripMark[] {
  const levels = Math.min(stripLevels, tree.maxDepth + 1)
  const each = height / levels
  const scale = width / Math.max(1, tree.duration)
  return tree.nodes.map((node) => ({
    x: Math.min(width - 1, node.start * scale),
    width: Math.max(1, (node.end - node.start) * scale),
    y: Math.min(node.depth, levels - 1) * each,
    height: Math.max(1, each - 1),
    index: node.index,
    error: node.error,
  }))
}

/** The viewport after zooming by a factor around an instant; never wider than the trace, never narrower than 1 µs. */
export function zoomed(viewport: Viewport, factor: number, around: number, duration_: number): Viewport {
  const width = Math.min(duration_, Math.max(1_000, (viewport.to - viewport.from) * factor))
  const part = (around - viewport.from) / Math.max(1, viewport.to - viewport.from)
  const from = Math.min(Math.max(0, around - width * part), duration_ - width)
  return { from, to: from + width }
}
