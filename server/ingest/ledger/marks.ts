// marks.ts: when exact model requests ended, so that counters are used only where none did.
import type { Source } from '#proto/telemetry.ts'

/** What a request says about the counters around it. Times are ns since 1970 as numbers (exact to 256 ns). */
export type Mark = {
  tool: string
  sessionId: string
  /** When the request ended, at the earliest and at the latest. */
  from: number
  to: number
  model: string
  auxiliary: boolean
  /** Seen by a telemetry stream, which holds every request of its time; else by files, which leave out side calls. */
  live: boolean
  /** Whether it was answered and its tokens are known. */
  counted: boolean
}

/** What {@link markOf} needs of a call. */
export type Markable = {
  tool: string
  sessionId: string
  timeUnixNano: bigint
  durationMs?: number
  model: string
  querySource?: string
  status: string
  quality: string
  sources: readonly Source[] | readonly string[]
  totalTokens: number
}

/** The mark of a call, `undefined` for one that proves nothing: an estimate, or an answer without its tokens. */
export function markOf(call: Markable): Mark | undefined {
  const counted = call.status === 'ok' && call.totalTokens > 0
  if (call.quality === 'estimated' || (call.status === 'ok' && !counted)) return undefined
  const time = Number(call.timeUnixNano)
  // A log is written when the request ends; a span's time is its start, and a transcript's line lies between the two.
  const open = call.sources.some((source) => source === 'otlp_logs') ? 0 : (call.durationMs ?? 0) * 1e6
  return {
    tool: call.tool,
    sessionId: call.sessionId,
    from: time,
    to: time + open,
    model: modelKey(call.model),
    auxiliary: call.querySource === 'auxiliary',
    live: call.sources.some((source) => source === 'otlp_logs' || source === 'otlp_traces'),
    counted,
  }
}

/** One spelling for the names that doors give the same model: `anthropic/claude-opus-4-6[1m]` is `claude-opus-4-6`. */
export function modelKey(model: string): string {
  return model
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/\[.*\]$/, '')
    .replace(/[-@](20\d{6}|20\d\d-\d\d-\d\d)$/, '')
    .replaceAll('.', '-')
}

/** A sorted list of times that mostly grows at its end. */
export class Times {
  #times: number[] = []

  get first(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  get last(): number {
    return this.#times.at(-1) ?? Number.NEGATIVE_INFINITY
  }

  add(times: number[]): void {
    const added = times.sort((a, b) => a - b)
    if (added.length === 0) return
    if ((added[0] as number) >= this.last) {
      for (const time of added) this.#times.push(time)
      return
    }
    // One merge for a whole group: a history that is imported lands in the middle.
    const merged: number[] = []
    let at = 0
    for (const time of this.#times) {
      while (at < added.length && (added[at] as number) < time) merged.push(added[at++] as number)
      merged.push(time)
    }
    while (at < added.length) merged.push(added[at++] as number)
    this.#times = merged
  }

  remove(time: number): void {
    const at = this.#from(time)
    if (this.#times[at] === time) this.#times.splice(at, 1)
  }

  /** Whether a time lies in [from, to]. */
  between(from: number, to: number): boolean {
    const found = this.#times[this.#from(from)]
    return found !== undefined && found <= to
  }

  #from(time: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#times[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Counters and records of one process are written in the same instant; a span ends a moment before or after. */
const liveSlackNs = 2e9
/** Counters without a session: the histogram of a Codex turn is written when the turn ends, not when its requests do. */
export const sessionlessSlackNs = 60e9
/** A file covers its session from its first to its last request; lines are written while the answer still streams. */
const fileSlackNs = 600e9

/** The marks of one session, or of one tool for counters that name no session. */
export class Marks {
  readonly #ofSession: boolean
  readonly #times = new Map<string, Times>()

  constructor(ofSession: boolean) {
    this.#ofSession = ofSession
  }

  change(removed: readonly Mark[], added: readonly Mark[]): void {
    for (const mark of removed)
      for (const list of lists(mark)) for (const time of ends(mark)) this.#list(list).remove(time)
    const grouped = new Map<string, number[]>()
    for (const mark of added)
      for (const list of lists(mark)) {
        const times = grouped.get(list)
        if (times) times.push(...ends(mark))
        else grouped.set(list, ends(mark))
      }
    for (const [list, times] of grouped) this.#list(list).add(times)
  }

  /**
   * Whether what a counter added in (from, to] was already counted request by request. A telemetry stream covers the
   * interval for all models and purposes; files only for a model and purpose that they hold.
   */
  covers(from: number, to: number, model: string, auxiliary: boolean, tokens: boolean): boolean {
    const slack = this.#ofSession ? liveSlackNs : sessionlessSlackNs
    if (this.#times.get(liveList(tokens))?.between(from - slack, to + slack)) return true
    const files = this.#times.get(fileList(modelKey(model), auxiliary, tokens))
    if (!files) return false
    if (!this.#ofSession) return files.between(from - slack, to + slack)
    return files.first - fileSlackNs <= to && files.last + fileSlackNs >= from
  }

  #list(name: string): Times {
    const list = this.#times.get(name) ?? new Times()
    this.#times.set(name, list)
    return list
  }
}

const liveList = (tokens: boolean) => (tokens ? 'live' : 'live any')
const fileList = (model: string, auxiliary: boolean, tokens: boolean) =>
  `${tokens ? 'file' : 'file any'} ${auxiliary} ${tokens ? model : ''}`

/** The lists a mark stands in: an answer proves tokens and requests, an error only that requests are seen. */
function lists(mark: Mark): string[] {
  const name = (tokens: boolean) => (mark.live ? liveList(tokens) : fileList(mark.model, mark.auxiliary, tokens))
  return mark.counted ? [name(true), name(false)] : [name(false)]
}

export function ends(mark: Mark): number[] {
  return mark.from === mark.to ? [mark.from] : [mark.from, mark.to]
}
