// group.ts: failures that are one problem: same kind, agent, type and message but for what changes each time.
import type { Failure } from '../lib/shapes.ts'
import { toMs } from '../lib/time.ts'

export type FailureGroup = {
  key: string
  kind: Failure['kind']
  tool: string
  serviceName: string | undefined
  title: string
  message: string
  count: number
  first: number
  last: number
  sessions: number
  examples: Failure[]
}

const examplesMax = 50

/** A message without what differs from one time to the next: ids, numbers, times, paths' last parts, quoted words. */
export function normalized(message: string): string {
  return message
    .slice(0, 400)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '…')
    .replace(/\b(?:req|msg|call|toolu|resp|chatcmpl)[-_][\w-]+/g, '…')
    .replace(/\b[0-9a-f]{12,}\b/gi, '…')
    .replace(/(?:\/[\w.@~-]+){2,}/g, '…')
    .replace(/\d+(?:\.\d+)?/g, 'N')
    .replace(/\s+/g, ' ')
    .trim()
}

/** What a failure is called: its type, its status, else what failed. */
export function titleOf(failure: Failure): string {
  const type = failure.errorType || (failure.statusCode === undefined ? '' : `status ${failure.statusCode}`)
  const what =
    failure.toolName ||
    (failure.kind === 'model_call' ? 'Model request' : failure.kind === 'event' ? failure.id : undefined) ||
    'Failure'
  return type && type !== what ? `${what}: ${type}` : what
}

/** Groups by what is the same; the most frequent first. */
export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup & { ids: Set<string> }>()
  for (const failure of failures) {
    const title = titleOf(failure)
    const message = failure.message ?? ''
    const key = JSON.stringify([
      failure.kind,
      failure.tool || failure.serviceName,
      title,
      failure.statusCode,
      normalized(message),
    ])
    const time = toMs(failure.timestamp)
    let group = groups.get(key)
    if (!group) {
      group = {
        key,
        kind: failure.kind,
        tool: failure.tool,
        serviceName: failure.serviceName,
        title,
        message,
        count: 0,
        first: time,
        last: time,
        sessions: 0,
        examples: [],
        ids: new Set(),
      }
      groups.set(key, group)
    }
    group.count += failure.count
    group.first = Math.min(group.first, time)
    group.last = Math.max(group.last, time)
    if (failure.sessionId) group.ids.add(failure.sessionId)
    if (group.examples.length < examplesMax) group.examples.push(failure)
  }
  return [...groups.values()]
    .map(({ ids, ...group }) => ({ ...group, sessions: ids.size }))
    .sort((a, b) => b.count - a.count || b.last - a.last)
}

/** How many failures each step of time has. */
export function failuresOver(failures: readonly Failure[], stepMs: number): [number, number][] {
  const counts = new Map<number, number>()
  for (const { timestamp, count } of failures) {
    const start = Math.floor(toMs(timestamp) / stepMs) * stepMs
    counts.set(start, (counts.get(start) ?? 0) + count)
  }
  return [...counts].sort(([a], [b]) => a - b)
}
