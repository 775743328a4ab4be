// observation.ts: one observation of a model request as the ledger keeps it: cleaned, identified, comparable.
import { jsonString } from '#proto/attributes.ts'
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
  // Nearly all are clean and need no copy: 3.1 µs instead of 3.3, and less for the garbage collector.
  return identified(isTidy(observation) ? observation : tidied(observation))
}

function tidied(observation: CallObservation): Kept {
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
  return kept
}

/** Whether {@link tidied} would change nothing. */
function isTidy(o: CallObservation): boolean {
  return (
    isCount(o.inputTokens) &&
    isCount(o.cacheReadTokens) &&
    isCount(o.cacheWriteTokens) &&
    isCount(o.cacheWrite5mTokens) &&
    isCount(o.cacheWrite1hTokens) &&
    isCount(o.outputTokens) &&
    isCount(o.reasoningTokens) &&
    isCount(o.webSearches) &&
    isCount(o.reportedCostNanoUsd) &&
    (o.cacheWriteTokens !== undefined || (o.cacheWrite5mTokens === undefined && o.cacheWrite1hTokens === undefined)) &&
    isText(o.serviceName) &&
    isText(o.provider) &&
    isNumber(o.durationMs) &&
    isNumber(o.ttftMs) &&
    isSmall(o.statusCode) &&
    isText(o.errorType) &&
    isText(o.errorMessage) &&
    isSmall(o.attempt) &&
    isText(o.requestId) &&
    isText(o.messageId) &&
    isText(o.stopReason) &&
    isText(o.promptId) &&
    isText(o.project) &&
    isText(o.branch) &&
    isText(o.user) &&
    isText(o.host) &&
    isText(o.agent) &&
    isText(o.agentId) &&
    isText(o.skill) &&
    isText(o.plugin) &&
    isText(o.mcpServer) &&
    isText(o.querySource) &&
    isText(o.speed) &&
    isText(o.effort) &&
    isText(o.traceId) &&
    isText(o.spanId) &&
    areTidyKeys(o.keys) &&
    o.observationId.isWellFormed() &&
    o.sessionId.isWellFormed() &&
    o.model.isWellFormed() &&
    (o.weakKey === undefined || o.weakKey.isWellFormed())
  )
}

const isCount = (value: unknown) => value === undefined || Number.isSafeInteger(value)
const isText = (value: unknown) =>
  value === undefined || (typeof value === 'string' && value !== '' && value.isWellFormed())
const isNumber = (value: unknown) => value === undefined || Number.isFinite(value)
const isSmall = (value: unknown) => value === undefined || (typeof value === 'number' && (value | 0) === value)

function areTidyKeys(keys: readonly string[]): boolean {
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string
    if (!key.isWellFormed() || (at > 0 && key <= (keys[at - 1] as string))) return false
  }
  return true
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

/** As `JSON.stringify` writes an object of the {@link detailFields} that are known. */
function detailJson(o: Kept): string {
  const text =
    detailPart('"serviceName":', o.serviceName) +
    detailPart('"provider":', o.provider) +
    detailPart('"durationMs":', o.durationMs) +
    detailPart('"ttftMs":', o.ttftMs) +
    detailPart('"statusCode":', o.statusCode) +
    detailPart('"errorType":', o.errorType) +
    detailPart('"errorMessage":', o.errorMessage) +
    detailPart('"attempt":', o.attempt) +
    detailPart('"requestId":', o.requestId) +
    detailPart('"messageId":', o.messageId) +
    detailPart('"stopReason":', o.stopReason) +
    detailPart('"promptId":', o.promptId) +
    detailPart('"project":', o.project) +
    detailPart('"branch":', o.branch) +
    detailPart('"user":', o.user) +
    detailPart('"host":', o.host) +
    detailPart('"agent":', o.agent) +
    detailPart('"agentId":', o.agentId) +
    detailPart('"skill":', o.skill) +
    detailPart('"plugin":', o.plugin) +
    detailPart('"mcpServer":', o.mcpServer) +
    detailPart('"querySource":', o.querySource) +
    detailPart('"speed":', o.speed) +
    detailPart('"effort":', o.effort) +
    detailPart('"traceId":', o.traceId) +
    detailPart('"spanId":', o.spanId)
  const all = o.unreadable ? `${text},"unreadable":${JSON.stringify(o.unreadable)}` : text
  return `{${all.slice(1)}}`
}

function detailPart(name: string, value: string | number | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? `,${name}${jsonString(value)}` : `,${name}${value}`
}

/** Everything but identity, keys and `usages`: two versions of one observation are equal when this text is. */
function contentText(o: Kept, detail: string): string {
  return `${o.model}\n${o.sessionId}\n${o.weakKey ?? ''}\n${o.status} ${o.quality}${o.partial ? ' partial' : ''} ${o.timeUnixNano} ${o.reportedCostNanoUsd ?? ''} ${o.inputTokens ?? '?'} ${o.cacheReadTokens ?? '?'} ${o.cacheWriteTokens ?? '?'} ${o.cacheWrite5mTokens ?? '?'} ${o.cacheWrite1hTokens ?? '?'} ${o.outputTokens ?? '?'} ${o.reasoningTokens ?? '?'} ${o.webSearches ?? '?'}\n${detail}`
}
