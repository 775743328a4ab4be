// chart.tsx: draws a chart over time. Everything is decided in prepare.ts; here are ink, crosshair and dragging.
import { type PointerEvent, useId, useMemo, useRef, useState } from 'react'
import { absolute, dayTime } from '../lib/time.ts'
import { useSize } from '../lib/use-size.ts'
import { useSettings } from '../settings.ts'
import { cx } from '../ui/cx.ts'
import { CanvasMarks } from './canvas-marks.tsx'
import { useCursor } from './cursor.ts'
import { bucketAt, type ChartInput, type Prepared, prepare, timeAt, valuesAt } from './prepare.ts'
import { SvgMarks } from './svg-marks.tsx'

type ChartProps = Omit<ChartInput, 'width' | 'height' | 'zone'> & {
  /** What the chart shows, for those who do not see it. */
  label: string
  height?: number
  /** A series to point out; the others step back. */
  emphasis?: string | undefined
  /** The reader dragged over an interval. */
  onZoom?: ((from: number, to: number) => void) | undefined
  /** The reader double-clicked: back to the range before. */
  onReset?: (() => void) | undefined
  /** How the time of a bucket is written in the tooltip. */
  bucketLabel?: (start: number) => string
  className?: string
  testId?: string
}

/** Above this many marks a canvas is faster than SVG (ui.md). */
const svgMarksMax = 2_000
const dragLeastPx = 4

export function Chart({
  label,
  height = 200,
  emphasis,
  onZoom,
  onReset,
  bucketLabel,
  className,
  testId,
  ...input
}: ChartProps) {
  const [ref, size] = useSize()
  const { zone, theme } = useSettings()
  const id = useId()
  const { series, form, stacked, from, to, step, now, format } = input
  const prepared = useMemo(
    () =>
      prepare({ series, form, stacked, from, to, step, now, format, width: Math.max(40, size.width), height, zone }),
    [series, form, stacked, from, to, step, now, format, size.width, height, zone],
  )
  const overlay = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  /** Where the interval begins that is being chosen by keys: the start of a bucket. */
  const [anchor, setAnchor] = useState<number>()
  const time = useCursor((state) => state.time)
  const own = useCursor((state) => state.owner === id)
  const index = time === undefined || time < prepared.from || time > prepared.to ? -1 : bucketOfTime(prepared, time)
  const bucket = index === -1 ? undefined : prepared.buckets[index]

  const place = (event: PointerEvent) => event.clientX - (overlay.current?.getBoundingClientRect().left ?? 0)
  function point(x: number) {
    const nearest = prepared.buckets[bucketAt(prepared, x)]
    useCursor.setState({ time: nearest?.start, owner: id })
  }
  function step_(by: number) {
    const next =
      prepared.buckets[
        Math.min(prepared.buckets.length - 1, Math.max(0, (index === -1 ? prepared.buckets.length : index) + by))
      ]
    if (next) useCursor.setState({ time: next.start, owner: id })
  }
  const marked = anchor === undefined ? undefined : prepared.buckets.find(({ start }) => start === anchor)
  const chosen = drag ?? (marked && bucket && { from: marked.x, to: bucket.x })
  /** Zooms to what is marked, or to the one bucket. */
  function zoomToMarked() {
    if (!bucket || !onZoom) return
    const [first, last] = [marked ?? bucket, bucket].sort((a, b) => a.start - b.start) as [typeof bucket, typeof bucket]
    const after = prepared.buckets.find(({ start }) => start > last.start)
    setAnchor(undefined)
    onZoom(first.start, Math.min(after?.start ?? Number.POSITIVE_INFINITY, last.start + step))
  }
  function leave() {
    setAnchor(undefined)
    useCursor.setState({ time: undefined, owner: undefined })
  }
  /** What a key does here; `false` when it is not for the chart. */
  function press(key: string, shift: boolean): boolean {
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      setAnchor(shift ? (anchor ?? bucket?.start) : undefined)
      step_(key === 'ArrowLeft' ? -1 : 1)
    } else if (key === 'Enter' && onZoom) zoomToMarked()
    else if (key === 'Backspace' && onReset) onReset()
    else if (key === 'Escape') leave()
    else return false
    return true
  }
  const write = bucketLabel ?? ((start: number) => (step < 60_000 ? absolute(start, zone) : dayTime(start, zone)))

  return (
    <div ref={ref} data-testid={testId} className={cx('relative select-none', className)} style={{ height }}>
      {size.width > 0 && (
        <>
          <svg aria-hidden width={prepared.width} height={height} className="absolute inset-0">
            {prepared.yTicks.map((tick) => (
              <line
                key={tick.y}
                x1={0}
                x2={prepared.width}
                y1={tick.y}
                y2={tick.y}
                stroke="var(--border)"
                shapeRendering="crispEdges"
              />
            ))}
            {prepared.markCount <= svgMarksMax && <SvgMarks prepared={prepared} emphasis={emphasis} />}
          </svg>
          {prepared.markCount > svgMarksMax && <CanvasMarks prepared={prepared} emphasis={emphasis} theme={theme} />}
          <svg
            aria-hidden
            width={prepared.width}
            height={height}
            className="absolute inset-0 text-11"
            fill="var(--muted-foreground)"
          >
            {prepared.yTicks.map((tick) => (
              <text
                key={tick.y}
                x={0}
                y={tick.y - 3}
                stroke="var(--background)"
                strokeWidth={3}
                paintOrder="stroke"
                strokeLinejoin="round"
              >
                {tick.label}
              </text>
            ))}
            {prepared.xTicks.map((tick) => (
              <text key={tick.x} x={tick.x} y={height - 4}>
                {tick.label}
              </text>
            ))}
            {chosen && (
              <rect
                x={Math.min(chosen.from, chosen.to)}
                y={0}
                width={Math.abs(chosen.to - chosen.from)}
                height={prepared.plot.bottom}
                fill="var(--selected)"
                stroke="var(--accent)"
              />
            )}
            {bucket && (
              <line
                x1={bucket.x}
                x2={bucket.x}
                y1={0}
                y2={prepared.plot.bottom}
                stroke="var(--muted-foreground)"
                strokeDasharray="2 2"
                shapeRendering="crispEdges"
              />
            )}
          </svg>
          <div
            ref={overlay}
            role="slider"
            tabIndex={0}
            aria-label={label}
            aria-valuemin={0}
            aria-valuemax={Math.max(0, prepared.buckets.length - 1)}
            aria-valuenow={Math.max(0, index)}
            aria-valuetext={bucket ? spoken(prepared, index, write, format) : 'no point chosen'}
            className={cx('absolute inset-0 rounded-control focus-ring', onZoom ? 'cursor-crosshair touch-pan-y' : '')}
            aria-description={
              onZoom
                ? 'Arrows go from point to point, with Shift they mark, Enter zooms in, Backspace zooms out'
                : undefined
            }
            onKeyDown={(event) => {
              if (!press(event.key, event.shiftKey)) return
              event.preventDefault()
              event.stopPropagation()
            }}
            onBlur={leave}
            onPointerDown={(event) => {
              if (!onZoom || event.button !== 0 || event.pointerType === 'touch') return
              event.currentTarget.setPointerCapture(event.pointerId)
              setDrag({ from: place(event), to: place(event) })
            }}
            onPointerMove={(event) => {
              point(place(event))
              if (drag) setDrag({ ...drag, to: Math.min(prepared.width, Math.max(0, place(event))) })
            }}
            onPointerUp={() => {
              setDrag(undefined)
              if (!drag || !onZoom || Math.abs(drag.to - drag.from) < dragLeastPx) return
              onZoom(
                Math.round(timeAt(prepared, Math.min(drag.from, drag.to))),
                Math.round(timeAt(prepared, Math.max(drag.from, drag.to))),
              )
            }}
            onPointerLeave={() => useCursor.setState({ time: undefined, owner: undefined })}
            onDoubleClick={onReset}
          />
          {own && bucket && !drag && (
            <Tip
              prepared={prepared}
              index={index}
              title={write(bucket.start)}
              partial={bucket.partial}
              format={format}
              emphasis={emphasis}
            />
          )}
        </>
      )}
    </div>
  )
}

