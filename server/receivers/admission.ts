// admission.ts: which requests may come in now, decided before their bodies are read.
//
// Everything that a request needs until its answer (body, decompressed body, records, its place in the queue) is bounded
// by bounding the bytes of all requests in progress. Whoever does not fit is told to come back, and keeps its data.

/** There is no room for the request now: 503. */
export class BusyError extends Error {
  override name = 'BusyError'
}

/** The room of one request, from before its body is read until it is answered. */
export type Place = {
  /**
   * Says how many bytes the request has in memory by now.
   *
   * @throws BusyError when it has become too much.
   */
  hold(bytes: number): void
  leave(): void
}

/** For `/api/status`. */
export type AdmissionStats = {
  requests: number
  bytes: number
  /** Never more than this and half of it. */
  bytesMax: number
  /** Requests that were told to come back, since the start. */
  refused: number
  /** Whether the process has so much memory that only little is let in at a time. */
  memoryIsHigh: boolean
}

export type Admission = {
  /**
   * @param client who asks: requests of one connection, or of one token, are one client's.
   * @param announced bytes of the body as far as they are known.
   * @throws BusyError when there is no room.
   */
  enter(client: string, announced: number): Place
  stats(): AdmissionStats
}

export type AdmissionOptions = {
  /** The largest single request; it must fit in when little else is in progress. */
  bodyBytesMax: number
  /** Tells the process's memory; the operating system's word unless given. */
  residentBytes?: () => number
}

/**
 * A request comes in, and grows, while all others together have no more than this. One client that sends 4 MB at a time
 * is stored as fast as eight (28 requests a second): more in progress only costs memory. With 64 such clients the process took 1,047 and
 * 1,084 MB with 32 MiB, and takes 919 with 20, for 912 requests in 30 s instead of 823.
 */
const othersBytesMax = 20 * 1024 * 1024
/** The same while memory is high. */
const othersBytesMaxScarce = 8 * 1024 * 1024
/**
 * From here on memory is high. 64 clients that sent up to 4 MB each took 1.6 GB without any of this; the promise is 1 GB,
 * and what was let in before may still need some.
 */
const highBytes = 600 * 1024 * 1024
const lookEveryMs = 50
/** Collecting garbage by hand takes 20 to 100 ms. */
const collectEveryMs = 1000
/** Of what a sender announces, so much is set aside at once; the rest counts as it comes: promises are cheap. */
const setAsideBytesMax = 4 * 1024 * 1024
/** Clients among whom the reserve is shared out, at least. */
const sharersMin = 8

export function createAdmission({ bodyBytesMax, residentBytes = rss }: AdmissionOptions): Admission {
  const bytesMax = bodyBytesMax + othersBytesMax
  const byClient = new Map<string, number>()
  let requests = 0
  let bytes = 0
  let refused = 0
  let memoryIsHigh = false
  let lookedMs = Number.NEGATIVE_INFINITY
  let collectedMs = Number.NEGATIVE_INFINITY

  function look(): void {
    const now = performance.now()
    if (now - lookedMs < lookEveryMs) return
    lookedMs = now
    memoryIsHigh = residentBytes() > highBytes
    if (!memoryIsHigh || now - collectedMs < collectEveryMs) return
    collectedMs = now
    // Much of it is garbage that the collector has not come to: without this it stayed for seconds.
    Bun.gc(false)
  }

  /** Whether a request that has `own` bytes, of a client that has `held` in all, may have `more`. */
  function fits(own: number, held: number, more: number): boolean {
    const others = bytes - own
    const limit = memoryIsHigh ? othersBytesMaxScarce : othersBytesMax
    if (others + Math.min(own + more, setAsideBytesMax) <= limit || others === 0) return true
    // Beyond the limit half as much is kept for those who have little: one client's flood is not every client's trouble.
    const share = limit / 2 / Math.max(sharersMin, byClient.size)
    return held + more <= share && others + own + more <= bytesMax + limit / 2
  }

  function take(client: string, own: number, more: number): void {
    const held = byClient.get(client) ?? 0
    if (!fits(own, held, more)) {
      refused++
      throw new BusyError('the server has as much to do as it can hold; send the request again')
    }
    byClient.set(client, held + more)
    bytes += more
  }

  return {
    enter(client, announced) {
      look()
      let own = Math.min(announced, setAsideBytesMax)
      take(client, 0, own)
      requests++
      let left = false
      return {
        hold(now) {
          if (left || now <= own) return
          take(client, own, now - own)
          own = now
        },
        leave() {
          if (left) return
          left = true
          requests--
          bytes -= own
          const rest = (byClient.get(client) ?? 0) - own
          if (rest > 0) byClient.set(client, rest)
          else byClient.delete(client)
        },
      }
    },
    stats: () => ({ requests, bytes, bytesMax, refused, memoryIsHigh }),
  }
}

const rss = () => process.memoryUsage.rss()
