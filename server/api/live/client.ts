// client.ts: one WebSocket: what it asked for, and what it lost because it read too slowly.
import { z } from 'zod'
import { firstIssue } from '../params.ts'
import { type Topic, topics } from './records.ts'

/** The part of Bun's ServerWebSocket that is needed. */
export type Socket = {
  /** Bytes sent, -1 when they wait in memory, 0 when they were dropped. */
  send(text: string): number
  getBufferedAmount(): number
  close(code?: number, reason?: string): void
}

/** What a client wants to hear. Until it says so: everything, as metadata. */
export type Subscription = {
  topics: ReadonlySet<Topic>
  whole: boolean
  service: string | undefined
  sessionId: string | undefined
}

/**
 * Bytes that may wait for a client that does not read. A frame is at most `frameBytesMax` (live.ts), so the socket's own
 * limit of 1 MiB, beyond which it would be closed or lose frames without our knowing, is never reached.
 */
const waitingBytesMax = 512 * 1024

const message = z.object(
  {
    subscribe: z.array(z.enum(topics, `use ${topics.join(', ')}`)).optional(),
    service: z.string().optional(),
    sessionId: z.string().optional(),
  },
  'is not a JSON object such as {"subscribe":["logs"]}',
)

export type Client = {
  subscription: Subscription
  /** Sends a frame, or counts it as lost when too much waits already. Returns whether it was sent. */
  send(frame: string): boolean
  /** Counts frames that were never made. */
  lose(frames: number): void
  /** Tells how many frames were lost, once there is room again. */
  tellLost(): void
  /** Reads what the client said; what cannot be read is answered, and changes nothing. */
  hear(text: string): void
}

const everything: Subscription = { topics: new Set(topics), whole: false, service: undefined, sessionId: undefined }

export function createClient(socket: Socket): Client {
  let lost = 0
  const hasRoom = () => socket.getBufferedAmount() < waitingBytesMax

  return {
    subscription: everything,
    send(frame) {
      // A client that lost frames is told so before it hears anything newer.
      if (lost > 0) this.tellLost()
      if (lost > 0 || !hasRoom() || socket.send(frame) === 0) {
        lost++
        return false
      }
      return true
    },
    lose(frames) {
      lost += frames
    },
    tellLost() {
      if (lost > 0 && hasRoom() && socket.send(JSON.stringify({ type: 'dropped', count: lost })) !== 0) lost = 0
    },
    hear(text) {
      let given: unknown
      try {
        given = JSON.parse(text)
      } catch {
        given = undefined
      }
      const read = message.safeParse(given)
      if (!read.success) {
        socket.send(JSON.stringify({ type: 'error', message: firstIssue(read.error) }))
        return
      }
      const { subscribe, service, sessionId } = read.data
      this.subscription = {
        topics: new Set(subscribe?.length ? subscribe : topics),
        whole: (subscribe?.length ?? 0) > 0,
        service: service || undefined,
        sessionId: sessionId || undefined,
      }
    },
  }
}
