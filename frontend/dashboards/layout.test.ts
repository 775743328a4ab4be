// layout.test.ts: widgets never lie on each other and leave no gap above them, whatever is stored and whichever key is pressed.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  changedPlaces,
  columns,
  freePlace,
  inReadingOrder,
  type Placed,
  restacked,
  type Step,
  settle,
  stepped,
} from './layout.ts'

const place = (id: string, gridColumn: number, gridRow: number, colSpan = 4, rowSpan = 1): Placed => ({
  id,
  gridColumn,
  gridRow,
  colSpan,
  rowSpan,
})
const drawn = (places: readonly Placed[]) =>
  inReadingOrder(places).map((one) => `${one.id} ${one.gridColumn},${one.gridRow} ${one.colSpan}×${one.rowSpan}`)

const places = fc
  .array(
    fc.record({
      gridColumn: fc.integer({ min: 0, max: 40 }),
      gridRow: fc.integer({ min: 0, max: 8 }),
      colSpan: fc.integer({ min: 1, max: 20 }),
      rowSpan: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 10 },
  )
  .map((all) => all.map((one, index) => ({ id: `w${index}`, ...one })))
const steps = fc.constantFrom<Step>(
  { row: 1 },
  { row: -1 },
  { column: 1 },
  { column: -1 },
  { width: 1 },
  { width: -1 },
  { height: 1 },
  { height: -1 },
)

function wellPlaced(all: readonly Placed[]) {
  const cells = all.flatMap((one) =>
    Array.from(
      { length: one.colSpan * one.rowSpan },
      (_, at) => `${one.gridColumn + (at % one.colSpan)} ${one.gridRow + Math.floor(at / one.colSpan)}`,
    ),
  )
  expect(new Set(cells).size).toBe(cells.length)
  for (const one of all) {
    expect(one.gridColumn + one.colSpan).toBeLessThanOrEqual(columns)
    const above = Array.from({ length: one.colSpan }, (_, at) => `${one.gridColumn + at} ${one.gridRow - 1}`)
    if (one.gridRow > 0) expect(above.some((cell) => cells.includes(cell))).toBe(true)
  }
}

test('whatever is stored settles without overlap, overhang or gap, and stays settled', () => {
  fc.assert(
    fc.property(places, (all) => {
      const settled = settle(all)
      expect(settled.length).toBe(all.length)
      wellPlaced(settled)
      expect(settle(settled)).toEqual(settled)
    }),
  )
})

test('any steps keep it settled and lose nothing', () => {
  fc.assert(
    fc.property(places, fc.array(fc.tuple(fc.nat(9), steps), { maxLength: 12 }), (all, moves) => {
      let now = settle(all)
      for (const [index, step] of moves) now = stepped(now, `w${index}`, step)
      wellPlaced(now)
      expect(now.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort())
    }),
  )
})

test('a step down goes past the neighbour below, a step up back again', () => {
  const start = [place('a', 0, 0), place('b', 0, 1, 4, 2), place('c', 4, 0)]
  const down = stepped(start, 'a', { row: 1 })
  expect(drawn(down)).toEqual(['b 0,0 4×2', 'c 4,0 4×1', 'a 0,2 4×1'])
  expect(drawn(stepped(down, 'a', { row: -1 }))).toEqual(['a 0,0 4×1', 'c 4,0 4×1', 'b 0,1 4×2'])
  expect(drawn(stepped(start, 'b', { row: 1 }))).toEqual(drawn(start))
  expect(drawn(stepped(start, 'a', { row: -1 }))).toEqual(drawn(start))
})

test('on a phone a widget goes past the next one shown or the one before, whatever the grid looks like', () => {
  fc.assert(
    fc.property(places, fc.nat(9), fc.constantFrom(1 as const, -1 as const), (all, index, by) => {
      const before = settle(all).map(({ id }) => id)
      const next = restacked(all, `w${index}`, by)
      wellPlaced(next)
      expect(settle(next)).toEqual(next)
      const at = before.indexOf(`w${index}`)
      const other = before[at + by]
      if (at >= 0 && other !== undefined) [before[at], before[at + by]] = [other, before[at]!]
      expect(inReadingOrder(next).map(({ id }) => id)).toEqual(before)
    }),
  )
})

test('what stood before the two, and what need not give way, stays where it is', () => {
  const start = [place('a', 0, 0), place('b', 4, 0), place('c', 8, 0, 4, 2), place('d', 0, 1, 8), place('e', 0, 2, 12)]
  expect(drawn(restacked(start, 'a', 1))).toEqual(['b 0,0 4×1', 'a 4,0 4×1', 'c 8,0 4×2', 'd 0,1 8×1', 'e 0,2 12×1'])
  expect(drawn(restacked(start, 'e', -1))).toEqual(['a 0,0 4×1', 'b 4,0 4×1', 'c 8,0 4×2', 'e 0,2 12×1', 'd 0,3 8×1'])
  expect(drawn(restacked(start, 'a', -1))).toEqual(drawn(start))
  expect(drawn(restacked(start, 'e', 1))).toEqual(drawn(start))
})

test('a step aside makes the neighbour give way, and nothing leaves the grid', () => {
  const start = [place('a', 0, 0), place('b', 4, 0)]
  expect(drawn(stepped(start, 'a', { column: 1 }))).toEqual(['a 1,0 4×1', 'b 4,1 4×1'])
  expect(drawn(stepped(start, 'a', { column: -1 }))).toEqual(drawn(start))
  expect(drawn(stepped([place('a', 8, 0)], 'a', { width: 1 }))).toEqual(['a 8,0 4×1'])
  expect(drawn(stepped([place('a', 8, 0, 1)], 'a', { width: -1 }))).toEqual(['a 8,0 1×1'])
})

test('something new goes where there is room first', () => {
  expect(freePlace([place('a', 0, 0), place('b', 4, 0, 8, 2)], { colSpan: 4, rowSpan: 1 })).toMatchObject({
    gridColumn: 0,
    gridRow: 1,
  })
  expect(freePlace([place('a', 0, 0, 12, 2)], { colSpan: 6, rowSpan: 2 })).toMatchObject({ gridColumn: 0, gridRow: 2 })
  expect(freePlace([], { colSpan: 6, rowSpan: 2 })).toMatchObject({ gridColumn: 0, gridRow: 0 })
})

test('only what moved is told', () => {
  const before = [place('a', 0, 0), place('b', 4, 0)]
  expect(changedPlaces(before, [place('a', 0, 0), place('b', 4, 1)])).toEqual([place('b', 4, 1)])
})
