// hash-index.ts: an open-addressing map from 53-bit hashes to two 32-bit numbers, in typed arrays.

/** Entries a new index has room for before it grows. */
const capacityMin = 1 << 12
/** Beyond this share of used slots probes get long. */
const loadMax = 0.6

/**
 * Whether we know a request, a tool call or a message must be answered for every record that arrives, without a query.
 * A `Map` of strings would cost some 150 bytes an entry; this costs 27 (16 a slot), and has nothing for the garbage
 * collector to walk. Entries are never removed; a rebuilt index starts fresh.
 */
export class HashIndex {
  #hashes: Float64Array
  #values: Uint32Array
  #marks: Uint32Array
  #size = 0

  constructor(expected = 0) {
    let capacity = capacityMin
    while (capacity * loadMax < expected) capacity *= 2
    this.#hashes = new Float64Array(capacity)
    this.#values = new Uint32Array(capacity)
    this.#marks = new Uint32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#hashes.byteLength + this.#values.byteLength + this.#marks.byteLength
  }

  /** The slot of a hash, -1 when it is unknown. A slot is good until the next `set`. */
  find(hash: number): number {
    const mask = this.#hashes.length - 1
    for (let slot = (hash >>> 0) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#hashes[slot]
      if (found === hash) return slot
      if (found === 0) return -1
    }
  }

  value(slot: number): number {
    return this.#values[slot] as number
  }

  mark(slot: number): number {
    return this.#marks[slot] as number
  }

  /** Adds or replaces. `value` and `mark` are unsigned 32-bit integers. */
  set(hash: number, value: number, mark: number): void {
    if (this.#size >= this.#hashes.length * loadMax) this.#grow()
    const mask = this.#hashes.length - 1
    let slot = (hash >>> 0) & mask
    while (this.#hashes[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask
    if (this.#hashes[slot] === 0) this.#size++
    this.#hashes[slot] = hash
    this.#values[slot] = value
    this.#marks[slot] = mark
  }

  #grow(): void {
    const hashes = this.#hashes
    const values = this.#values
    const marks = this.#marks
    this.#hashes = new Float64Array(hashes.length * 2)
    this.#values = new Uint32Array(hashes.length * 2)
    this.#marks = new Uint32Array(hashes.length * 2)
    const mask = this.#hashes.length - 1
    for (let from = 0; from < hashes.length; from++) {
      const hash = hashes[from] as number
      if (hash === 0) continue
      let slot = (hash >>> 0) & mask
      while (this.#hashes[slot] !== 0) slot = (slot + 1) & mask
      this.#hashes[slot] = hash
      this.#values[slot] = values[from] as number
      this.#marks[slot] = marks[from] as number
    }
  }
}

/**
 * A hash of 53 bits, the widest that a `number` and a DOUBLE column hold exactly; never 0. It is stored, so the function
 * is one whose result is fixed by its definition (xxHash32 over UTF-8, twice with different seeds).
 */
export function hash53(text: string): number {
  const high = Bun.hash.xxHash32(text, 0x9e3779b1) >>> 11
  const low = Bun.hash.xxHash32(text, 0x85ebca77)
  return high * 4294967296 + low || 1
}

/** 32 bits that tell two contents of one identity apart; never 0, which stands for "none". */
export function fingerprint32(text: string): number {
  return Bun.hash.xxHash32(text, 0xc2b2ae3d) || 1
}
