// observation.ts: one observation of a model request as the ledger keeps it: cleaned, identified, comparable.
import type { CallObservation, TokenCounts } from '#proto/telemetry.ts'
import { fingerprint32, hash53 } from './hash-index.ts'

/** The numbers of a request that are counts; each has its own column in `call_observations`. */
export const countFields = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'reasoningTokens',
  'webSearches',
] as const satisfies readonly (keyof TokenCounts)[]

/** The fields that have no column of their own and lie in `detail`, in the order in which they are written. */
export const detailFields = [
  'serviceName',
  'provider',
  'durationMs',
  'ttftMs',
  'statusCode',
  'errorType',
  'errorMessage',
  'attempt',
  'requestId',
  'messageId',
  'stopReason',
  'promptId',
  'project',
  'branch',
  'user',
  'host',
  'agent',
  'agentId',
  'skill',
  'plugin',
  'mcpServer',
  'querySource',
  'speed',
  'effort',
  'traceId',
  'spanId',
] as const satisfies readonly (keyof CallObservation)[]

/**
 * What the ledger keeps beside the observation itself: `unreadable` names counts that were no numbers, `usages` are the
 * complete usages that this one observation came with, when they were several (contradictions, kept for the audit).
 */
export type Kept = CallObservation & { unreadable?: string[]; usages?: string[] }

/** An observation with everything that is computed from it once. */
export type StoredObservation = {
  observation: Kept
  /** JSON text of {@link detailFields} and what {@link Kept} adds. */
  detail: string
  idHash: number
  /** Of content ({@link contentText}) and keys: whether this very version is the one that is kept. */
  fingerprint: number
  /** Of each key, and last of the weak key. */
  keyHashes: number[]
  weakHash: number | undefined
}

/** Usages of one observation that are remembered; the largest by text, so that any order of arrival keeps the same. */
const usagesMax = 5

/** Readies an observation for the ledger. Wrong types never throw: a count that is no number is left out and named. */
export function readied(observation: CallObservation): StoredObservation {
  const kept: Kept = { ...observation }
  for (const field of countFields) {
    const value: unknown = kept[field]
    if (value === undefined || Number.isSafeInteger(value)) continue
    const whole = typeof value === 'number' ? Math.round(value) : Number.NaN
    if (Number.isSafeInteger(whole)) kept[field] = whole
    else {
      delete kept[field]
      kept.unreadable = [...(kept.unreadable ?? []), field].sort()
    }
  }
  if (kept.cacheWriteTokens === undefined && (kept.cacheWrite5mTokens ?? kept.cacheWrite1hTokens) !== undefined)
    kept.cacheWriteTokens = (kept.cacheWrite5mTokens ?? 0) + (kept.cacheWrite1hTokens ?? 0)
  if (kept.reportedCostNanoUsd !== undefined) {
    const whole = Math.round(kept.reportedCostNanoUsd)
    if (Number.isSafeInteger(whole)) kept.reportedCostNanoUsd = whole
    else delete kept.reportedCostNanoUsd
  }
  tidyDetails(kept)
  kept.keys = tidyKeys(observation.keys)
  kept.observationId = wellFormed(kept.observationId)
  kept.sessionId = wellFormed(kept.sessionId)
  kept.model = wellFormed(kept.model)
  if (kept.weakKey !== undefined) kept.weakKey = wellFormed(kept.weakKey)
  return identified(kept)
}

/** Computes texts and hashes of an observation that is already clean (as read back from the table). */
export function identified(observation: Kept): StoredObservation {
  const own = detailJson(observation)
  const content = contentText(observation, own)
  const detail = observation.usages
    ? `${own === '{}' ? '{' : `${own.slice(0, -1)},`}"usages":${JSON.stringify(observation.usages)}}`
    : own
  const keyHashes: number[] = []
  for (const key of observation.keys) keyHashes.push(hash53(`${observation.tool}\n${key}`))
  let weakHash: number | undefined
  if (observation.weakKey !== undefined) {
    weakHash = hash53(`${observation.tool}\n~${observation.sessionId}\n${observation.weakKey}`)
    keyHashes.push(weakHash)
  }
  return {
    observation,
    detail,
    idHash: hash53(`${observation.tool}\n=${observation.source}\n${observation.observationId}`),
    fingerprint: fingerprint32(`${content}${observation.keys.join('\n')}`),
    keyHashes,
    weakHash,
  }
}

