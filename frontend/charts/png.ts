// png.ts: a chart as a picture to take along: the same geometry, drawn on a canvas with its title and legend.
import type { Prepared } from './prepare.ts'

const margin = 24
const titleHeight = 32
const rowHeight = 20

/** Draws a prepared chart in the colours of the document's theme, at twice the size. */
export function chartPng(title: string, prepared: Prepared): Promise<Blob | null> {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(/--[\w-]+/.exec(name)?.[0] ?? '') || name
  const legendRows = Math.ceil(prepared.series.length / 3)
  const width = prepared.width + 2 * margin
  const height = prepared.height + titleHeight + legendRows * rowHeight + 2 * margin
  const canvas = document.createElement('canvas')
  canvas.width = width * 2
  canvas.height = height * 2
  const context = canvas.getContext('2d')
  if (!context) return Promise.resolve(null)
  context.scale(2, 2)
  context.fillStyle = color('--background')
  context.fillRect(0, 0, width, height)
  context.font = '600 15px "Inter Variable", sans-serif'
  context.fillStyle = color('--foreground')
  context.fillText(title, margin, margin + 14)
  context.translate(margin, margin + titleHeight)
  context.strokeStyle = color('--border')
  for (const tick of prepared.yTicks) {
    context.beginPath()
    context.moveTo(0, tick.y)
    context.lineTo(prepared.width, tick.y)
    context.stroke()
  }
  for (const bar of prepared.bars) {
    context.fillStyle = color(bar.color)
    context.globalAlpha = bar.partial ? 0.5 : 1
    context.fillRect(bar.x, bar.y, bar.width, bar.height)
  }
  context.globalAlpha = 1
  for (const line of prepared.lines) {
    context.fillStyle = context.strokeStyle = color(line.color)
    context.lineWidth = 1.5
    context.globalAlpha = 0.12
    if (line.area) context.fill(new Path2D(line.area))
    context.globalAlpha = 1
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
  context.setLineDash([])
  context.globalAlpha = 1
  context.font = '11px "Inter Variable", sans-serif'
  context.fillStyle = color('--muted-foreground')
  for (const tick of prepared.yTicks) context.fillText(tick.label, 0, tick.y - 3)
  for (const tick of prepared.xTicks) context.fillText(tick.label, tick.x, prepared.height - 4)
  for (const [at, series] of prepared.series.entries()) {
    const x = ((at % 3) * prepared.width) / 3
    const y = prepared.height + 16 + Math.floor(at / 3) * rowHeight
    context.fillStyle = color(series.color)
    context.fillRect(x, y - 8, 8, 8)
    context.fillStyle = color('--foreground')
    context.fillText(series.label, x + 14, y, prepared.width / 3 - 24)
  }
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}
