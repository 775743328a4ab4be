// waterfall.tsx: draws the rows that layout() placed; only those in sight are in the document.
import {
  Bot,
  ChevronDown,
  ChevronRight,
  CircleAlert,
  Database,
  Globe,
  Hourglass,
  type LucideIcon,
  Minus,
  Sparkles,
  Wrench,
} from 'lucide-react'
import { memo, type Ref, type WheelEvent } from 'react'
import { cost, count } from '../../lib/format.ts'
import { oneLine } from '../../lib/safe-text.ts'
import { useNarrow } from '../../lib/use-narrow.ts'
import { useSize } from '../../lib/use-size.ts'
import { cx } from '../../ui/cx.ts'
import { VirtualList, type VirtualListHandle } from '../virtual-list.tsx'
import type { Spent } from './costs.ts'
import { barHeight, layout, type Row, rowHeight, ticksOf, type Viewport, zoomed } from './layout.ts'
import { noteOf, type Operation, operations, tokensOf } from './operation.ts'
import type { Tree } from './tree.ts'

const icons: Record<Operation, LucideIcon> = {
  model: Sparkles,
  tool: Wrench,
  agent: Bot,
  wait: Hourglass,
  web: Globe,
  database: Database,
  other: Minus,
}

type WaterfallProps = {
  tree: Tree
  visible: readonly number[]
  collapsed: ReadonlySet<string>
  viewport: Viewport
  selected: string | undefined
  /** Spans that the search found, and those of the critical path; the others step back. */
  found: ReadonlySet<string> | undefined
  critical: ReadonlySet<string> | undefined
  colorOf(index: number): string
  /** What the ledger counted of each span. */
  spent: ReadonlyMap<string, Spent>
  onSelect(spanId: string): void
  onToggle(spanId: string): void
  onViewport(viewport: Viewport): void
  handle: Ref<VirtualListHandle>
}

/** Share of the width that names take. */
const gutter = 'w-[46%] md:w-[38%] lg:w-80'

export function Waterfall(props: WaterfallProps) {
  const {
    tree,
    visible,
    collapsed,
    viewport,
    selected,
    found,
    critical,
    colorOf,
    spent,
    onSelect,
    onToggle,
    onViewport,
    handle,
  } = props
  const [laneRef, lane] = useSize()
  const narrow = useNarrow()
  const first = selected === undefined ? 0 : visible.findIndex((index) => tree.nodes[index]?.span.spanId === selected)
  const ticks = ticksOf(viewport, lane.width)

  function onWheel(event: WheelEvent) {
    if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return
    const span = viewport.to - viewport.from
    if (event.ctrlKey || event.metaKey) {
      const rect = event.currentTarget.getBoundingClientRect()
      const laneLeft = rect.right - lane.width
      const around = viewport.from + (Math.max(0, event.clientX - laneLeft) / Math.max(1, lane.width)) * span
      onViewport(zoomed(viewport, event.deltaY > 0 ? 1.2 : 1 / 1.2, around, tree.duration))
    } else if (span < tree.duration) {
      const from = Math.min(
        Math.max(0, viewport.from + (event.deltaX / Math.max(1, lane.width)) * span),
        tree.duration - span,
      )
      onViewport({ from, to: from + span })
    }
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col" onWheel={onWheel}>
      <div className="flex h-7 shrink-0 items-center text-11 text-muted hairline-b">
        <div className={cx(gutter, 'shrink-0 px-3')}>{count(visible.length)} spans in sight</div>
        <div ref={laneRef} className="relative h-full min-w-0 flex-1 overflow-hidden">
          {ticks.map((tick) => (
            <span
              key={tick.x}
              className="absolute inset-y-0 border-l border-border pt-1.5 pl-1"
              style={{ left: tick.x }}
            >
              {tick.label}
            </span>
          ))}
        </div>
      </div>
      <VirtualList
        handle={handle}
        role="tree"
        label="Spans"
        testId="waterfall"
        count={visible.length}
        rowHeight={rowHeight}
        initialIndex={Math.max(0, first)}
        keyOf={(index) => visible[index] ?? index}
        className="flex-1 [scrollbar-gutter:stable]"
        row={(index) => {
          const [row] = layout({
            tree,
            visible,
            collapsed,
            viewport,
            laneWidth: lane.width,
            first: index,
            last: index,
          }).rows
          if (!row) return null
          const { spanId } = row.node.span
          return (
            <SpanRow
              row={row}
              color={colorOf(row.node.index)}
              cost={spent.get(spanId)?.costUsd}
              chosen={spanId === selected}
              faint={(found !== undefined && !found.has(spanId)) || (critical !== undefined && !critical.has(spanId))}
              laneWidth={lane.width}
              narrow={narrow}
              onSelect={onSelect}
              onToggle={onToggle}
            />
          )
        }}
      />
    </div>
  )
}

/** `claude_code.tool.execution` → `tool.execution`: what tells spans apart where there is little room. */
function lastWords(name: string): string {
  const words = name.split('.')
  return words.length > 1 ? words.slice(-Math.min(2, words.length - 1)).join('.') : name
}

