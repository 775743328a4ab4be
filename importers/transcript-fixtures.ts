// transcript-fixtures.ts: reads trees of transcript files in tests as the program does, but without a store.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Skipped, TranscriptFile, TranscriptSlice, Transcripts } from '#proto/agent.ts'
import type {
  CallObservation,
  MessageRecord,
  SessionObservation,
  Telemetry,
  ToolCallObservation,
} from '#proto/telemetry.ts'
import { noTelemetry } from '#proto/telemetry.ts'

/** The recordings of the agents, as they lie in the project. */
export const fixtures = resolve(import.meta.dir, '../fixtures')

export type Reading = {
  telemetry: Telemetry
  skipped: (Skipped & { path: string })[]
  unknown: Record<string, number>
  files: number
}

/** How a tree is read: in slices of so many lines, each by a new reader that is given the state the last one left. */
export type ReadOptions = { sliceLines?: number; root?: string }

/** Reads every file of one agent under a folder. */
export function readTree(transcripts: Transcripts, folder: string, options: ReadOptions = {}): Reading {
  const reading: Reading = { telemetry: noTelemetry(), skipped: [], unknown: {}, files: 0 }
  const paths = [...filesIn(folder), ...(transcripts.companions?.(folder) ?? []).filter(isFile)]
  for (const path of paths.filter((path) => transcripts.match(path)).sort()) {
    reading.files++
    for (const slice of readFile(transcripts, path, { root: folder, ...options })) {
      addSlice(reading, slice, path)
    }
  }
  return reading
}

/** Reads lines as if they were a file of this name. */
export function readLines(
  transcripts: Transcripts,
  path: string,
  lines: (object | string)[],
  options: ReadOptions = {},
) {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  const reading: Reading = { telemetry: noTelemetry(), skipped: [], unknown: {}, files: 1 }
  for (const slice of slices(transcripts, fileOf(path, options), texts, options)) addSlice(reading, slice, path)
  return reading
}

function fileOf(path: string, { root }: ReadOptions): TranscriptFile {
  return { path, root: root ?? path, modifiedUnixNano: 1_900_000_000_000_000_000n }
}

function readFile(transcripts: Transcripts, path: string, options: ReadOptions): TranscriptSlice[] {
  const file = fileOf(path, options)
  if (transcripts.kind(path) === 'whole') return [...(transcripts.readWhole?.(file, undefined) ?? [])]
  return slices(transcripts, file, readFileSync(path, 'utf8').split('\n'), options)
}

function slices(
  transcripts: Transcripts,
  file: TranscriptFile,
  texts: string[],
  options: ReadOptions,
): TranscriptSlice[] {
  const lines = texts.map((text, index) => ({ text, line: index + 1 })).filter(({ text }) => text !== '')
  const size = options.sliceLines ?? Math.max(1, lines.length)
  const out: TranscriptSlice[] = []
  let state: unknown
  for (let at = 0; at < lines.length; at += size) {
    const reader = transcripts.open(file, state)
    out.push(reader.read(lines.slice(at, at + size)))
    state = JSON.parse(JSON.stringify(reader.state()))
  }
  return out
}

