// recent.ts: a map that forgets what was not used lately.

/**
 * Holds at least half of `weightMax` of what was used last, and never more than all of it (summed weights, 1 each unless
 * told). Two generations instead of one ordered map: taking the oldest entry out of a `Map` again and again leaves holes
 * at its front that every look at the front walks over (31 % of the write path when it was so).
 */
export class Recent<K, V> {
  readonly #generationMax: number
  #young = new Map<K, { value: V; weight: number }>()
  #old = new Map<K, { value: V; weight: number }>()
  #weight = 0
  /** Whether anything fell out since it was last empty. */
  hasForgotten = false

  constructor(weightMax: number) {
    this.#generationMax = weightMax / 2
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young) return young.value
    const old = this.#old.get(key)
    if (old) this.set(key, old.value, old.weight)
    return old?.value
  }

  set(key: K, value: V, weight = 1): void {
    this.#weight += weight - (this.#young.get(key)?.weight ?? 0)
    this.#young.set(key, { value, weight })
    this.#old.delete(key)
    if (this.#weight <= this.#generationMax) return
    this.hasForgotten ||= this.#old.size > 0
    this.#old = this.#young
    this.#young = new Map()
    this.#weight = 0
  }

  delete(key: K): void {
    this.#weight -= this.#young.get(key)?.weight ?? 0
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#weight = 0
    this.hasForgotten = false
  }
}
