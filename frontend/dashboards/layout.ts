// layout.ts: where widgets stand on the grid of twelve columns: no two on one place, nothing with a gap above it.

export const columns = 12

/** A widget's place in cells; the first column and row are 0. */
export type Placed = { id: string; gridColumn: number; gridRow: number; colSpan: number; rowSpan: number }

/** A step by key: moved by cells, or larger and smaller by cells. */
export type Step = { column?: number; row?: number; width?: number; height?: number }

const rowSpanMax = 24

/** Row by row, as it is read: the order of the document and of a phone. */
export function inReadingOrder<P extends Placed>(places: readonly P[]): P[] {
  return places.toSorted(
    (a, b) => a.gridRow - b.gridRow || a.gridColumn - b.gridColumn || (a.id < b.id ? -1 : Number(a.id > b.id)),
  )
}

function touches(a: Placed, b: Placed): boolean {
  return (
    a.gridColumn < b.gridColumn + b.colSpan &&
    b.gridColumn < a.gridColumn + a.colSpan &&
    a.gridRow < b.gridRow + b.rowSpan &&
    b.gridRow < a.gridRow + a.rowSpan
  )
}

/** Inside the twelve columns, whatever was stored. */
function within<P extends Placed>(place: P): P {
  const colSpan = Math.min(columns, Math.max(1, place.colSpan))
  return {
    ...place,
    colSpan,
    rowSpan: Math.min(rowSpanMax, Math.max(1, place.rowSpan)),
    gridColumn: Math.min(columns - colSpan, Math.max(0, place.gridColumn)),
    gridRow: Math.max(0, place.gridRow),
  }
}

/** Moves everything up as far as it goes, in the order of rows; what lies on another goes below it. */
export function settle<P extends Placed>(places: readonly P[]): P[] {
  const settled: P[] = []
  for (const place of inReadingOrder(places.map(within))) {
    const next = { ...place }
    while (next.gridRow > 0 && !settled.some((other) => touches({ ...next, gridRow: next.gridRow - 1 }, other)))
      next.gridRow--
    for (let hit = settled.find((other) => touches(next, other)); hit; hit = settled.find((o) => touches(next, o)))
      next.gridRow = hit.gridRow + hit.rowSpan
    settled.push(next)
  }
  return inReadingOrder(settled)
}

/** Everything that lies on `place` goes below it, and what lies below goes on. */
function pushed<P extends Placed>(places: readonly P[], place: P): P[] {
  const moved = [place]
  for (const other of inReadingOrder(places)) {
    if (other.id === place.id) continue
    const next = { ...other }
    for (let hit = moved.find((one) => touches(next, one)); hit; hit = moved.find((one) => touches(next, one)))
      next.gridRow = hit.gridRow + hit.rowSpan
    moved.push(next)
  }
  return moved
}

/** One step of one widget; the others make room. Steps up and down go past the neighbour, since there are no gaps to stop in. */
export function stepped<P extends Placed>(places: readonly P[], id: string, step: Step): P[] {
  const all = settle(places)
  const own = all.find((place) => place.id === id)
  if (!own) return all
  const next = within({
    ...own,
    gridColumn: own.gridColumn + (step.column ?? 0),
    colSpan: Math.min(columns - own.gridColumn, own.colSpan + (step.width ?? 0)),
    rowSpan: own.rowSpan + (step.height ?? 0),
  })
  const beside = all.filter(
    (other) =>
      other.id !== id &&
      other.gridColumn < own.gridColumn + own.colSpan &&
      own.gridColumn < other.gridColumn + other.colSpan,
  )
  if (step.row === 1) {
    const below = inReadingOrder(beside).find((other) => other.gridRow >= own.gridRow + own.rowSpan)
    if (!below) return all
    return settle(
      pushed(all, { ...own, gridRow: own.gridRow + below.rowSpan }).map((place) => lifted(place, below, own)),
    )
  }
  if (step.row === -1) {
    const above = inReadingOrder(beside).findLast((other) => other.gridRow + other.rowSpan <= own.gridRow)
    if (!above) return all
    next.gridRow = above.gridRow
  }
  return settle(pushed(all, next))
}

/** Past the next one (1) or the one before (-1) in reading order, as a phone shows them; those before the two stay where they are. */
export function restacked<P extends Placed>(places: readonly P[], id: string, by: 1 | -1): P[] {
  const all = settle(places)
  const at = all.findIndex((place) => place.id === id)
  const first = Math.min(at, at + by)
  const [one, other] = [all[first], all[first + 1]]
  if (at < 0 || !one || !other) return all
  const placed = all.slice(0, first)
  for (const next of [other, one]) placed.push(after(placed, next, false))
  for (const next of all.slice(first + 2)) placed.push(after(placed, next, true))
  return placed
}

/**
 * Where something that comes last in reading order stands: in its own column, or in the first place that is free. Below the one
 * before there always is one; nothing has a gap above it, so that it is settled.
 */
function after<P extends Placed>(placed: readonly P[], next: P, keepsColumn: boolean): P {
  const last = placed.at(-1)
  const free = Array.from({ length: columns - next.colSpan + 1 }, (_, gridColumn) => {
    const gridRow = placed
      .filter((one) => one.gridColumn < gridColumn + next.colSpan && gridColumn < one.gridColumn + one.colSpan)
      .reduce((most, one) => Math.max(most, one.gridRow + one.rowSpan), 0)
    return { ...next, gridColumn, gridRow }
  }).filter(
    ({ gridColumn, gridRow }) =>
      !last || gridRow > last.gridRow || (gridRow === last.gridRow && gridColumn > last.gridColumn),
  )
  const own = keepsColumn ? free.find(({ gridColumn }) => gridColumn === next.gridColumn) : undefined
  return own ?? inReadingOrder(free)[0]!
}

/** The neighbour that is passed takes the place it is passed from. */
function lifted<P extends Placed>(place: P, neighbour: P, from: P): P {
  return place.id === neighbour.id ? { ...place, gridRow: from.gridRow } : place
}

/** The first free place, row by row, for something of a size. */
export function freePlace(
  places: readonly Placed[],
  { colSpan, rowSpan }: { colSpan: number; rowSpan: number },
): Placed {
  const all = settle(places)
  const rows = all.reduce((most, place) => Math.max(most, place.gridRow + place.rowSpan), 0)
  for (let gridRow = 0; gridRow < rows; gridRow++) {
    for (let gridColumn = 0; gridColumn + colSpan <= columns; gridColumn++) {
      const place = { id: '', gridColumn, gridRow, colSpan, rowSpan }
      if (!all.some((other) => touches(place, other))) return place
    }
  }
  return { id: '', gridColumn: 0, gridRow: rows, colSpan, rowSpan }
}

/** Those whose place is another than before. */
export function changedPlaces(before: readonly Placed[], after: readonly Placed[]): Placed[] {
  const known = new Map(before.map((place) => [place.id, place]))
  return after
    .map(({ id, gridColumn, gridRow, colSpan, rowSpan }) => ({ id, gridColumn, gridRow, colSpan, rowSpan }))
    .filter((place) => {
      const was = known.get(place.id)
      return (
        was &&
        (was.gridColumn !== place.gridColumn ||
          was.gridRow !== place.gridRow ||
          was.colSpan !== place.colSpan ||
          was.rowSpan !== place.rowSpan)
      )
    })
}
