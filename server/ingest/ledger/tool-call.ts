// tool-call.ts: what the doors know of one tool call, merged field by field.
import { jsonString } from '#proto/attributes.ts'
import type { Source, ToolCallObservation } from '#proto/telemetry.ts'
import { fingerprint32, hash53 } from './hash-index.ts'
import { wellFormed } from './observation.ts'

const textFields = [
  'messageId',
  'promptId',
  'agent',
  'agentId',
  'mcpServer',
  'toolName',
  'errorType',
  'errorMessage',
  'decision',
  'decisionSource',
  'input',
  'output',
  'filePath',
  'project',
  'branch',
] as const satisfies readonly (keyof ToolCallObservation)[]
const numberFields = ['durationMs', 'blockedMs', 'linesAdded', 'linesRemoved'] as const
const allFields = [...textFields, ...numberFields, 'success'] as const
type Field = (typeof allFields)[number]

/**
 * Texts are kept to this many characters. The whole of what a file holds is in `messages`, where a session's page reads it, and
 * here it stands twice, as said and as merged: with 2,048 characters tool calls were as much text as all messages, and 135 MiB of
 * transcripts took 6 to 8 % more CPU. What was sent or called may be nowhere else in order.
 */
const textMax = (source: Source) => (source === 'transcript' ? 512 : 8_192)

/** Doors in the order in which they are believed about a tool call. */
const doors: readonly Source[] = ['otlp_logs', 'hook', 'transcript', 'otlp_traces', 'push', 'otlp_metrics']
const fieldDoors: Partial<Record<Field, readonly Source[]>> = {
  messageId: ['transcript'],
  // Claude Code's events call every tool of an MCP server `mcp_tool`.
  toolName: ['transcript', 'hook'],
  agentId: ['transcript'],
  project: ['transcript', 'hook'],
  branch: ['transcript', 'hook'],
  linesAdded: ['transcript'],
  linesRemoved: ['transcript'],
}

/** The facts of one door about one call, already merged. */
export type ToolFacts = Pick<ToolCallObservation, 'source' | 'tool' | 'sessionId' | 'callId' | 'timeUnixNano'> &
  Partial<Pick<ToolCallObservation, Field>>

/** One tool call as all doors together tell it. */
export type ToolCall = Omit<ToolFacts, 'source'> & { toolName: string; sources: Source[] }

/** A tool call observation without what is too long or empty. */
export function toolFacts(observation: ToolCallObservation): ToolFacts {
  const { source, tool, timeUnixNano } = observation
  const facts: ToolFacts = {
    source,
    tool,
    sessionId: wellFormed(observation.sessionId),
    callId: wellFormed(observation.callId),
    timeUnixNano,
  }
  const max = textMax(source)
  for (const field of textFields) {
    const value = observation[field]
    if (typeof value === 'string' && value !== '')
      facts[field] = wellFormed(value.length > max ? value.slice(0, max) : value)
  }
  for (const field of numberFields) {
    const value = observation[field]
    if (typeof value === 'number' && Number.isFinite(value)) facts[field] = value
  }
  for (const field of ['linesAdded', 'linesRemoved'] as const)
    if (facts[field] !== undefined) facts[field] = Math.round(facts[field])
  if (typeof observation.success === 'boolean') facts.success = observation.success
  return facts
}

/**
 * Two observations of one call by one door as one (call and result, decision and execution). Every field is a maximum
 * in some order, so that neither order nor repetition matters: the longer text, the larger number, failure over success.
 */
export function mergedFacts(a: ToolFacts, b: ToolFacts): ToolFacts {
  const merged: ToolFacts = { ...a, timeUnixNano: earlier(a.timeUnixNano, b.timeUnixNano) }
  for (const field of textFields) {
    const left = a[field]
    const right = b[field]
    if (right === undefined) continue
    if (left === undefined || right.length > left.length || (right.length === left.length && right > left))
      merged[field] = right
  }
  for (const field of numberFields) {
    const right = b[field]
    if (right !== undefined && right > (a[field] ?? Number.NEGATIVE_INFINITY)) merged[field] = right
  }
  if (b.success !== undefined) merged.success = (a.success ?? true) && b.success
  return merged
}

function earlier(a: bigint, b: bigint): bigint {
  if (b < a) return b
  return a
}

/** One call from the facts of all its doors. */
export function resolvedToolCall(facts: readonly ToolFacts[]): ToolCall {
  const [only] = facts
  if (only && facts.length === 1) {
    const { source, toolName = '', ...rest } = only
    return { ...rest, toolName, sources: [source] }
  }
  const ordered = [...facts].sort((a, b) => doors.indexOf(a.source) - doors.indexOf(b.source))
  const first = ordered[0] as ToolFacts
  const call: ToolCall = {
    tool: first.tool,
    sessionId: first.sessionId,
    callId: first.callId,
    timeUnixNano: ordered.map(({ timeUnixNano }) => timeUnixNano).reduce(earlier),
    toolName: '',
    sources: ordered.map(({ source }) => source).sort(),
  }
  const into = call as Record<string, unknown>
  for (const field of allFields) {
    const value = fieldOf(ordered, field)
    if (value !== undefined) into[field] = value
  }
  return call
}

function fieldOf(ordered: readonly ToolFacts[], field: Field): unknown {
  if (field === 'input' || field === 'output') return longest(ordered, field)
  if (field === 'success') return succeeded(ordered)
  for (const door of fieldDoors[field] ?? []) {
    const value = ordered.find(({ source }) => source === door)?.[field]
    if (value !== undefined) return value
  }
  return ordered.find((facts) => facts[field] !== undefined)?.[field]
}

/**
 * Failure over success: who tells of one saw it. Codex and Gemini report a shell command that failed as a success, where the
 * hook and the file know better; and a patch that did not fit is in Codex's file a text like any other.
 */
function succeeded(ordered: readonly ToolFacts[]): boolean | undefined {
  const told = ordered.map(({ success }) => success).filter((success) => success !== undefined)
  return told.length === 0 ? undefined : told.every(Boolean)
}

/** Doors cut or withhold texts as they please: who tells most is believed. */
function longest(ordered: readonly ToolFacts[], field: 'input' | 'output'): string | undefined {
  let best: string | undefined
  for (const facts of ordered) {
    const value = facts[field]
    if (value !== undefined && (best === undefined || value.length > best.length)) best = value
  }
  return best
}

/** The JSON text of what is not in columns of `tool_call_observations`. */
export function toolDetail(facts: ToolFacts): string {
  let text = ''
  for (const field of allFields) {
    const value = facts[field]
    if (value !== undefined) text += `,"${field}":${typeof value === 'string' ? jsonString(value) : value}`
  }
  return `{${text.slice(1)}}`
}

/** Identity of a call over all doors. */
export const toolCallHash = (facts: ToolFacts) => hash53(`${facts.tool}\n#${facts.sessionId}\n${facts.callId}`)
/** Identity of what one door says of it. */
export const toolFactsHash = (facts: ToolFacts) =>
  hash53(`${facts.tool}\n#${facts.sessionId}\n${facts.callId}\n${facts.source}`)
export const toolFingerprint = (facts: ToolFacts, detail: string) => fingerprint32(`${facts.timeUnixNano}${detail}`)