/**
 * The one of two versions of the same observation that stands, whichever came first: complete before partial, then the
 * higher output, the larger sum (a stream's snapshots only grow), an answer before an error, the richer, and at last
 * the text. Keys of both hold: they name the same request. Returns the very object `a` or `b` when it stands unchanged.
 */
export function mergedVersions(a: StoredObservation, b: StoredObservation): StoredObservation {
  const winner = compareVersions(a, b) >= 0 ? a : b
  const keys = tidyKeys([...a.observation.keys, ...b.observation.keys])
  const usages = [...new Set([...completeUsages(a.observation), ...completeUsages(b.observation)])].sort()
  const kept = usages.slice(-usagesMax)
  const { usages: _, ...observation } = { ...winner.observation, keys }
  const several = kept.length > 1 || (kept.length === 1 && kept[0] !== usageText(observation))
  const merged = identified(several ? { ...observation, usages: kept } : observation)
  return merged.detail === winner.detail && merged.fingerprint === winner.fingerprint ? winner : merged
}

function completeUsages(observation: Kept): string[] {
  if (observation.usages) return observation.usages
  const usage = observation.partial ? '' : usageText(observation)
  return usage === '' ? [] : [usage]
}

/** The counts of a usage as text, `''` when the observation knows none: `in=3 read=0 write=? out=12`. */
export function usageText(counts: TokenCounts): string {
  if (counts.inputTokens === undefined && counts.outputTokens === undefined) return ''
  const { inputTokens: input, cacheReadTokens: read, cacheWriteTokens: write, outputTokens: output } = counts
  return `in=${input ?? '?'} read=${read ?? '?'} write=${write ?? '?'} out=${output ?? '?'}`
}

/** All tokens an observation knows of; output counts with its reasoning. */
export function totalTokens(counts: TokenCounts): number {
  return (
    (counts.inputTokens ?? 0) +
    (counts.cacheReadTokens ?? 0) +
    (counts.cacheWriteTokens ?? 0) +
    (counts.outputTokens ?? 0)
  )
}

/** A text DuckDB gives back as it was: a lone surrogate would come back as U+FFFD and no longer be equal to itself. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed()
}

function compareVersions(a: StoredObservation, b: StoredObservation): number {
  const left = a.observation
  const right = b.observation
  return (
    Number(!left.partial) - Number(!right.partial) ||
    (left.outputTokens ?? -1) - (right.outputTokens ?? -1) ||
    totalTokens(left) - totalTokens(right) ||
    (left.webSearches ?? -1) - (right.webSearches ?? -1) ||
    Number(left.status === 'ok') - Number(right.status === 'ok') ||
    compareContents(contentText(left, detailJson(left)), contentText(right, detailJson(right)))
  )
}

function compareContents(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

const wholeNumbers: ReadonlySet<string> = new Set(['statusCode', 'attempt'])

/** Leaves out what says nothing (empty, not finite), so that an observation is equal to itself when read back. */
function tidyDetails(kept: Kept): void {
  const fields = kept as Record<string, unknown>
  for (const field of detailFields) {
    const value = fields[field]
    if (value === undefined) continue
    if (typeof value === 'string' && value !== '') {
      if (!value.isWellFormed()) fields[field] = value.toWellFormed()
    } else if (typeof value === 'number' && Number.isFinite(value)) {
      if (wholeNumbers.has(field)) fields[field] = Math.round(value) | 0
    } else delete fields[field]
  }
}

function tidyKeys(keys: string[]): string[] {
  if (keys.length < 2) return keys.map(wellFormed)
  return [...new Set(keys.map(wellFormed))].sort()
}

function detailJson(observation: Kept): string {
  const detail: Record<string, unknown> = {}
  for (const field of detailFields) {
    const value = observation[field]
    if (value !== undefined) detail[field] = value
  }
  if (observation.unreadable) detail.unreadable = observation.unreadable
  return JSON.stringify(detail)
}

/** Everything but identity, keys and `usages`: two versions of one observation are equal when this text is. */
function contentText(observation: Kept, detail: string): string {
  let text = `${observation.model}\n${observation.sessionId}\n${observation.weakKey ?? ''}\n${observation.status} ${observation.quality}${observation.partial ? ' partial' : ''} ${observation.timeUnixNano} ${observation.reportedCostNanoUsd ?? ''}`
  for (const field of countFields) text += ` ${observation[field] ?? '?'}`
  return `${text}\n${detail}`
}
