// fill-column.ts: the values of one column into a DuckDB vector, a whole column at a time.
import { ptr } from 'bun:ffi'
import duckdb from '@duckdb/node-bindings'

/** A vector of the bindings. */
export type RawVector = ReturnType<typeof duckdb.data_chunk_get_vector>

/** Values as a row gives them; `undefined` and `null` are NULL. */
export type Values = readonly unknown[]

/**
 * A cell of a text column is DuckDB's `duckdb_string_t`: length, then up to twelve bytes in place; of a longer text the
 * first four bytes and a pointer to all of them.
 */
const cellWords = 4
const inlineBytes = 12

/** Texts that together are longer are handed over one by one. */
const joinedLengthMax = 16 * 1024 * 1024

/**
 * Texts. The column is encoded at once and its cells point into the result; one call into the bindings for a column
 * instead of one for each text. Lone surrogates become U+FFFD.
 *
 * @returns what must stay alive until the chunk was appended.
 */
export function fillText(vector: RawVector, values: Values): unknown {
  const count = values.length
  const nulls = nullCount(values)
  if (nulls === count) return setValidity(vector, values, nulls)
  const parts: string[] = []
  let length = 0
  let previous: unknown = null
  for (let row = 0; row < count; row++) {
    const value = values[row]
    if (value === undefined || value === null || value === previous) continue
    previous = value
    parts.push(value as string)
    length += (value as string).length
  }
  if (length > joinedLengthMax) return fillTextOneByOne(vector, values, nulls)
  // The separator keeps halves of surrogate pairs apart, which would be one character when they met.
  const bytes = Buffer.from(parts.join('\0'))
  const isAscii = bytes.byteLength === length + parts.length - 1
  const cells = new Uint32Array(count * cellWords)
  const address = bytes.byteLength > 0 ? ptr(bytes) : 0
  let end = -1
  let start = 0
  let last = 0
  previous = null
  for (let row = 0; row < count; row++) {
    const value = values[row]
    if (value === undefined || value === null) continue
    const at = row * cellWords
    if (value === previous) {
      // A column often says the same in every row; a short text is put together byte by byte only once.
      for (let word = 0; word < cellWords; word++) cells[at + word] = cells[last + word]!
      continue
    }
    previous = value
    start = end + 1
    end = start + (isAscii ? (value as string).length : Buffer.byteLength(value as string))
    writeCell(cells, at, bytes, start, end - start, address)
    last = at
  }
  copy(vector, cells)
  setValidity(vector, values, nulls)
  return bytes
}

function writeCell(cells: Uint32Array, at: number, bytes: Uint8Array, start: number, length: number, address: number) {
  cells[at] = length
  if (length <= inlineBytes) {
    for (let i = 0; i < length; i++) cells[at + 1 + (i >>> 2)]! |= bytes[start + i]! << ((i & 3) << 3)
    return
  }
  cells[at + 1] = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24)
  const target = address + start
  cells[at + 2] = target
  cells[at + 3] = target / 4294967296
}

function fillTextOneByOne(vector: RawVector, values: Values, nulls: number): undefined {
  values.forEach((value, row) => {
    if (value !== undefined && value !== null) duckdb.vector_assign_string_element(vector, row, value as string)
  })
  setValidity(vector, values, nulls)
}

/** 64-bit integers from bigints or whole numbers; unsigned ones by their bits. A value that does not fit throws. */
export function fillBigint(vector: RawVector, values: Values, isSigned = true): void {
  const count = values.length
  const nulls = nullCount(values)
  const items = new BigInt64Array(count)
  const words = new Uint32Array(items.buffer)
  let previous: unknown
  let kept = 0n
  for (let row = 0; row < count; row++) {
    const value = values[row]
    if (typeof value === 'bigint') {
      if (value !== previous) kept = checked(value, isSigned)
      previous = value
      items[row] = kept
    } else if (value !== undefined && value !== null) {
      const number = Math.trunc(value as number)
      if (!Number.isSafeInteger(number) || (number < 0 && !isSigned)) items[row] = checked(BigInt(number), isSigned)
      else {
        words[row * 2] = number
        words[row * 2 + 1] = Math.floor(number / 4294967296)
      }
    }
  }
  copy(vector, items)
  setValidity(vector, values, nulls)
}

