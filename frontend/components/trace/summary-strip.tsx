// summary-strip.tsx: all spans of a trace at once; dragging over it chooses what the waterfall shows.
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { useSize } from '../../lib/use-size.ts'
import { useSettings } from '../../settings.ts'
import { strip, type Viewport } from './layout.ts'
import type { Tree } from './tree.ts'

type SummaryStripProps = {
  tree: Tree
  colorOf(index: number): string
  viewport: Viewport
  onViewport(viewport: Viewport): void
}

const height = 48
const dragLeastPx = 3

export function SummaryStrip({ tree, colorOf, viewport, onViewport }: SummaryStripProps) {
  const [ref, { width }] = useSize()
  const theme = useSettings((settings) => settings.theme)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number; moves: Viewport | undefined }>()
  const whole = viewport.from <= 0 && viewport.to >= tree.duration

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the document, which `theme` stands for.
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!canvas.current || !context || width === 0) return
    const ratio = window.devicePixelRatio || 1
    canvas.current.width = Math.round(width * ratio)
    canvas.current.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const style = getComputedStyle(canvas.current)
    const colors = new Map<string, string>()
    const resolve = (color: string) => {
      let known = colors.get(color)
      if (known === undefined) {
        known = style.getPropertyValue(/--[\w-]+/.exec(color)?.[0] ?? '') || color
        colors.set(color, known)
      }
      return known
    }
    for (const mark of strip(tree, width, height)) {
      context.fillStyle = mark.error ? resolve('var(--error)') : resolve(colorOf(mark.index))
      context.fillRect(mark.x, mark.y, mark.width, mark.height)
    }
  }, [tree, colorOf, width, theme])

  const x = (ns: number) => (ns / Math.max(1, tree.duration)) * width
  const ns = (px: number) => (px / Math.max(1, width)) * tree.duration
  const place = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left
  const shown =
    drag && !drag.moves
      ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
      : { from: x(viewport.from), to: x(viewport.to) }
  const span = viewport.to - viewport.from
  const moved = (by: number): Viewport => {
    const from = Math.min(Math.max(0, viewport.from + by), tree.duration - span)
    return { from, to: from + span }
  }

  return (
    <div ref={ref} className="relative h-12 shrink-0 overflow-hidden bg-surface hairline-b">
      <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />
      {!whole && (
        <>
          <div
            aria-hidden
            className="absolute inset-y-0 left-0 bg-background opacity-70"
            style={{ width: shown.from }}
          />
          <div
            aria-hidden
            className="absolute inset-y-0 right-0 bg-background opacity-70"
            style={{ width: Math.max(0, width - shown.to) }}
          />
        </>
      )}
      {(drag || !whole) && (
        <div
          aria-hidden
          className="absolute inset-y-0 border-x border-accent"
          style={{ left: shown.from, width: Math.max(1, shown.to - shown.from) }}
        />
      )}
      <div
        role="slider"
        tabIndex={0}
        aria-label="Part of the trace that is shown"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round((viewport.from / Math.max(1, tree.duration)) * 100)}
        aria-valuetext={
          whole
            ? 'all of it'
            : `from ${Math.round((viewport.from / tree.duration) * 100)}% to ${Math.round((viewport.to / tree.duration) * 100)}%`
        }
        data-testid="trace-strip"
        className="absolute inset-0 cursor-crosshair touch-none focus-ring-inset"
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const at = place(event)
          const inside = !whole && at > x(viewport.from) && at < x(viewport.to)
          setDrag({ from: at, to: at, moves: inside ? viewport : undefined })
        }}
        onPointerMove={(event) => {
          if (!drag) return
          const to = place(event)
          setDrag({ ...drag, to })
          if (!drag.moves) return
          const width_ = drag.moves.to - drag.moves.from
          const from = Math.min(Math.max(0, drag.moves.from + ns(to - drag.from)), tree.duration - width_)
          onViewport({ from, to: from + width_ })
        }}
        onPointerUp={() => {
          setDrag(undefined)
          if (!drag || drag.moves || Math.abs(drag.to - drag.from) < dragLeastPx) return
          const from = Math.max(0, ns(Math.min(drag.from, drag.to)))
          const to = Math.min(tree.duration, ns(Math.max(drag.from, drag.to)))
          onViewport({ from, to: Math.max(from + 1_000, to) })
        }}
        onDoubleClick={() => onViewport({ from: 0, to: tree.duration })}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') onViewport(moved(-span / 4))
          else if (event.key === 'ArrowRight') onViewport(moved(span / 4))
          else if (event.key === 'Home') onViewport({ from: 0, to: tree.duration })
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
    </div>
  )
}
