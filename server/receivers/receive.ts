// receive.ts: one decompressed request → decoded → on disk. The part that OTLP/HTTP and OTLP/gRPC share.
import type { Source } from '#proto/telemetry.ts'
import { type Ingest, Unavailable } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import { inTurns } from '../turns.ts'
import { type Decoded, DecodeError, decodeInTurns, type Encoding, type Signal, TooManyError } from './codec.ts'
import type { Caller } from './guard.ts'
import type { Answered } from './traffic.ts'

/** What became of a request. `bad`, `large`: sending it again is no use. `unavailable`: it was not stored and may be sent again. */
export type Outcome =
  | { kind: 'stored'; signal: Signal; rejected: number; message: string }
  | { kind: 'bad'; message: string }
  | { kind: 'large'; message: string }
  | { kind: 'unavailable'; message: string; retryAfterSeconds: number }

/** Counted since the start. */
export type ReceiveStats = {
  requests: number
  bytes: number
  bad: number
  unavailable: number
  lastReceivedUnixMs: number | null
}

/** What a port tells `/api/status`. */
export type ReceiverStats = ReceiveStats & { answers: Answered[] }

export type Receive = {
  /** Decodes and stores one Export request; resolves when it is durable, and never rejects. */
  request(signal: Signal, encoding: Encoding, body: Uint8Array, caller: Caller): Promise<Outcome>
  /** Stores what is already decoded; `content` is what makes the request the same as another. */
  decoded(decoded: Decoded, signal: Signal, content: Uint8Array, caller: Caller): Promise<Outcome>
  stats(): ReceiveStats
}

/** Hashed in one step: 2 to 4 ms. */
const hashBytes = 1024 * 1024

const sources: Record<Signal, Source> = { traces: 'otlp_traces', metrics: 'otlp_metrics', logs: 'otlp_logs' }

/** What to tell a client whose data could not be stored: the ingest's own words where it refused, else a general one. */
export function whenToComeBack(error: unknown): { seconds: number; message: string } {
  if (!(error instanceof Unavailable)) return { seconds: 5, message: 'storage failed' }
  return { seconds: Math.max(1, Math.ceil(error.retryAfterSeconds)), message: error.message }
}

export function createReceive(ingest: Pick<Ingest, 'submit'>, log: Log): Receive {
  const stats: ReceiveStats = { requests: 0, bytes: 0, bad: 0, unavailable: 0, lastReceivedUnixMs: null }
  const complain = sparingly(log)

  function count(bytes: number): void {
    stats.requests++
    stats.bytes += bytes
    stats.lastReceivedUnixMs = Date.now()
  }

  async function store(decoded: Decoded, signal: Signal, content: Uint8Array, caller: Caller): Promise<Outcome> {
    const { telemetry, rejected, message } = decoded
    if (message !== '') complain(`${signal}: ${message}`)
    try {
      const receipt = await ingest.submit(telemetry, {
        source: sources[signal],
        bodyHash: await inTurns(bodyHash(signal, content)),
        bytes: content.byteLength,
        rejected,
        message,
        ...(caller.user === undefined ? {} : { user: caller.user }),
      })
      return { kind: 'stored', signal, rejected: receipt.rejected, message: receipt.message }
    } catch (error) {
      // Whatever kept it from the disk: a client must keep its data and come back. A 500 would make it drop them.
      stats.unavailable++
      if (!(error instanceof Unavailable)) log.error('a request was not stored', { signal, error })
      const { seconds, message } = whenToComeBack(error)
      return {
        kind: 'unavailable',
        message: `the request was not stored, send it again: ${message}`,
        retryAfterSeconds: seconds,
      }
    }
  }

  return {
    async request(signal, encoding, body, caller) {
      count(body.byteLength)
      let decoded: Decoded
      try {
        decoded = await decodeInTurns(signal, encoding, body, BigInt(Date.now()) * 1_000_000n)
      } catch (error) {
        stats.bad++
        const expected = error instanceof DecodeError || error instanceof TooManyError
        if (!expected) log.error('a decoder failed', { signal, encoding, error })
        const message = expected ? error.message : 'the body could not be decoded'
        complain(`a request of ${signal} (${encoding}) was refused: ${message}`)
        return { kind: error instanceof TooManyError ? 'large' : 'bad', message }
      }
      return store(decoded, signal, body, caller)
    },
    decoded(decoded, signal, content, caller) {
      count(content.byteLength)
      return store(decoded, signal, content, caller)
    },
    stats: () => ({ ...stats }),
  }
}

/** The same body of the same signal is the same request, whichever way it came. */
function* bodyHash(signal: Signal, content: Uint8Array): Generator<void, string> {
  const hash = new Bun.CryptoHasher('sha256').update(signal).update('\n')
  for (let at = 0; at < content.byteLength; at += hashBytes) {
    if (at > 0) yield
    hash.update(content.subarray(at, at + hashBytes))
  }
  return hash.digest('hex')
}

/** Warns of the same thing once a minute: a client that is wrong is wrong all day. */
function sparingly(log: Log): (message: string) => void {
  const last = new Map<string, number>()
  return (message) => {
    const now = performance.now()
    if (now - (last.get(message) ?? Number.NEGATIVE_INFINITY) < 60_000) return
    if (last.size >= 100) last.clear()
    last.set(message, now)
    log.warn(message)
  }
}
