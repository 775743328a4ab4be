// admission.ts: which requests may come in now, decided before their bodies are read.
//
// Everything that a request needs until its answer (body, decompressed body, records, its place in the queue) is bounded
// by bounding the bytes of all requests in progress. Whoever does not fit waits a little, unread: the runtime takes no more of a
// body than is asked for. If there is still no room it is told to come back, and keeps its data.

/** There is no room for the request now: 503. */
export class BusyError extends Error {
  override name = 'BusyError'
}

/** The room of one request, from before its body is read until it is answered. */
export type Place = {
  /**
   * Says how many bytes the request has in memory by now, or will have next.
   *
   * @throws BusyError when there was no room for them for a while.
   */
  hold(bytes: number): Promise<void>
  leave(): void
}

/** For `/api/status`. */
export type AdmissionStats = {
  requests: number
  bytes: number
  /** Never more than this and half of it. */
  bytesMax: number
  /** Requests whose bodies wait, unread, for room. */
  waiting: number
  /** Requests that were told to come back, since the start. */
  refused: number
  /** Whether the process has so much memory that only little is let in at a time. */
  memoryIsHigh: boolean
}

export type Admission = {
  /**
   * Lets a request in, in the order in which they asked; one that is little is let in past those that wait.
   *
   * @param client who asks: requests of one connection, or of one token, are one client's.
   * @param announced bytes of the body as far as they are known.
   * @param gone tells that nobody waits for the answer any more.
   * @throws BusyError when there was no room for a while.
   */
  enter(client: string, announced: number, gone?: AbortSignal): Promise<Place>
  stats(): AdmissionStats
}

export type AdmissionOptions = {
  /** The largest single request; it must fit in when little else is in progress. */
  bodyBytesMax: number
  /** Tells the process's memory; the operating system's word unless given. */
  residentBytes?: () => number
  waitMaxMs?: number
}

/**
 * A request comes in, and grows, while all others together have no more than this. One client that sends 4 MB at a time
 * is stored as fast as eight (28 requests a second): more in progress only costs memory.
 */
const othersBytesMax = 20 * 1024 * 1024
/** The same while memory is high: enough for three exporters' usual 1,000 records at once. */
const othersBytesMaxScarce = 4 * 1024 * 1024
/**
 * From here on memory is high; the promise is 1 GB, and what was let in before may still need some. 64 clients that send up to
 * 4 MB each for 30 s took up to 892 MB with 600 and 8 MiB above, 844 with 500 and 8 MiB, 791 with 500 and 4 MiB, for as many
 * records; eight clients with 1,000 model requests each were stored no slower.
 */
const highBytes = 500 * 1024 * 1024
const lookEveryMs = 50
/** Collecting garbage by hand takes 20 to 100 ms. */
const collectEveryMs = 1000
/** Of what a sender announces, so much is set aside at once; the rest counts as it comes: promises are cheap. */
const setAsideBytesMax = 4 * 1024 * 1024
/** Clients among whom the reserve is shared out, at least. */
const sharersMin = 8
/** A waiting request costs its connection and what the runtime has read ahead, some 64 KB. */
const waitingMax = 500
/**
 * Exporters wait 10 s for their answer. Those 64 clients heard 34,500 times "come back" in 30 s when they were told at once, each
 * time after they had sent up to 4 MB; 580 times with 2 s, 210 with 5 s.
 */
const longestWaitMs = 5000

type Waiter = { has(): boolean; letIn(): void }

export function createAdmission(options: AdmissionOptions): Admission {
  const { bodyBytesMax, residentBytes = rss, waitMaxMs = longestWaitMs } = options
  const bytesMax = bodyBytesMax + othersBytesMax
  const byClient = new Map<string, number>()
  // In the order in which they came. Those that are in and want more have theirs first: the sooner they are out again.
  const growing = new Set<Waiter>()
  const waiting = new Set<Waiter>()
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

  const othersMax = () => (memoryIsHigh ? othersBytesMaxScarce : othersBytesMax)

  /** Whether a request that has `own` bytes may have `more` beside all others. */
  function fits(own: number, more: number): boolean {
    const others = bytes - own
    return others + Math.min(own + more, setAsideBytesMax) <= othersMax() || others === 0
  }

  /** Beyond the limit half as much is kept for those who have little: one client's flood is not every client's trouble. */
  function isLittle(client: string, more: number): boolean {
    const share = othersMax() / 2 / Math.max(sharersMin, byClient.size)
    return (byClient.get(client) ?? 0) + more <= share && bytes + more <= bytesMax + othersMax() / 2
  }

  function take(client: string, more: number): void {
    byClient.set(client, (byClient.get(client) ?? 0) + more)
    bytes += more
  }

  /** Takes what is wanted as soon as there is room; told `gone`, or after a while, it gives up. */
  function wait<T>(queue: Set<Waiter>, has: () => boolean, take: () => T, gone?: AbortSignal): Promise<T> {
    const busy = () => {
      refused++
      return new BusyError('the server has as much to do as it can hold; send the request again')
    }
    if (waiting.size + growing.size >= waitingMax || waitMaxMs === 0) return Promise.reject(busy())
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const end = () => {
      queue.delete(waiter)
      clearTimeout(timer)
      gone?.removeEventListener('abort', forget)
    }
    const forget = () => {
      end()
      reject(new BusyError('the client went away'))
    }
    const waiter: Waiter = {
      has,
      letIn() {
        end()
        resolve(take())
      },
    }
    const timer = setTimeout(() => {
      end()
      reject(busy())
    }, waitMaxMs)
    gone?.addEventListener('abort', forget)
    queue.add(waiter)
    letWaitersIn()
    return promise
  }

  function letWaitersIn(): void {
    if (growing.size + waiting.size === 0) return
    look()
    for (const waiter of growing) {
      // If all that are in want more, nobody would ever leave.
      if (!waiter.has() && growing.size < requests) return
      waiter.letIn()
    }
    for (const waiter of waiting) {
      if (!waiter.has()) return
      waiter.letIn()
    }
  }

  function placeOf(client: string, announced: number): Place {
    let own = announced
    let left = false
    take(client, own)
    requests++
    return {
      async hold(now) {
        const more = now - own
        if (left || more <= 0) return
        const has = () => fits(own, more) || isLittle(client, more)
        const grow = () => {
          if (left) return
          take(client, more)
          own = now
        }
        if (has()) return grow()
        await wait(growing, has, grow)
      },
      leave() {
        if (left) return
        left = true
        requests--
        bytes -= own
        const rest = (byClient.get(client) ?? 0) - own
        if (rest > 0) byClient.set(client, rest)
        else byClient.delete(client)
        letWaitersIn()
      },
    }
  }

  return {
    async enter(client, announced, gone) {
      look()
      const own = Math.min(announced, setAsideBytesMax)
      const comeIn = () => placeOf(client, own)
      const has = () => fits(0, own) || isLittle(client, own)
      if (waiting.size === 0 ? has() : isLittle(client, own)) return comeIn()
      return wait(waiting, has, comeIn, gone)
    },
    stats: () => ({ requests, bytes, bytesMax, waiting: waiting.size + growing.size, refused, memoryIsHigh }),
  }
}

const rss = () => process.memoryUsage.rss()
