// replay-strip.tsx: the session at a glance beside its text: context, cost so far, prompts and failures; the playhead scrubs both.
import { type PointerEvent, useMemo } from 'react'
import { cost, count } from '../lib/format.ts'
import { useSize } from '../lib/use-size.ts'
import type { Replay } from './replay.ts'

type ReplayStripProps = {
  replay: Replay
  /** The items in sight, by their place in the list. */
  rows: readonly number[]
  /** First and last row on screen. */
  first: number
  last: number
  onSeek(row: number): void
}

const markedMax = 400

export function ReplayStrip({ replay, rows, first, last, onSeek }: ReplayStripProps) {
  const [ref, { width, height }] = useSize()
  const { items, cost: costs, context, contextMost, costTotal } = replay
  // The same elements again while only the playhead moves: some hundred lines need not be compared in each frame of a scroll.
  const picture = useMemo(() => {
    if (height === 0 || rows.length === 0) return undefined
    // One point a pixel is all that can be seen.
    const steps = Math.min(rows.length, Math.round(height))
    const at = (step: number) =>
      rows[Math.min(rows.length - 1, Math.floor((step / Math.max(1, steps - 1)) * (rows.length - 1)))] ?? 0
    const y = (step: number) => (step / Math.max(1, steps - 1)) * height
    let area = 'M0 0'
    let line = ''
    for (let step = 0; step < steps; step++) {
      const item = at(step)
      area += `L${(((context[item] ?? 0) / Math.max(1, contextMost)) * (width - 8)).toFixed(1)} ${y(step).toFixed(1)}`
      line += `${step === 0 ? 'M' : 'L'}${(((costs[item] ?? 0) / Math.max(1e-12, costTotal)) * (width - 8)).toFixed(1)} ${y(step).toFixed(1)}`
    }
    const marks = rows.flatMap((row, place) => {
      const item = items[row]
      if (!item) return []
      const failed = item.type === 'tool' && item.success === false
      if (item.type !== 'prompt' && !failed) return []
      return [{ y: (place / Math.max(1, rows.length - 1)) * height, failed, key: item.key }]
    })
    const every = Math.ceil(marks.length / markedMax)
    return (
      <>
        <path d={`${area}L0 ${height}Z`} fill="var(--chart-1)" opacity={0.12} />
        {marks
          .filter((mark, place) => mark.failed || place % every === 0)
          .map((mark) => (
            <line
              key={mark.key}
              x1={mark.failed ? width - 6 : 0}
              x2={width}
              y1={mark.y}
              y2={mark.y}
              stroke={mark.failed ? 'var(--error)' : 'var(--border)'}
              strokeWidth={mark.failed ? 2 : 1}
            />
          ))}
        <path d={line} fill="none" stroke="var(--chart-2)" strokeWidth={1.5} />
      </>
    )
  }, [items, costs, context, contextMost, costTotal, rows, width, height])

  const rowAt = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.round(Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)) * (rows.length - 1))
  }
  const top = (first / Math.max(1, rows.length - 1)) * height
  const bottom = (last / Math.max(1, rows.length - 1)) * height
  const here = rows[Math.min(rows.length - 1, Math.max(0, last))] ?? 0

  return (
    <div className="hidden w-28 shrink-0 flex-col hairline-l lg:flex">
      <dl className="grid grid-cols-[auto_1fr] gap-x-2 px-2 py-2 text-11 hairline-b">
        <dt className="flex items-center gap-1 text-muted">
          <span aria-hidden className="size-2 rounded-full bg-[var(--chart-1)]" />
          Context
        </dt>
        <dd className="text-right" data-testid="replay-context">
          {count(context[here])}
        </dd>
        <dt className="flex items-center gap-1 text-muted">
          <span aria-hidden className="size-2 rounded-full bg-[var(--chart-2)]" />
          Cost
        </dt>
        <dd className="text-right" data-testid="replay-cost">
          {cost(costs[here])}
        </dd>
      </dl>
      <div
        ref={ref}
        role="slider"
        tabIndex={0}
        aria-label="Place in the session"
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, rows.length - 1)}
        aria-valuenow={first}
        aria-valuetext={`${cost(costs[here])} so far, context ${count(context[here])} tokens`}
        data-testid="replay-strip"
        className="relative min-h-0 flex-1 cursor-ns-resize touch-none focus-ring-inset"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          onSeek(rowAt(event))
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) onSeek(rowAt(event))
        }}
        onKeyDown={(event) => {
          const page = Math.max(1, last - first)
          const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key]
          if (by === undefined) return
          event.preventDefault()
          event.stopPropagation()
          onSeek(Math.min(rows.length - 1, Math.max(0, first + by)))
        }}
      >
        {picture && (
          <svg aria-hidden width={width} height={height} className="absolute inset-0 overflow-hidden">
            {picture}
            <rect x={0} y={top} width={width} height={Math.max(3, bottom - top)} fill="var(--selected)" />
            <line x1={0} x2={width} y1={top} y2={top} stroke="var(--accent)" />
          </svg>
        )}
      </div>
    </div>
  )
}
