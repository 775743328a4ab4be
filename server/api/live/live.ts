// live.ts: the WebSocket hub: what was committed, to whoever listens; never before the commit, never slowing it down.
import type { Telemetry } from '#proto/telemetry.ts'
import type { Ingest } from '../../ingest/ingest.ts'
import { messageOf } from '../../store/errors.ts'
import { inTurns } from '../../turns.ts'
import { type Client, createClient, type Socket } from './client.ts'
import type { ChangedSession, LiveQuestions } from './questions.ts'
import { type LiveRecord, recordsOf, type Topic } from './records.ts'

export type Live = {
  open(socket: Socket): void
  hear(socket: Socket, text: string): void
  /** There is room again for a client that was slow. */
  drained(socket: Socket): void
  closed(socket: Socket): void
  stats(): { clients: number; framesSent: number; framesDropped: number }
  /** Closes every socket with a reason; those that may come back do. */
  disconnect(reason: string): void
  stop(): void
}

/** At most 20 frames of one kind a second: faster than anyone sees, and a burst becomes few frames. */
export const tickMs = 50
/**
 * Sessions and usage cost a query each (30 and 15 ms): after a quiet while they are read as soon as a burst has come together, then
 * one session after the other, the newest and the oldest by turns, with rests between them. Ten at a time once a second made a
 * session late on the page: beside 100 records a second of others it took up to 1.4 s.
 */
export const restMs = 150
const firstQuestionMs = 100
const frameRowsMax = 500
/** Records of one kind that a tick turns into frames: 40,000 a second, in steps that nobody else has to wait for. */
const rowsAtOnce = 2000
const rowsWaitingMax = 50_000
const frameBytesMax = 256 * 1024
/** Changed sessions that wait to be read: in a backfill the page reads its lists instead. */
const sessionsWaitingMax = 1000

