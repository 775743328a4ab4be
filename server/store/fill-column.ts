// fill-column.ts: the values of one column into a DuckDB vector, for the types that make up nearly all cells.
import duckdb from '@duckdb/node-bindings'

/** A vector of the bindings; what {@link fillText} and its siblings write to. */
export type RawVector = ReturnType<typeof duckdb.data_chunk_get_vector>
type Values = readonly unknown[]

/** DuckDB keeps strings of up to twelve bytes in the cell itself (length, then bytes), longer ones behind a pointer. */
const cellBytes = 16
const inlineMax = 12
/** After so many different long texts and no repeated one, a column is taken as having none (ids, attributes). */
const distinctMax = 64

/**
 * Texts. A long text is handed over once a chunk; where it comes again its cell is copied, and a short one is written
 * straight into the cell, both without a call into the bindings, which costs 0.15 µs a text: session ids, models and
 * resource attributes repeat from row to row. Measured: 0.19 → 0.06 µs a cell.
 */
export function fillText(vector: RawVector, values: Values): void {
  const count = values.length
  const nulls = nullRows(values)
  if (nulls === count) {
    setValidity(vector, values, nulls)
    return
  }
  // From which row a cell is copied; itself when it was handed over, -1 when it is written in place.
  const origins = new Int32Array(count)
  const rows = new Map<string, number>()
  let repeats = false
  let previous: unknown
  let previousRow = -1
  for (let row = 0; row < count; row++) {
    const value = values[row]
    if (value === undefined || value === null) continue
    const text = value as string
    if (text === previous && previousRow >= 0) {
      origins[row] = previousRow
      repeats = true
      continue
    }
    if (text.length <= inlineMax && isAscii(text)) {
      origins[row] = -1
      continue
    }
    previous = text
    const known = repeats || rows.size < distinctMax ? rows.get(text) : undefined
    if (known !== undefined) {
      origins[row] = previousRow = known
      repeats = true
      continue
    }
    origins[row] = previousRow = row
    if (repeats || rows.size < distinctMax) rows.set(text, row)
    duckdb.vector_assign_string_element(vector, row, text)
  }
  // The bindings give a copy of the cells as they are after the assignments.
  const bytes = duckdb.vector_get_data(vector, count * cellBytes)
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count * 4)
  for (let row = 0; row < count; row++) {
    const origin = origins[row] as number
    const value = values[row]
    if (origin === row || value === undefined || value === null) continue
    if (origin < 0) writeInline(bytes, words, row, value as string)
    else for (let word = 0; word < 4; word++) words[row * 4 + word] = words[origin * 4 + word] as number
  }
  duckdb.copy_data_to_vector(vector, 0, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
  setValidity(vector, values, nulls)
}

/** 64-bit integers (also unsigned, by their bits), from numbers that are whole or from bigints. */
export function fillBigint(vector: RawVector, values: Values, bits: 'signed' | 'unsigned' = 'signed'): void {
  const count = values.length
  const nulls = nullRows(values)
  if (nulls < count) {
    const items = new BigInt64Array(count)
    const words = new Uint32Array(items.buffer)
    for (let row = 0; row < count; row++) {
      const value = values[row]
      if (typeof value === 'number' && Number.isSafeInteger(value) && (value >= 0 || bits === 'signed')) {
        words[row * 2] = value
        words[row * 2 + 1] = Math.floor(value / 4294967296)
      } else if (value !== undefined && value !== null) {
        items[row] = checked(typeof value === 'bigint' ? value : BigInt(Math.trunc(value as number)), bits)
      }
    }
    copy(vector, items)
  }
  setValidity(vector, values, nulls)
}

function checked(value: bigint, bits: 'signed' | 'unsigned'): bigint {
  const fits = bits === 'signed' ? BigInt.asIntN(64, value) === value : BigInt.asUintN(64, value) === value
  if (!fits) throw new RangeError(`${value} does not fit into 64 bits (${bits})`)
  return BigInt.asIntN(64, value)
}

/** 32-bit integers. A number that is none is a mistake of the writer and throws. */
export function fillInteger(vector: RawVector, values: Values): void {
  for (const value of values)
    if (value !== undefined && value !== null && (value as number) !== ((value as number) | 0))
      throw new RangeError(`${value} is not a whole number of 32 bits`)
  fillNumbers(vector, values, new Int32Array(values.length))
}

export function fillDouble(vector: RawVector, values: Values): void {
  fillNumbers(vector, values, new Float64Array(values.length))
}

export function fillBoolean(vector: RawVector, values: Values): void {
  fillNumbers(vector, values, new Uint8Array(values.length))
}

/** Lists: where each begins and how long it is, and all their items in one vector behind. */
export function fillList(
  vector: RawVector,
  values: Values,
  fillItems: (vector: RawVector, items: Values) => void,
): void {
  const places = new Uint32Array(values.length * 4)
  const items: unknown[] = []
  for (let row = 0; row < values.length; row++) {
    places[row * 4] = items.length
    const list = values[row] as readonly unknown[] | null | undefined
    if (!list) continue
    places[row * 4 + 2] = list.length
    for (const item of list) items.push(item)
  }
  duckdb.list_vector_reserve(vector, items.length)
  duckdb.list_vector_set_size(vector, items.length)
  // Only now the child has room.
  if (items.length > 0) fillItems(duckdb.list_vector_get_child(vector), items)
  copy(vector, places)
  setValidity(vector, values, nullRows(values))
}

function fillNumbers(vector: RawVector, values: Values, items: Int32Array | Float64Array | Uint8Array): void {
  const nulls = nullRows(values)
  if (nulls < values.length) {
    for (let row = 0; row < values.length; row++) {
      const value = values[row]
      if (value !== undefined && value !== null) items[row] = Number(value)
    }
    copy(vector, items)
  }
  setValidity(vector, values, nulls)
}

/** Bit by bit which rows have a value; a fresh vector has all, so that a column without NULL needs nothing. */
function setValidity(vector: RawVector, values: Values, nulls: number): void {
  if (nulls === 0) return
  const mask = new Uint8Array(Math.ceil(values.length / 64) * 8)
  if (nulls < values.length) {
    mask.fill(0xff)
    for (let row = 0; row < values.length; row++)
      if (values[row] === undefined || values[row] === null) (mask[row >>> 3] as number) &= ~(1 << (row & 7))
  }
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.byteLength)
}

function nullRows(values: Values): number {
  let nulls = 0
  for (let row = 0; row < values.length; row++) if (values[row] === undefined || values[row] === null) nulls++
  return nulls
}

function copy(vector: RawVector, items: ArrayBufferView): void {
  duckdb.copy_data_to_vector(vector, 0, items.buffer as ArrayBuffer, items.byteOffset, items.byteLength)
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}

function writeInline(bytes: Uint8Array, words: Uint32Array, row: number, text: string): void {
  words.fill(0, row * 4, row * 4 + 4)
  words[row * 4] = text.length
  for (let at = 0; at < text.length; at++) bytes[row * cellBytes + 4 + at] = text.charCodeAt(at)
}
