// trace-view.tsx: strip, waterfall and detail of a set of spans; the trace page and the session page show it.
import { ChevronsDownUp, ChevronsUpDown, CircleAlert, Route, Search, Unlink, ZoomOut } from 'lucide-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { hueColor, hueOf } from '../../lib/colors.ts'
import { count, exact } from '../../lib/format.ts'
import { useKeys } from '../../lib/keys.ts'
import { textOf } from '../../lib/safe-text.ts'
import type { Span, TraceCall } from '../../lib/shapes.ts'
import { useUrl } from '../../lib/url-state.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Input } from '../../ui/input.tsx'
import { Select } from '../../ui/select.tsx'
import { DetailPane } from '../detail-pane.tsx'
import type { VirtualListHandle } from '../virtual-list.tsx'
import { spentBySpan } from './costs.ts'
import type { Viewport } from './layout.ts'
import { operations } from './operation.ts'
import { SpanDetail } from './span-detail.tsx'
import { SummaryStrip } from './summary-strip.tsx'
import { ancestors, criticalPath, nextError, type Tree, treeOf, visibleNodes } from './tree.ts'
import { Waterfall } from './waterfall.tsx'

type Coloring = 'operation' | 'service' | 'name'

/** The ids of the spans whose name, ids, attributes or message hold a text. */
function search(tree: Tree, text: string): Set<string> {
  const wanted = text.toLowerCase()
  const found = new Set<string>()
  for (const { span } of tree.nodes) {
    const where = `${span.spanName}\n${span.spanId}\n${span.serviceName}\n${span.statusMessage ?? ''}`
    if (where.toLowerCase().includes(wanted) || textOf(span.spanAttributes).toLowerCase().includes(wanted))
      found.add(span.spanId)
  }
  return found
}

type TraceViewProps = {
  spans: readonly Span[]
  /** The model requests of the trace as the ledger counts them. */
  calls?: readonly TraceCall[] | undefined
}

const noCalls: readonly TraceCall[] = []