export function createLive(
  ingest: Pick<Ingest, 'onCommit'>,
  questions?: LiveQuestions,
  warn: (message: string) => void = () => {},
): Live {
  const clients = new Map<Socket, Client>()
  const waiting = new Map<Topic, LiveRecord[]>()
  const changed = new Map<string, ChangedSession>()
  const counts = { framesSent: 0, framesDropped: 0 }
  let tick: Timer | undefined
  let asking: Timer | undefined
  let restsUntilMs = 0
  let isNewestsTurn = false
  let stopped = false

  const unsubscribe = ingest.onCommit((batch) => {
    if (clients.size === 0) return
    for (const { topic, records } of recordsOf(batch)) queue(topic, records)
    note(sessionsOf(batch))
    if (waiting.size > 0) tick ??= setTimeout(flush, tickMs)
    if (changed.size > 0 && questions)
      asking ??= setTimeout(ask, Math.max(firstQuestionMs, restsUntilMs - performance.now()))
  })

  /** Adds sessions to those that changed; the newest stand last, and only they are told of when there are too many. */
  function note(sessions: readonly ChangedSession[]): void {
    const newest = new Map<string, ChangedSession>()
    for (let at = sessions.length - 1; at >= 0 && newest.size < sessionsWaitingMax; at--) {
      const session = sessions[at] as ChangedSession
      if (!newest.has(keyOf(session))) newest.set(keyOf(session), session)
    }
    for (const [key, session] of [...newest].reverse()) {
      changed.delete(key)
      changed.set(key, session)
    }
    for (const key of [...changed.keys()].slice(0, -sessionsWaitingMax)) changed.delete(key)
  }

  /** Adds records to those that wait; in a flood the oldest are given up, and every listener is told of it. */
  function queue(topic: Topic, records: LiveRecord[]): void {
    const list = waiting.get(topic) ?? []
    for (const record of records) list.push(record)
    const excess = list.length - rowsWaitingMax
    if (excess > 0) {
      list.splice(0, excess)
      const frames = Math.ceil(excess / frameRowsMax)
      for (const client of clients.values()) if (client.subscription.topics.has(topic)) client.lose(frames)
      counts.framesDropped += frames
    }
    waiting.set(topic, list)
  }

  async function flush(): Promise<void> {
    try {
      for (const [topic, list] of [...waiting]) {
        const records = list.splice(0, rowsAtOnce)
        if (list.length === 0) waiting.delete(topic)
        await inTurns(broadcast(topic, records))
      }
    } finally {
      // Also where a frame could not be made: the next ones are told.
      tick = waiting.size > 0 && !stopped ? setTimeout(flush, tickMs) : undefined
    }
  }

  async function ask(): Promise<void> {
    const began = performance.now()
    // The newest alone would let those that change all the time keep another waiting for ever.
    isNewestsTurn = !isNewestsTurn
    const [key, session] = [...changed].at(isNewestsTurn ? -1 : 0) as [string, ChangedSession]
    changed.delete(key)
    try {
      await tell(session)
    } catch (error) {
      // The page reads the lists by itself; a live frame less is no loss.
      if (!stopped) warn(`what changed could not be read for the live page: ${messageOf(error)}`)
    }
    const ended = performance.now()
    const rest = Math.max(restMs, ended - began)
    restsUntilMs = ended + rest
    asking = changed.size > 0 && clients.size > 0 && !stopped ? setTimeout(ask, rest) : undefined
  }

  async function tell(session: ChangedSession): Promise<void> {
    let service: string | undefined
    const isNamed = [...clients.values()].some(
      ({ subscription }) => subscription.topics.has('usage') && subscription.service !== undefined,
    )
    if (questions && (isNamed || isWanted('sessions'))) {
      const records = await questions.session(session)
      service = records[0]?.service
      await inTurns(broadcast('sessions', records))
    }
    if (questions && isWanted('usage'))
      await inTurns(broadcast('usage', await questions.usage(session, service ?? session.tool)))
  }

  const isWanted = (topic: Topic) => [...clients.values()].some(({ subscription }) => subscription.topics.has(topic))

  /** Sends records to all who want them. Clients that want the same share one text. */
  function* broadcast(topic: Topic, records: readonly LiveRecord[]): Generator<void> {
    const timestamp = new Date().toISOString()
    const frames = new Map<string, string[]>()
    for (const client of clients.values()) {
      const { topics, whole, service, sessionId } = client.subscription
      if (!topics.has(topic)) continue
      const key = JSON.stringify([whole, service, sessionId])
      let wanted = frames.get(key)
      if (!wanted) {
        const matching = records.filter(
          (record) =>
            (service === undefined || record.service === service) &&
            (sessionId === undefined || record.sessionId === sessionId),
        )
        wanted = yield* framesOf(topic, timestamp, matching, whole)
        frames.set(key, wanted)
      }
      for (const frame of wanted) {
        if (client.send(frame)) counts.framesSent++
        else counts.framesDropped++
      }
    }
  }

  return {
    open(socket) {
      clients.set(socket, createClient(socket))
    },
    hear(socket, text) {
      clients.get(socket)?.hear(text)
    },
    drained(socket) {
      clients.get(socket)?.tellLost()
    },
    closed(socket) {
      clients.delete(socket)
    },
    stats: () => ({ clients: clients.size, ...counts }),
    disconnect(reason) {
      for (const socket of clients.keys()) socket.close(1008, reason)
      clients.clear()
    },
    stop() {
      stopped = true
      unsubscribe()
      clearTimeout(tick)
      clearTimeout(asking)
      for (const socket of clients.keys()) socket.close(1001, 'the server stops')
      clients.clear()
    },
  }
}

const keyOf = ({ tool, sessionId }: ChangedSession) => `${tool}/${sessionId}`

/** Records → frames of bounded rows and bytes, one JSON document each. */
function* framesOf(
  topic: Topic,
  timestamp: string,
  records: readonly LiveRecord[],
  whole: boolean,
): Generator<void, string[]> {
  const frames: string[] = []
  let rows: string[] = []
  let bytes = 0
  const close = () => {
    if (rows.length > 0) frames.push(`{"type":"${topic}","timestamp":"${timestamp}","payload":[${rows.join(',')}]}`)
    rows = []
    bytes = 0
  }
  for (const record of records) {
    const text = whole ? record.whole() : record.metadata()
    if (rows.length === frameRowsMax || bytes + text.length > frameBytesMax) close()
    rows.push(text)
    bytes += text.length
    // One may have ten thousand attributes.
    yield
  }
  close()
  return frames
}

/** The sessions that a committed group says something new about. */
function sessionsOf(batch: Telemetry): ChangedSession[] {
  return [batch.calls, batch.aggregates, batch.toolCalls, batch.sessions, batch.messages, batch.commits]
    .flatMap((records) => records.map(({ tool, sessionId }) => ({ tool, sessionId })))
    .filter(({ sessionId }) => sessionId !== '')
}
