// resolve.ts: the observations of one component → the model requests they are of, each counted once.
import type { Source } from '#proto/telemetry.ts'
import { type Counts, countsAlone, countsOf, isReadable, readable } from './counts.ts'
import { grouped, type Request } from './grouping.ts'
import { countFields, type Kept } from './observation.ts'
import { compareCounts, compareFacts, compareText, picked, sessionRank, timeRank } from './precedence.ts'

/** Where doors disagree about a number: what each said, which stands and why (`/api/audit`). */
export type Difference = {
  field: string
  values: Record<string, number | string>
  used: number | string
  reason: string
}

/** One model request as all its observations together tell it; not yet priced. Counts never overlap (contract §4). */
export type ResolvedCall = {
  callId: string
  tool: string
  serviceName?: string
  sessionId: string
  timeUnixNano: bigint
  durationMs?: number
  ttftMs?: number
  model: string
  provider?: string
  status: 'ok' | 'error'
  statusCode?: number
  errorType?: string
  errorMessage?: string
  attempt?: number
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  cacheWrite5mTokens: number
  cacheWrite1hTokens: number
  outputTokens: number
  reasoningTokens: number
  webSearches: number
  requestId?: string
  messageId?: string
  promptId?: string
  agent?: string
  agentId?: string
  skill?: string
  plugin?: string
  mcpServer?: string
  querySource?: string
  speed?: string
  effort?: string
  stopReason?: string
  project?: string
  branch?: string
  user?: string
  host?: string
  traceId?: string
  spanId?: string
  /** Sorted, each once. */
  sources: Source[]
  quality: 'exact' | 'derived' | 'estimated'
  reportedCostNanoUsd?: number
  differences: Difference[]
}

/** How many forks lie between a session and the first of its line; 0 when it is nobody's copy. */
export type Lineage = (tool: string, sessionId: string) => number

/**
 * The requests behind a set of observations. Pure, and the same for any order of the same set; `lineage` must know the
 * forks of the sessions in it.
 */
export function resolve(observations: readonly Kept[], lineage: Lineage): ResolvedCall[] {
  return grouped(observations).map((request) => resolvedRequest(request, lineage))
}

function resolvedRequest({ observations }: Request, lineage: Lineage): ResolvedCall {
  const [only] = observations
  if (only && observations.length === 1) return resolvedAlone(only)
  const facts = [...observations].sort(compareFacts)
  const counts = [...observations].sort(compareCounts)
  const best = facts[0] as Kept
  const failed = best.status === 'error'
  const numbers = countsOf(counts)
  const differences = countDifferences(counts, numbers)
  differences.push(...unreadableCounts(observations))
  const call: ResolvedCall = {
    callId: callId(observations),
    tool: best.tool,
    serviceName: picked('serviceName', facts),
    sessionId: sessionOf(facts, lineage),
    timeUnixNano: timeOf(facts.filter(({ status }) => status === best.status)),
    durationMs: picked('durationMs', facts),
    ttftMs: picked('ttftMs', facts),
    // The model belongs to the counts: a stream that changed its model midway is billed by the one that finished it.
    model: (counts.find(({ model }) => model !== '') ?? best).model,
    provider: picked('provider', facts),
    status: best.status,
    statusCode: picked('statusCode', facts),
    errorType: failed ? picked('errorType', facts) : undefined,
    errorMessage: failed ? picked('errorMessage', facts) : undefined,
    attempt: picked('attempt', facts),
    ...numbers,
    requestId: picked('requestId', facts),
    messageId: picked('messageId', facts),
    promptId: picked('promptId', facts),
    agent: picked('agent', facts),
    agentId: picked('agentId', facts),
    skill: picked('skill', facts),
    plugin: picked('plugin', facts),
    mcpServer: picked('mcpServer', facts),
    querySource: picked('querySource', facts),
    speed: picked('speed', facts),
    effort: picked('effort', facts),
    stopReason: picked('stopReason', facts),
    project: picked('project', facts),
    branch: picked('branch', facts),
    user: picked('user', facts),
    host: picked('host', facts),
    traceId: picked('traceId', facts),
    spanId: picked('spanId', facts),
    sources: [...new Set(observations.map(({ source }) => source))].sort(),
    quality: (counts[0] as Kept).quality,
    reportedCostNanoUsd: reportedCost(counts, differences),
    differences,
  }
  factDifference('model', counts, call.model, 'belongs to the counts that are used', differences)
  factDifference('status', facts, call.status, 'an answer stands over an error of the same request', differences)
  factDifference('sessionId', facts, call.sessionId, 'the original, not a copy of its history', differences)
  return call
}

/**
 * A request that one door saw, which is nearly every request when it is first told: there is nothing to choose. Gives what
 * the general way gives (a test holds it to that) at a third of the time.
 */
function resolvedAlone(only: Kept): ResolvedCall {
  const failed = only.status === 'error'
  const cost = only.reportedCostNanoUsd
  return {
    callId: callId([only]),
    tool: only.tool,
    serviceName: only.serviceName,
    sessionId: only.sessionId,
    timeUnixNano: only.timeUnixNano,
    durationMs: only.durationMs,
    ttftMs: only.ttftMs,
    model: only.model,
    provider: only.provider,
    status: only.status,
    statusCode: only.statusCode,
    errorType: failed ? only.errorType : undefined,
    errorMessage: failed ? only.errorMessage : undefined,
    attempt: only.attempt,
    ...countsAlone(only),
    requestId: only.requestId,
    messageId: only.messageId,
    promptId: only.promptId,
    agent: only.agent,
    agentId: only.agentId,
    skill: only.skill,
    plugin: only.plugin,
    mcpServer: only.mcpServer,
    querySource: only.querySource,
    speed: only.speed,
    effort: only.effort,
    stopReason: only.stopReason,
    project: only.project,
    branch: only.branch,
    user: only.user,
    host: only.host,
    traceId: only.traceId,
    spanId: only.spanId,
    sources: [only.source],
    quality: only.quality,
    reportedCostNanoUsd: cost !== undefined && cost >= 0 ? cost : undefined,
    differences: isReadable(only) ? [] : unreadableCounts([only]),
  }
}

