// use-places.ts: where the widgets of a dashboard stand: as stored, or as just moved until that is stored.
import { useMemo, useRef, useState } from 'react'
import type { Dashboard, Widget } from '../lib/shapes.ts'
import { toNano } from '../lib/time.ts'
import { placeWidgets } from './changes.ts'
import { changedPlaces, type Placed, settle } from './layout.ts'

/** `place` stores what changed; moves in quick succession are stored one after the other, the last one last. */
export function usePlaces(dashboard: Dashboard, widgets: readonly Widget[], onFailure: (message: string) => void) {
  /** `until` is the dashboard's time of change that holds the last move; not known before it is stored. */
  const [moved, setMoved] = useState<{ places: readonly Placed[]; until?: string }>()
  const waiting = useRef<{ sending: boolean; next: readonly Placed[] | undefined }>({ sending: false, next: undefined })
  const stored = moved?.until !== undefined && toNano(dashboard.updatedAt) >= toNano(moved.until)
  const now = stored ? undefined : moved?.places
  const places = useMemo(() => {
    const known = new Set(widgets.map(({ id }) => id))
    return settle(now?.filter(({ id }) => known.has(id)) ?? widgets)
  }, [now, widgets])

  async function store(first: readonly Placed[]) {
    waiting.current.sending = true
    try {
      for (let next: readonly Placed[] | undefined = first; next; next = waiting.current.next) {
        waiting.current.next = undefined
        const { updatedAt } = await placeWidgets(dashboard.id, next)
        if (!waiting.current.next) setMoved((last) => last && { ...last, until: updatedAt })
      }
    } catch (thrown) {
      waiting.current.next = undefined
      setMoved(undefined)
      onFailure(thrown instanceof Error ? thrown.message : String(thrown))
    } finally {
      waiting.current.sending = false
    }
  }

  return {
    places,
    place(next: readonly Placed[]) {
      if (changedPlaces(places, next).length === 0) return
      setMoved({ places: next })
      const all = next.map(({ id, gridColumn, gridRow, colSpan, rowSpan }) => ({
        id,
        gridColumn,
        gridRow,
        colSpan,
        rowSpan,
      }))
      if (waiting.current.sending) waiting.current.next = all
      else void store(all)
    },
  }
}
