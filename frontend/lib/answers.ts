// answers.ts: questions to the API and their answers, kept while someone looks at them and asked again when data arrive.
import { useCallback, useState, useSyncExternalStore } from 'react'

/** What changed on the server, in the words of the WebSocket. */
export type Topic = 'traces' | 'metrics' | 'logs' | 'sessions' | 'usage'

/** Something to ask. Two questions with one key are the same. */
export type Question<T> = {
  key: string
  /** What makes the answer old; empty for answers that new records do not change. */
  topics: readonly Topic[]
  /** Another least time between two times of asking than the usual one. */
  spacingMs?: number
  /** `before` is the last answer to the same question: what it need not read again. */
  ask(signal: AbortSignal, before: T | undefined): Promise<T>
}

/** What is known of an answer. */
export type Answer<T> = {
  data: T | undefined
  error: Error | undefined
  /** The data belong to an earlier question or are being asked anew. */
  pending: boolean
  retry(): void
}

type State = { data: unknown; error: Error | undefined; pending: boolean }
type Entry = {
  question: Question<unknown>
  state: State
  listeners: Set<() => void>
  running: AbortController | undefined
  /** Something changed while the question was running or waiting. */
  dirty: boolean
  timer: ReturnType<typeof setTimeout> | undefined
  askedAt: number
  /** How long the last answers took, ms: the lesser of the last two, since one may have waited for something rare. */
  tookMs: number
  lastTookMs: number
}

// Bounds memory: a page that is open for weeks keeps the answers of its last few views only.
const keptAnswersMax = 40
/**
 * Least time between two times of asking the same; the first change after a quiet while is asked about at once. With what the
 * server and the socket gather before, a record is asked about within a second also when another came just before it. An answer
 * that takes more than a tenth of a second is asked for more rarely (below), so that a page never takes more than a fifth of a
 * reader for one of them.
 */
export const leastSpacingMs = 450
const entries = new Map<string, Entry>()
const busyListeners = new Set<() => void>()
let runningCount = 0

const nothing: State = { data: undefined, error: undefined, pending: false }
const waiting: State = { data: undefined, error: undefined, pending: true }

function entryOf(question: Question<unknown>): Entry {
  let entry = entries.get(question.key)
  if (!entry) {
    entry = {
      question,
      state: waiting,
      listeners: new Set(),
      running: undefined,
      dirty: false,
      timer: undefined,
      askedAt: 0,
      tookMs: 0,
      lastTookMs: 0,
    }
    entries.set(question.key, entry)
    forgetOldest()
  }
  return entry
}

function forgetOldest() {
  for (const [key, entry] of entries) {
    if (entries.size <= keptAnswersMax) return
    if (entry.listeners.size === 0 && !entry.running) entries.delete(key)
  }
}

function update(entry: Entry, state: State) {
  entry.state = state
  for (const listener of entry.listeners) listener()
}

function counted(change: 1 | -1) {
  runningCount += change
  for (const listener of busyListeners) listener()
}

async function run(entry: Entry) {
  entry.running?.abort()
  const controller = new AbortController()
  entry.running = controller
  entry.dirty = false
  entry.askedAt = performance.now()
  if (!entry.state.pending) update(entry, { ...entry.state, pending: true })
  counted(1)
  try {
    const data = await entry.question.ask(controller.signal, entry.state.data)
    if (entry.running !== controller) return
    const took = performance.now() - entry.askedAt
    entry.tookMs = Math.min(took, entry.lastTookMs || took)
    entry.lastTookMs = took
    update(entry, { data, error: undefined, pending: false })
  } catch (thrown) {
    if (entry.running !== controller) return
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    update(entry, { data: entry.state.data, error, pending: false })
  } finally {
    counted(-1)
    if (entry.running === controller) {
      entry.running = undefined
      if (entry.dirty && entry.listeners.size > 0) soon(entry)
    }
  }
}