export function TraceView({ spans, calls = noCalls }: TraceViewProps) {
  const { get, adjust } = useUrl()
  const tree = treeOf(spans)
  const spent = useMemo(() => spentBySpan(calls), [calls])
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [zoom, setZoom] = useState<Viewport>()
  const [coloring, setColoring] = useState<Coloring>('operation')
  const [showCritical, setShowCritical] = useState(false)
  const [query, setQuery] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<VirtualListHandle>(null)
  const selected = get('span')
  const viewport = zoom ?? { from: 0, to: tree.duration }
  const visible = useMemo(() => visibleNodes(tree, collapsed), [tree, collapsed])
  const found = useMemo(() => (query.trim() === '' ? undefined : search(tree, query.trim())), [tree, query])
  const critical = useMemo(() => (showCritical ? criticalPath(tree) : undefined), [tree, showCritical])
  const colors = useMemo(
    () =>
      tree.nodes.map(({ span, operation }) =>
        coloring === 'operation'
          ? operations[operation].color
          : hueColor(hueOf(coloring, coloring === 'service' ? span.serviceName : span.spanName)),
      ),
    [tree, coloring],
  )
  const colorOf = useCallback((index: number) => colors[index] ?? 'var(--chart-rest)', [colors])
  const onSelect = useCallback((spanId: string) => adjust({ span: spanId }), [adjust])
  const onToggle = useCallback(
    (spanId: string) =>
      setCollapsed((before) => {
        const next = new Set(before)
        if (!next.delete(spanId)) next.add(spanId)
        return next
      }),
    [],
  )
  const node = tree.nodes.find(({ span }) => span.spanId === selected)

  /** Opens what hides a span, chooses it and brings it into sight. */
  function show(index: number) {
    const target = tree.nodes[index]
    if (!target) return
    const above = ancestors(tree, index)
    const next = above.some((id) => collapsed.has(id))
      ? new Set([...collapsed].filter((id) => !above.includes(id)))
      : collapsed
    if (next !== collapsed) setCollapsed(next)
    if (zoom && (target.end < zoom.from || target.start > zoom.to)) setZoom(undefined)
    adjust({ span: target.span.spanId })
    const row = visibleNodes(tree, next).indexOf(index)
    requestAnimationFrame(() => list.current?.scrollTo(row))
  }
  function move(by: number) {
    const at = node ? visible.indexOf(node.index) : -1
    const row = Math.min(visible.length - 1, Math.max(0, at + by))
    const index = visible[row]
    if (index !== undefined) show(index)
  }
  function nextFound() {
    if (!found || found.size === 0) return
    const at = node?.index ?? -1
    for (let step = 1; step <= tree.nodes.length; step++) {
      const index = (at + step) % tree.nodes.length
      if (found.has(tree.nodes[index]!.span.spanId)) return show(index)
    }
  }
  const toNextError = () => {
    const index = nextError(tree, node?.index ?? -1)
    if (index !== -1) show(index)
  }
  useKeys([
    { keys: 'j|down', label: 'Next span', group: 'Trace', run: () => move(1) },
    { keys: 'k|up', label: 'Span before', group: 'Trace', run: () => move(-1) },
    {
      keys: 'h|left',
      label: 'Collapse',
      group: 'Trace',
      run: () =>
        node && node.descendants > 0 && !collapsed.has(node.span.spanId)
          ? onToggle(node.span.spanId)
          : node && node.parent >= 0 && show(node.parent),
    },
    {
      keys: 'l|right',
      label: 'Expand',
      group: 'Trace',
      run: () => node && collapsed.has(node.span.spanId) && onToggle(node.span.spanId),
    },
    { keys: 'e', label: 'Next error', group: 'Trace', run: toNextError },
    { keys: '/', label: 'Search the spans', group: 'Trace', run: () => field.current?.focus() },
    { keys: 'n', label: 'Next span found', group: 'Trace', run: nextFound },
    { keys: '0', label: 'Show the whole trace', group: 'Trace', run: () => setZoom(undefined) },
  ])

  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex shrink-0 flex-wrap items-center gap-2 px-3 py-1.5 hairline-b">
          <div className="relative min-w-32 flex-1 md:max-w-72">
            <Search
              aria-hidden
              className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-muted"
            />
            <Input
              ref={field}
              aria-label="Search the spans"
              data-testid="span-search"
              placeholder="Search names and attributes"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') nextFound()
                else if (event.key === 'Escape') event.currentTarget.blur()
                else return
                event.preventDefault()
              }}
              className="w-full pl-7"
            />
          </div>
          {found && <span className="text-12 text-muted">{count(found.size)} found</span>}
          <Button onClick={toNextError} disabled={tree.errors === 0} title="Next error (e)" data-testid="next-error">
            <CircleAlert aria-hidden className={tree.errors > 0 ? 'size-3.5 text-error' : 'size-3.5'} />
            {exact(tree.errors)} {tree.errors === 1 ? 'error' : 'errors'}
          </Button>
          {tree.orphans > 0 && (
            <span className="inline-flex items-center gap-1.5 text-12 text-warn" data-testid="orphans">
              <Unlink aria-hidden className="size-3.5" />
              {exact(tree.orphans)} {tree.orphans === 1 ? 'span has' : 'spans have'} no parent here
            </span>
          )}
          <span className="ml-auto flex items-center gap-1">
            {zoom && (
              <Button look="quiet" size="small" onClick={() => setZoom(undefined)}>
                <ZoomOut aria-hidden className="size-3.5" />
                Whole trace
              </Button>
            )}
            <IconButton
              label="Critical path"
              aria-pressed={showCritical}
              onClick={() => setShowCritical(!showCritical)}
              data-testid="critical-path"
            >
              <Route aria-hidden className="size-4" />
            </IconButton>
            <IconButton
              label="Collapse all"
              onClick={() =>
                setCollapsed(
                  new Set(
                    tree.nodes.filter((each) => each.descendants > 0 && each.depth > 0).map(({ span }) => span.spanId),
                  ),
                )
              }
            >
              <ChevronsDownUp aria-hidden className="size-4" />
            </IconButton>
            <IconButton label="Expand all" onClick={() => setCollapsed(new Set())}>
              <ChevronsUpDown aria-hidden className="size-4" />
            </IconButton>
            <Select
              label="Colour by"
              value={coloring}
              onChange={(value) => setColoring(value as Coloring)}
              options={[
                { value: 'operation', label: 'Colour: kind of work' },
                { value: 'service', label: 'Colour: service' },
                { value: 'name', label: 'Colour: name' },
              ]}
            />
          </span>
        </div>
        <SummaryStrip tree={tree} colorOf={colorOf} viewport={viewport} onViewport={setZoom} />
        <Waterfall
          tree={tree}
          visible={visible}
          collapsed={collapsed}
          viewport={viewport}
          selected={selected}
          found={found}
          critical={critical}
          colorOf={colorOf}
          spent={spent}
          onSelect={onSelect}
          onToggle={onToggle}
          onViewport={setZoom}
          handle={list}
        />
      </div>
      {node && (
        <DetailPane title="Span" testId="span-detail" onClose={() => adjust({ span: undefined })}>
          <SpanDetail tree={tree} node={node} spent={spent.get(node.span.spanId)} />
        </DetailPane>
      )}
    </div>
  )
}