/** Stable for a request: from its smallest key, else from its smallest record, which no other request has. */
function callId(observations: readonly Kept[]): string {
  let key: string | undefined
  let record: string | undefined
  for (const observation of observations) {
    for (const own of observation.keys) if (key === undefined || own < key) key = own
    const own = `=${observation.source}:${observation.observationId}`
    if (record === undefined || own < record) record = own
  }
  return `${observations[0]?.tool ?? ''}/${key ?? record}`
}

/** What the agent says the request cost: the first positive amount in the order of the counts, else a plain 0. */
function reportedCost(counts: readonly Kept[], differences: Difference[]): number | undefined {
  let used: number | undefined
  for (const { reportedCostNanoUsd } of counts) {
    if (reportedCostNanoUsd === undefined || reportedCostNanoUsd < 0) continue
    if (used === undefined || (used === 0 && reportedCostNanoUsd > 0)) used = reportedCostNanoUsd
  }
  if (used === undefined) return undefined
  const values = valuesByDoor(counts, ({ reportedCostNanoUsd }) => reportedCostNanoUsd)
  if (new Set(Object.values(values)).size > 1)
    differences.push({ field: 'reportedCostNanoUsd', values, used, reason: 'of the observation whose counts are used' })
  return used
}

function sessionOf(facts: readonly Kept[], lineage: Lineage): string {
  let best: Kept | undefined
  for (const fact of facts) {
    if (fact.sessionId === '') continue
    if (!best || (fact.sessionId !== best.sessionId && compareSessions(fact, best, lineage) < 0)) best = fact
  }
  return best?.sessionId ?? ''
}

/** Copies of a history keep its times or are stamped later, never earlier; a fork stands behind what it was forked from. */
function compareSessions(a: Kept, b: Kept, lineage: Lineage): number {
  const byDoor = sessionRank(a.source) - sessionRank(b.source)
  if (byDoor !== 0) return byDoor
  const byLineage = lineage(a.tool, a.sessionId) - lineage(b.tool, b.sessionId)
  if (byLineage !== 0) return byLineage
  if (a.timeUnixNano !== b.timeUnixNano) return a.timeUnixNano < b.timeUnixNano ? -1 : 1
  return compareText(a.sessionId, b.sessionId)
}

function timeOf(facts: readonly Kept[]): bigint {
  let best = facts[0] as Kept
  for (const fact of facts) {
    const rank = timeRank(fact.source) - timeRank(best.source)
    if (rank < 0 || (rank === 0 && fact.timeUnixNano < best.timeUnixNano)) best = fact
  }
  return best.timeUnixNano
}

const countReasons: Partial<Record<(typeof countFields)[number], string>> = {
  reasoningTokens: 'of the observation whose counts are used',
  webSearches: 'the larger: the agent writes 0 beside the usage and the number beside the result',
}

function countDifferences(counts: readonly Kept[], numbers: Counts): Difference[] {
  const differences: Difference[] = []
  for (const field of countFields) {
    const values = valuesByDoor(counts, (observation) => observation[field])
    if (new Set(Object.values(values)).size < 2) continue
    const reason = countReasons[field] ?? `the whole usage with the highest output, seen by ${counts[0]?.source}`
    differences.push({ field, values, used: numbers[field], reason })
  }
  return differences
}

/** What each door said, best observation first; a second value of the same door is told as `door (2)`. */
function valuesByDoor<T extends number | string>(
  observations: readonly Kept[],
  value: (observation: Kept) => T | undefined,
): Record<string, T> {
  const values: Record<string, T> = {}
  const seen = new Map<string, T[]>()
  for (const observation of observations) {
    const own = value(observation)
    if (own === undefined || own === '') continue
    const before = seen.get(observation.source) ?? []
    if (before.includes(own)) continue
    before.push(own)
    seen.set(observation.source, before)
    values[before.length === 1 ? observation.source : `${observation.source} (${before.length})`] = own
  }
  return values
}

function factDifference(
  field: 'model' | 'status' | 'sessionId',
  facts: readonly Kept[],
  used: string,
  reason: string,
  differences: Difference[],
): void {
  const values = valuesByDoor(facts, (observation) => observation[field])
  if (new Set(Object.values(values)).size > 1) differences.push({ field, values, used, reason })
}

/** Counts that cannot be counts, and usages that one and the same record contradicted itself with. */
function unreadableCounts(observations: readonly Kept[]): Difference[] {
  const differences: Difference[] = []
  for (const observation of observations) {
    const { source, unreadable, usages } = observation
    for (const field of unreadable ?? [])
      differences.push({ field, values: { [source]: 'unreadable' }, used: 'unknown', reason: 'not a number' })
    for (const field of countFields) {
      const value = observation[field]
      if (value !== undefined && readable(value) === undefined)
        differences.push({ field, values: { [source]: value }, used: 'unknown', reason: 'no request has such a count' })
    }
    if (usages)
      differences.push({
        field: 'usage',
        values: Object.fromEntries(usages.map((usage, index) => [index ? `${source} (${index + 1})` : source, usage])),
        used: `out=${observation.outputTokens ?? '?'}`,
        reason: 'one record came with several usages; the highest output is its last word',
      })
  }
  if (differences.length > 1) differences.sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)))
  return differences
}
