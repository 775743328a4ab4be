// memory.ts: the memory of a running process, as Linux tells it.
import { existsSync, readFileSync } from 'node:fs'

/** Whether the system tells it the way we ask. */
export const tellsMemory = existsSync('/proc/self/status')

/** Resident megabytes of a process, 0 when it is gone. */
export function residentMb(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Math.round(Number(kilobytes ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** Looks at a process every 50 ms until `stop`, which gives the most that it had. */
export function watchMemory(pid: number): { stop(): number } {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, residentMb(pid))
  }, 50)
  return {
    stop() {
      clearInterval(timer)
      return most
    },
  }
}
