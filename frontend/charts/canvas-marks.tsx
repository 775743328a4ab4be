// canvas-marks.tsx: the marks of a chart on a canvas, for those that have too many for SVG. Same geometry, same look.
import { useLayoutEffect, useRef } from 'react'
import type { Prepared } from './prepare.ts'

/** Resolves `var(--chart-1)` against the element, so that the theme counts. */
function resolver(element: Element): (color: string) => string {
  const style = getComputedStyle(element)
  return (color) => {
    const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1]
    return name ? style.getPropertyValue(name) : color
  }
}

export function CanvasMarks({
  prepared,
  emphasis,
  theme,
}: {
  prepared: Prepared
  emphasis?: string | undefined
  theme: string
}) {
  const ref = useRef<HTMLCanvasElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the document, which `theme` stands for.
  useLayoutEffect(() => {
    const canvas = ref.current
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const ratio = window.devicePixelRatio || 1
    canvas.width = Math.round(prepared.width * ratio)
    canvas.height = Math.round(prepared.height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, prepared.width, prepared.height)
    const color = resolver(canvas)
    const strength = (key: string) => (emphasis === undefined || emphasis === key ? 1 : 0.2)
    for (const bar of prepared.bars) {
      context.fillStyle = color(bar.color)
      context.globalAlpha = strength(bar.key) * (bar.partial ? 0.5 : 1)
      context.fillRect(bar.x, bar.y, bar.width, bar.height)
    }
    context.lineWidth = 1.5
    context.lineJoin = 'round'
    for (const line of prepared.lines) {
      context.fillStyle = context.strokeStyle = color(line.color)
      context.globalAlpha = 0.12 * strength(line.key)
      if (line.area) context.fill(new Path2D(line.area))
      context.globalAlpha = strength(line.key)
      context.setLineDash([])
      context.stroke(new Path2D(line.path))
      context.setLineDash([2, 3])
      context.stroke(new Path2D(line.dotted))
      context.setLineDash([])
      context.lineCap = 'round'
      context.lineWidth = 4
      context.stroke(new Path2D(line.dots))
      context.lineCap = 'butt'
      context.lineWidth = 1.5
    }
  }, [prepared, emphasis, theme])
  return <canvas ref={ref} aria-hidden className="pointer-events-none absolute inset-0 size-full" />
}
