// use-window.ts: the time range of a view as instants, moving on with the clock.
import { useCallback, useMemo } from 'react'
import { usage } from '../api.ts'
import { useSettings } from '../settings.ts'
import { useAnswer } from './answers.ts'
import { useNow } from './now.ts'
import type { Zone } from './time.ts'
import { spanOf, type TimeRange, type Window, windowOf } from './time-range.ts'
import { useRange, useUrl } from './url-state.ts'
import { bucketStart } from './usage.ts'

export type View = {
  range: TimeRange
  /** What to ask the API for. */
  window: Window
  /** How long the window is, ms; a year for all time. */
  span: number
  now: number
  zone: Zone
  setRange(range: TimeRange): void
  /** An interval dragged over in a chart becomes the range; Back undoes it. */
  zoom(from: number, to: number): void
  /** Back to a range that shows all. */
  unzoom(): void
}

/** A month's buckets of all time tell where the data begin. */
const beginning = usage({ from: undefined, to: undefined }, ['tool'], { interval: 'month', tz: 'UTC' })

/** How long the data reach back from now, ms, for views of all time; a year until that is known. */
export function useAllTimeSpan(view: View): number {
  const answer = useAnswer(view.window.from === undefined ? beginning : undefined)
  const first = answer.data?.rows.reduce(
    (least, row) => Math.min(least, bucketStart(row.bucket ?? '', 'utc') || least),
    view.now,
  )
  return first === undefined ? view.span : Math.max(86_400_000, view.now - first)
}

export function useView(): View {
  const [range, setRange] = useRange()
  const { push } = useUrl()
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(10_000)
  const { from, to } = windowOf(range, now, zone)
  const window = useMemo(() => ({ from, to }), [from, to])
  const zoom = useCallback(
    (start: number, end: number) =>
      push({ range: undefined, from: new Date(start).toISOString(), to: new Date(end).toISOString() }),
    [push],
  )
  const unzoom = useCallback(() => push({ range: undefined, from: undefined, to: undefined }), [push])
  return useMemo(
    () => ({ range, window, span: spanOf(window, now), now, zone, setRange, zoom, unzoom }),
    [range, window, now, zone, setRange, zoom, unzoom],
  )
}