function checked(value: bigint, isSigned: boolean): bigint {
  const kept = isSigned ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)
  if (kept !== value) throw new RangeError(`${value} does not fit into 64 bits (${isSigned ? 'signed' : 'unsigned'})`)
  return BigInt.asIntN(64, value)
}

/** DuckDB reads ±(2^63 − 1) as ±infinity, so such a time is moved by one nanosecond. */
const timeMax = 9223372036854775806n

/** Nanoseconds since 1970, from bigints. */
export function fillTime(vector: RawVector, values: Values): void {
  const items = new BigInt64Array(values.length)
  const words = new Int32Array(items.buffer)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as bigint | null | undefined
    if (value === undefined || value === null) continue
    items[row] = value
    // Comparing bigints is slow; only a time before 1970 or near the end can be one that has to be moved.
    const high = words[row * 2 + 1]!
    if (high < 0 || high === 0x7fffffff) items[row] = value > timeMax ? timeMax : value < -timeMax ? -timeMax : value
  }
  copy(vector, items)
  setValidity(vector, values, nullCount(values))
}

/** 32-bit integers. A number that is none throws. */
export function fillInteger(vector: RawVector, values: Values): void {
  const items = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number | null | undefined
    if (value === undefined || value === null) continue
    items[row] = value
    if (items[row] !== value) throw new RangeError(`${value} is not a whole number of 32 bits`)
  }
  copy(vector, items)
  setValidity(vector, values, nullCount(values))
}

export function fillDouble(vector: RawVector, values: Values): void {
  const items = new Float64Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (value !== undefined && value !== null) items[row] = Number(value)
  }
  copy(vector, items)
  setValidity(vector, values, nullCount(values))
}

export function fillBoolean(vector: RawVector, values: Values): void {
  const items = new Uint8Array(values.length)
  for (let row = 0; row < values.length; row++) items[row] = values[row] ? 1 : 0
  copy(vector, items)
  setValidity(vector, values, nullCount(values))
}

/** Lists: where each begins and how long it is, and all their items in one vector behind. */
export function fillList(
  vector: RawVector,
  values: Values,
  fill: (child: RawVector, items: Values) => unknown,
): unknown {
  const count = values.length
  const nulls = nullCount(values)
  if (nulls === count) return setValidity(vector, values, nulls)
  const places = new Uint32Array(count * 4)
  const items: unknown[] = []
  for (let row = 0; row < count; row++) {
    const list = values[row] as Values | null | undefined
    places[row * 4] = items.length
    if (!list) continue
    places[row * 4 + 2] = list.length
    for (let i = 0; i < list.length; i++) items.push(list[i])
  }
  duckdb.list_vector_reserve(vector, items.length)
  duckdb.list_vector_set_size(vector, items.length)
  // Only now the child has room.
  const alive = items.length > 0 ? fill(duckdb.list_vector_get_child(vector), items) : undefined
  copy(vector, places)
  setValidity(vector, values, nulls)
  return alive
}

function nullCount(values: Values): number {
  let nulls = 0
  for (let row = 0; row < values.length; row++) if (values[row] === undefined || values[row] === null) nulls++
  return nulls
}

/** Which rows have a value, a bit each. A fresh vector has all, so that a column without NULL needs nothing. */
function setValidity(vector: RawVector, values: Values, nulls: number): undefined {
  if (nulls === 0) return
  const count = values.length
  const mask = new Uint8Array(Math.ceil(count / 64) * 8)
  if (nulls < count)
    for (let row = 0; row < count; row++)
      if (values[row] !== undefined && values[row] !== null) mask[row >>> 3]! |= 1 << (row & 7)
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer as ArrayBuffer, 0, mask.byteLength)
}

function copy(vector: RawVector, items: ArrayBufferView): void {
  if (items.byteLength === 0) return
  duckdb.copy_data_to_vector(vector, 0, items.buffer as ArrayBuffer, items.byteOffset, items.byteLength)
}
