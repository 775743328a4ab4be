// now.ts: the time, moving in steps, for everything that says "3m ago" or ends at now.
import { useSyncExternalStore } from 'react'

type Clock = { now: number; listeners: Set<() => void>; timer: ReturnType<typeof setInterval> | undefined }
const clocks = new Map<number, Clock>()

/** The time in ms, renewed every `everyMs`. All that ask for the same step share one timer. */
export function useNow(everyMs = 10_000): number {
  let clock = clocks.get(everyMs)
  if (!clock) {
    clock = { now: Date.now(), listeners: new Set(), timer: undefined }
    clocks.set(everyMs, clock)
  }
  const shared = clock
  return useSyncExternalStore(
    (listener) => {
      shared.listeners.add(listener)
      shared.timer ??= setInterval(() => {
        shared.now = Date.now()
        for (const each of shared.listeners) each()
      }, everyMs)
      return () => {
        shared.listeners.delete(listener)
        if (shared.listeners.size > 0) return
        clearInterval(shared.timer)
        shared.timer = undefined
      }
    },
    () => shared.now,
  )
}
