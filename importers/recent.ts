// recent.ts: a map that forgets what was set long ago: what one batch must know of those before it.

const forgetting: (() => void)[] = []

/** Has the agents forget everything, as a new process would; for tests that must not know what another one sent. */
export function forgetBatches(): void {
  for (const forget of forgetting) forget()
}

/**
 * Holds at least half of `max` of the entries that were set or asked for last, and never more than `max`. Made once, for
 * the life of the program.
 */
export class Recent<V> {
  readonly #half: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()

  constructor(max: number) {
    this.#half = max / 2
    forgetting.push(() => this.#clear())
  }

  #clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: V): void {
    this.#young.set(key, value)
    if (this.#young.size <= this.#half) return
    this.#old = this.#young
    this.#young = new Map()
  }
}