function addSlice(reading: Reading, slice: TranscriptSlice, path: string): void {
  for (const [name, records] of Object.entries(slice.telemetry))
    (reading.telemetry[name as keyof Telemetry] as unknown[]).push(...records)
  reading.skipped.push(...slice.skipped.map((one) => ({ ...one, path })))
  for (const [type, count] of Object.entries(slice.unknown ?? {}))
    reading.unknown[type] = (reading.unknown[type] ?? 0) + count
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The requests behind observations: one per identity, then one per shared key, complete and largest first. */
export function requestsOf({ calls }: Telemetry): CallObservation[] {
  const better = (a: CallObservation, b: CallObservation) =>
    Number(a.partial ?? false) - Number(b.partial ?? false) || (b.outputTokens ?? 0) - (a.outputTokens ?? 0)
  const owners = new Map<string, CallObservation>()
  const requests: CallObservation[] = []
  for (const call of [...calls].sort(better)) {
    const keys = call.keys.length > 0 ? call.keys : [`own:${call.observationId}`]
    const known = keys.some((key) => owners.has(key))
    for (const key of keys) if (!owners.has(key)) owners.set(key, call)
    if (!known) requests.push(call)
  }
  return requests
}

/** Tokens of answered requests in the words of `expected.json`. */
export type Totals = {
  requests: number
  input: number
  output: number
  cache_read: number
  cache_write: number
  reasoning: number
}

/** Totals by session and model. */
export function totalsOf(telemetry: Telemetry): Record<string, Totals> {
  const totals: Record<string, Totals> = {}
  for (const call of requestsOf(telemetry)) {
    if (call.status !== 'ok') continue
    const key = `${call.sessionId} ${call.model}`
    totals[key] ??= { requests: 0, input: 0, output: 0, cache_read: 0, cache_write: 0, reasoning: 0 }
    const sum = totals[key]
    sum.requests++
    sum.input += call.inputTokens ?? 0
    sum.output += call.outputTokens ?? 0
    sum.cache_read += call.cacheReadTokens ?? 0
    sum.cache_write += call.cacheWriteTokens ?? 0
    sum.reasoning += call.reasoningTokens ?? 0
  }
  return totals
}

type Served = { kind: string; status: number; model: string; thread_id?: string; usage: Record<string, number> | null }
type Expected = { sessions: { session_id: string; requests: Served[] }[] }

/** The truth in the same words. `session` names the session a request belongs to; `held` says what files hold of it. */
export function expectedTotals(
  agent: string,
  held: (request: Served, sessionId: string) => boolean,
  session: (request: Served, sessionId: string) => string = (_, id) => id,
  outputHoldsReasoning = true,
): Record<string, Totals> {
  const { sessions } = JSON.parse(readFileSync(join(fixtures, agent, 'expected.json'), 'utf8')) as Expected
  const totals: Record<string, Totals> = {}
  for (const { session_id, requests } of sessions) {
    for (const request of requests) {
      if (request.status !== 200 || !request.usage || !held(request, session_id)) continue
      const key = `${session(request, session_id)} ${request.model}`
      totals[key] ??= { requests: 0, input: 0, output: 0, cache_read: 0, cache_write: 0, reasoning: 0 }
      const { input = 0, output = 0, cache_read = 0, cache_write = 0, reasoning } = request.usage
      const sum = totals[key]
      sum.requests++
      sum.input += input
      sum.output += output + (outputHoldsReasoning ? 0 : (reasoning ?? 0))
      sum.cache_read += cache_read
      sum.cache_write += cache_write
      sum.reasoning += reasoning ?? 0
    }
  }
  return totals
}

/** The last word on each session. */
export function sessionsOf({ sessions }: Telemetry): Map<string, SessionObservation> {
  const merged = new Map<string, SessionObservation>()
  for (const session of sessions) {
    const before = merged.get(session.sessionId)
    const known = Object.fromEntries(Object.entries(session).filter(([, value]) => value !== undefined))
    merged.set(session.sessionId, { ...before, ...known } as SessionObservation)
  }
  return merged
}

/** The last word on each tool call. */
export function toolCallsOf({ toolCalls }: Telemetry): Map<string, ToolCallObservation> {
  return new Map(toolCalls.map((call) => [call.callId, call]))
}

/** The transcript of a session: one message a key, in order. */
export function transcriptOf({ messages }: Telemetry, sessionId?: string): MessageRecord[] {
  const byKey = new Map(messages.map((message) => [`${message.sessionId}\n${message.messageKey}`, message]))
  return [...byKey.values()]
    .filter((message) => sessionId === undefined || message.sessionId === sessionId)
    .sort((a, b) => Number(a.timeUnixNano - b.timeUnixNano) || a.sequence - b.sequence)
}
