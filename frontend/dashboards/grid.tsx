// grid.tsx: widgets on twelve columns, moved and resized by pointer; on a phone one under the other in reading order.
import { type ReactNode, useMemo } from 'react'
import { GridLayout, type LayoutItem } from 'react-grid-layout'
import type { Widget } from '../lib/shapes.ts'
import { useSize } from '../lib/use-size.ts'
import { kindOf } from './kinds.ts'
import { columns, inReadingOrder, type Placed } from './layout.ts'

type GridProps = {
  widgets: readonly Widget[]
  /** Where they stand, settled; the same widgets. */
  places: readonly Placed[]
  arranging: boolean
  narrow: boolean
  onPlace(places: readonly Placed[]): void
  children(widget: Widget): ReactNode
}

const rowPx = 88
const gapPx = 12
/** Heights on a phone, where the width no longer tells: rows as on the grid, lists as long as they like within bounds. */
const narrowPx = (rows: number) => Math.min(420, Math.max(rowPx, rows * rowPx + (rows - 1) * gapPx))

export function Grid({ widgets, places, arranging, narrow, onPlace, children }: GridProps) {
  const [ref, size] = useSize()
  const byId = useMemo(() => new Map(widgets.map((widget) => [widget.id, widget])), [widgets])
  const ordered = useMemo(() => inReadingOrder(places), [places])
  const layout = useMemo(
    () =>
      ordered.map(
        (place): LayoutItem => ({
          i: place.id,
          x: place.gridColumn,
          y: place.gridRow,
          w: place.colSpan,
          h: place.rowSpan,
        }),
      ),
    [ordered],
  )
  const shown = ordered.flatMap(({ id }) => byId.get(id) ?? [])
  const placed = (items: readonly LayoutItem[]) =>
    onPlace(items.map(({ i, x, y, w, h }) => ({ id: i, gridColumn: x, gridRow: y, colSpan: w, rowSpan: h })))
  if (narrow)
    return (
      <div className="flex flex-col gap-3" data-testid="grid">
        {numbersInPairs(shown).map((group) => (
          <div key={group[0]!.id} className={group.length > 1 ? 'grid grid-cols-2 gap-3' : ''}>
            {group.map((widget) => {
              const rows = places.find(({ id }) => id === widget.id)?.rowSpan ?? widget.rowSpan
              return (
                <div key={widget.id} style={{ height: narrowPx(rows) }}>
                  {children(widget)}
                </div>
              )
            })}
          </div>
        ))}
      </div>
    )
  return (
    <div ref={ref} data-testid="grid">
      {/* react-draggable would put a style element into the page, which the content policy refuses; styles.css has its rule. */}
      <template id="react-draggable-style-el" />
      {size.width > 0 && (
        <GridLayout
          width={size.width}
          layout={layout}
          gridConfig={{ cols: columns, rowHeight: rowPx, margin: [gapPx, gapPx], containerPadding: [0, 0] }}
          dragConfig={{
            enabled: arranging,
            handle: '[data-drag]',
            cancel: '[data-testid="widget-menu"]',
            threshold: 3,
          }}
          resizeConfig={{ enabled: arranging, handles: ['se'] }}
          onDragStop={placed}
          onResizeStop={placed}
        >
          {shown.map((widget) => (
            <div key={widget.id}>{children(widget)}</div>
          ))}
        </GridLayout>
      )}
    </div>
  )
}

/** Numbers beside each other, two in a row, as they come; everything else has a row of its own. */
function numbersInPairs(widgets: readonly Widget[]): Widget[][] {
  const rows: Widget[][] = []
  const isNumber = (widget: Widget) => kindOf(widget.widgetType)?.group === 'Numbers'
  for (const widget of widgets) {
    const last = rows.at(-1)
    if (last?.length === 1 && isNumber(last[0]!) && isNumber(widget)) last.push(widget)
    else rows.push([widget])
  }
  return rows
}