function bucketOfTime(prepared: Prepared, time: number): number {
  const found = prepared.buckets.findLastIndex(({ start }) => start <= time)
  return found
}

function spoken(
  prepared: Prepared,
  index: number,
  write: (start: number) => string,
  format: (value: number) => string,
): string {
  const values = valuesAt(prepared, index).map(({ label, value }) => `${label} ${format(value)}`)
  return `${write(prepared.buckets[index]!.start)}: ${values.join(', ') || 'nothing'}`
}

const tipRowsMax = 12

function Tip({
  prepared,
  index,
  title,
  partial,
  format,
  emphasis,
}: {
  prepared: Prepared
  index: number
  title: string
  partial: boolean
  format(value: number): string
  emphasis?: string | undefined
}) {
  const rows = valuesAt(prepared, index)
  const x = prepared.buckets[index]!.x
  const right = x > prepared.width / 2
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute top-2 z-10 max-w-80 min-w-36 rounded-control border border-line bg-raised px-2 py-1 text-12 shadow-floating"
      style={right ? { right: prepared.width - x + 10 } : { left: x + 10 }}
    >
      <div className="flex justify-between gap-4 pb-1 text-muted">
        <span>{title}</span>
        {partial && <span>so far</span>}
      </div>
      {rows.length === 0 && <div className="text-muted">nothing</div>}
      {rows.slice(0, tipRowsMax).map((row) => (
        <div key={row.key} className={cx('flex items-center gap-2', emphasis === row.key && 'font-semibold')}>
          <span className="size-2 shrink-0 rounded-full" style={{ background: row.color }} />
          <span className="min-w-0 flex-1 truncate">{row.label}</span>
          <span className="pl-2">{format(row.value)}</span>
        </div>
      ))}
      {rows.length > 1 && rows.length <= tipRowsMax && (
        <div className="flex justify-between gap-4 pt-1 text-muted">
          <span>{rows.length} series</span>
        </div>
      )}
      {rows.length > tipRowsMax && <div className="text-muted">and {rows.length - tipRowsMax} more</div>}
    </div>
  )
}
