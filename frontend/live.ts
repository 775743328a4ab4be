// live.ts: one WebSocket to the server; what it says makes answers old, and how it stands is told in the badge.
import { create } from 'zustand'
import { askAgain, changed, type Topic } from './lib/answers.ts'

export type LiveState = {
  /** `connecting` at first, then `live`; `lost` while trying again. */
  state: 'connecting' | 'live' | 'lost'
  /** When this state began, ms. */
  since: number
  /** When the next try is due, ms; only while `lost`. */
  retryAt: number | undefined
  /** Records told since the page was opened. */
  received: Record<Topic, number>
  /** Frames the server had to leave out because this page was too slow. */
  dropped: number
  /** When the last record was told, ms. */
  lastAt: number | undefined
}

const topics: readonly Topic[] = ['traces', 'metrics', 'logs', 'sessions', 'usage']

export const useLive = create<LiveState>()(() => ({
  state: 'connecting',
  since: Date.now(),
  retryAt: undefined,
  received: { traces: 0, metrics: 0, logs: 0, sessions: 0, usage: 0 },
  dropped: 0,
  lastAt: undefined,
}))

/** What a frame says; `undefined` for anything we do not know. */
export function readFrame(text: string): { topic: Topic; count: number } | { dropped: number } | undefined {
  let frame: { type?: unknown; payload?: unknown; count?: unknown }
  try {
    frame = JSON.parse(text)
  } catch {
    return undefined
  }
  if (frame.type === 'dropped') return { dropped: typeof frame.count === 'number' ? frame.count : 1 }
  const topic = topics.find((known) => known === frame.type)
  if (!topic) return undefined
  return { topic, count: Array.isArray(frame.payload) ? frame.payload.length : 1 }
}

/** How long to wait before the n-th try: 0.25 s doubled up to 8 s, spread by a quarter so that pages do not come in step. */
export function backOffMs(tries: number, random = Math.random()): number {
  return Math.min(8_000, 250 * 2 ** tries) * (0.875 + random / 4)
}

// A burst of frames makes one round of questions, not one a frame.
export const gatherMs = 60

/** Connects, and stays connected. Returns how to stop. */
export function connectLive(
  url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
): () => void {
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let tries = 0
  let wasLive = false
  let stopped = false
  let told = new Set<Topic>()
  let counts: Partial<Record<Topic, number>> = {}
  let gathering: ReturnType<typeof setTimeout> | undefined

  function flush() {
    gathering = undefined
    const received = { ...useLive.getState().received }
    for (const topic of topics) received[topic] += counts[topic] ?? 0
    useLive.setState({ received, lastAt: Date.now() })
    changed([...told])
    told = new Set()
    counts = {}
  }

  function open() {
    clearTimeout(timer)
    socket = new WebSocket(url)
    socket.onopen = () => {
      tries = 0
      useLive.setState({ state: 'live', since: Date.now(), retryAt: undefined })
      // What was committed while nobody listened is read by asking again.
      if (wasLive) askAgain()
      wasLive = true
    }
    socket.onmessage = ({ data }) => {
      const frame = typeof data === 'string' ? readFrame(data) : undefined
      if (!frame) return
      if ('dropped' in frame) {
        useLive.setState({ dropped: useLive.getState().dropped + frame.dropped })
        askAgain()
        return
      }
      told.add(frame.topic)
      counts[frame.topic] = (counts[frame.topic] ?? 0) + frame.count
      gathering ??= setTimeout(flush, gatherMs)
    }
    socket.onclose = () => {
      if (stopped) return
      const delay = backOffMs(tries++)
      const { state, since } = useLive.getState()
      useLive.setState({ state: 'lost', since: state === 'lost' ? since : Date.now(), retryAt: Date.now() + delay })
      timer = setTimeout(open, delay)
    }
  }

  function now() {
    if (stopped || useLive.getState().state === 'live' || document.visibilityState === 'hidden') return
    if (socket && socket.readyState === WebSocket.CONNECTING) return
    tries = 0
    open()
  }

  open()
  window.addEventListener('online', now)
  document.addEventListener('visibilitychange', now)
  return () => {
    stopped = true
    clearTimeout(timer)
    clearTimeout(gathering)
    window.removeEventListener('online', now)
    document.removeEventListener('visibilitychange', now)
    socket?.close()
  }
}