type SpanRowProps = {
  row: Row
  color: string
  cost: number | null | undefined
  chosen: boolean
  faint: boolean
  laneWidth: number
  narrow: boolean
  onSelect(spanId: string): void
  onToggle(spanId: string): void
}

const SpanRow = memo(SpanRowOf, (a, b) => {
  if (
    a.color !== b.color ||
    a.cost !== b.cost ||
    a.chosen !== b.chosen ||
    a.faint !== b.faint ||
    a.laneWidth !== b.laneWidth ||
    a.narrow !== b.narrow
  )
    return false
  if (a.onSelect !== b.onSelect || a.onToggle !== b.onToggle) return false
  return (
    a.row.node === b.row.node &&
    a.row.collapsed === b.row.collapsed &&
    a.row.bar?.x === b.row.bar?.x &&
    a.row.bar?.width === b.row.bar?.width
  )
})

function SpanRowOf({ row, color, cost: spent, chosen, faint, laneWidth, narrow, onSelect, onToggle }: SpanRowProps) {
  const { node, bar, label, indent, collapsed } = row
  const { span } = node
  const Icon = icons[node.operation]
  const note = noteOf(span)
  const tokens = tokensOf(span)
  return (
    <div
      role="treeitem"
      tabIndex={-1}
      aria-level={node.depth + 1}
      aria-selected={chosen}
      aria-expanded={node.descendants > 0 ? !collapsed : undefined}
      data-testid="span-row"
      data-span={span.spanId}
      className={cx(
        'relative flex h-full items-stretch text-12',
        chosen ? 'bg-selected' : 'hover:bg-hover',
        faint && 'opacity-40',
      )}
    >
      {node.error && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-error" />}
      <div className={cx(gutter, 'flex shrink-0 items-center gap-1 overflow-hidden pr-2 pl-1 hairline-r')}>
        <span
          aria-hidden
          className="h-full shrink-0 bg-[repeating-linear-gradient(to_right,transparent_0_8px,var(--border)_8px_9px,transparent_9px_12px)]"
          style={{ width: indent }}
        />
        {node.descendants > 0 ? (
          <button
            type="button"
            tabIndex={-1}
            data-testid="span-toggle"
            aria-label={collapsed ? `Show ${node.descendants} spans below` : 'Hide the spans below'}
            onClick={() => onToggle(span.spanId)}
            className="relative z-10 flex size-4 shrink-0 items-center justify-center rounded-[3px] text-muted hover:bg-hover hover:text-foreground"
          >
            {collapsed ? (
              <ChevronRight aria-hidden className="size-3" />
            ) : (
              <ChevronDown aria-hidden className="size-3" />
            )}
          </button>
        ) : (
          <span aria-hidden className="w-4 shrink-0" />
        )}
        <button
          type="button"
          tabIndex={-1}
          data-testid="span-open"
          onClick={() => onSelect(span.spanId)}
          className="flex min-w-0 flex-1 items-center gap-1.5 text-left after:absolute after:inset-0"
        >
          {node.error ? (
            <CircleAlert aria-label="failed" className="size-3.5 shrink-0 text-error" />
          ) : (
            <Icon
              aria-label={operations[node.operation].label}
              className="size-3.5 shrink-0"
              style={{ color: node.operation === 'other' ? 'var(--subtle)' : operations[node.operation].color }}
            />
          )}
          <span className="truncate">
            <bdi title={span.spanName}>
              {oneLine(narrow ? lastWords(span.spanName) : span.spanName, 120) || 'unnamed'}
            </bdi>
            {note && (
              <span className="text-muted">
                {' '}
                <bdi>{oneLine(note, 60)}</bdi>
              </span>
            )}
          </span>
          {collapsed && <span className="shrink-0 text-11 text-muted">+{count(node.descendants)}</span>}
          {(tokens.output !== undefined || typeof spent === 'number') && (
            <span className="ml-auto hidden shrink-0 pl-1 text-11 text-muted lg:inline">
              {tokens.output !== undefined && `${count(tokens.input)}→${count(tokens.output)}`}
              {typeof spent === 'number' && <span className="pl-1.5 text-foreground">{cost(spent)}</span>}
            </span>
          )}
        </button>
      </div>
      <div aria-hidden className="relative min-w-0 flex-1 overflow-hidden">
        {bar && laneWidth > 0 && (
          <span
            className="absolute rounded-bar"
            style={{
              left: bar.x,
              width: bar.width,
              height: barHeight,
              top: (rowHeight - barHeight) / 2,
              background: node.error ? 'var(--error)' : color,
            }}
          />
        )}
        {label && laneWidth > 0 && (
          <span
            className={cx(
              'pointer-events-none absolute top-[5px] whitespace-nowrap',
              label.side === 'inside' ? 'text-background' : 'text-muted',
            )}
            style={{ left: label.x }}
          >
            {label.text}
          </span>
        )}
      </div>
    </div>
  )
}