/** Asks again at once when the last time is long enough ago, else when it is; never more often than the server can bear. */
function soon(entry: Entry) {
  if (entry.running) {
    entry.dirty = true
    return
  }
  if (entry.timer) return
  const spacing = Math.max(entry.question.spacingMs ?? leastSpacingMs, entry.tookMs * 4)
  const delay = Math.max(0, entry.askedAt + spacing - performance.now())
  entry.timer = setTimeout(() => {
    entry.timer = undefined
    if (entry.listeners.size > 0) void run(entry)
  }, delay)
}

/** Says that what these topics answer is old. Answers that are looked at are asked again, the others when they are next seen. */
export function changed(topics: readonly Topic[]) {
  for (const entry of entries.values()) {
    if (!entry.question.topics.some((topic) => topics.includes(topic))) continue
    entry.dirty = true
    if (entry.listeners.size > 0) soon(entry)
  }
}

/** Asks everything that is looked at again, whatever it is about: after a gap in the connection, or on the reader's wish. */
export function askAgain() {
  for (const entry of entries.values()) {
    entry.dirty = true
    if (entry.listeners.size > 0) soon(entry)
  }
}

/** Asks what is looked at and whose key fits again; the others when they are next seen: after this page changed something. */
export function renew(fits: (key: string) => boolean) {
  for (const entry of entries.values()) {
    if (!fits(entry.question.key)) continue
    entry.dirty = true
    if (entry.listeners.size > 0) void run(entry)
  }
}

/** Looks at a question without React: for tests, and what is no component. */
export function watchAnswer<T>(question: Question<T>, listener: () => void) {
  const stop = listen(question as Question<unknown>, listener)
  return { stop, state: () => (entries.get(question.key)?.state ?? waiting) as State & { data: T | undefined } }
}

function listen(question: Question<unknown>, listener: () => void): () => void {
  const entry = entryOf(question)
  entry.question = question
  entry.listeners.add(listener)
  // Looked at again: to the end of the queue of what is forgotten.
  entries.delete(question.key)
  entries.set(question.key, entry)
  if (!entry.running && (entry.dirty || entry.state.data === undefined)) void run(entry)
  return () => {
    entry.listeners.delete(listener)
    if (entry.listeners.size > 0) return
    // Looked at again at once is the rule when components change places; only then is what runs given up.
    setTimeout(() => {
      if (entry.listeners.size > 0) return
      clearTimeout(entry.timer)
      entry.timer = undefined
      if (!entry.running) return
      entry.running.abort()
      entry.running = undefined
      entry.dirty = true
    })
  }
}

/**
 * The answer to a question, kept up to date while the component is there. While the answer to a new question is on its way the
 * old one stays, marked as pending. `undefined` asks nothing.
 */
export function useAnswer<T>(question: Question<T> | undefined): Answer<T> {
  const key = question?.key
  // biome-ignore lint/correctness/useExhaustiveDependencies: a question is its key; the object is new in each render.
  const subscribe = useCallback(
    (listener: () => void) => (question ? listen(question as Question<unknown>, listener) : () => {}),
    [key],
  )
  const state = useSyncExternalStore(subscribe, () =>
    question ? (entries.get(question.key)?.state ?? waiting) : nothing,
  )
  const [kept, setKept] = useState<State>(nothing)
  if (state.data !== undefined && state.data !== kept.data) setKept(state)
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  const retry = useCallback(() => {
    if (question) void run(entryOf(question as Question<unknown>))
  }, [key])
  return {
    data: (state.data ?? (question ? kept.data : undefined)) as T | undefined,
    error: state.error,
    pending: state.pending,
    retry,
  }
}

/** Whether anything is being asked: the sweep under the header. */
export function useBusy(): boolean {
  return useSyncExternalStore(
    (listener) => {
      busyListeners.add(listener)
      return () => busyListeners.delete(listener)
    },
    () => runningCount > 0,
  )
}
