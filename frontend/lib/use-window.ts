// use-window.ts: the time range of a view as instants, moving on with the clock.
import { useCallback, useMemo } from 'react'
import { useSettings } from '../settings.ts'
import { useNow } from './now.ts'
import type { Zone } from './time.ts'
import { spanOf, type TimeRange, type Window, windowOf } from './time-range.ts'
import { useRange, useUrl } from './url-state.ts'

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
  return { range, window, span: spanOf(window, now), now, zone, setRange, zoom, unzoom }
}
