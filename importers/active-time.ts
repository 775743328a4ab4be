// active-time.ts: how long an agent was at work in a session: its turns, from the prompt to the last thing done for it.

/** JSON that {@link ActiveTime} goes on from; times in ms. */
export type ActiveState = { done: number; start?: number; last?: number; exact?: number }

/**
 * Adds up turns. A turn begins with a prompt and ends with the last record before the next; where the agent itself says
 * how long it took, that stands instead. Waiting for the next prompt counts nothing.
 */
export class ActiveTime {
  readonly state: ActiveState

  constructor(state?: ActiveState) {
    this.state = state ?? { done: 0 }
  }

  /** A prompt: the turn before it is over. */
  begin(timeUnixNano: bigint): void {
    this.state.done = this.totalMs
    this.state.start = this.state.last = Number(timeUnixNano / 1_000_000n)
    delete this.state.exact
  }

  /** Something done for the prompt. */
  touch(timeUnixNano: bigint): void {
    const at = Number(timeUnixNano / 1_000_000n)
    if (this.state.start === undefined) this.state.start = at
    if (this.state.last === undefined || at > this.state.last) this.state.last = at
  }

  /** What the agent says the turn took. */
  took(ms: number): void {
    this.state.exact = (this.state.exact ?? 0) + ms
  }

  /** All turns so far, the running one with what it has. */
  get totalMs(): number {
    const { done, start, last, exact } = this.state
    return done + (exact ?? (start !== undefined && last !== undefined ? Math.max(0, last - start) : 0))
  }
}
