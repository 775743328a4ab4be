// tally.ts: what an import read, told in numbers: requests once each, and how many of them were known before.
import type { CallObservation, Telemetry } from '#proto/telemetry.ts'
import { readied } from '../ingest/ledger/observation.ts'
import { costInForce, type PricingMode } from '../ingest/ledger/price.ts'
import type { Prices } from '../ingest/prices/prices.ts'
import { query, real, text } from '../store/query.ts'
import type { Reader } from '../store/store.ts'
import knownSql from './known-requests.sql' with { type: 'text' }

/** The numbers of one tool (contract §2). `calls` are the distinct answered requests read, `duplicates` those known before. */
export type ToolSummary = {
  files: number
  newFiles: number
  unchangedFiles: number
  sessions: number
  calls: number
  messages: number
  toolCalls: number
  duplicates: number
  totalTokens: number
  costUsd: number
}

const knownRequests = query(knownSql, { tool: text }, { hash: real, seen: real })

/** One request as far as it was read, in the version that counts so far: a few numbers, for there may be a million. */
type Request = {
  /** By its own ids; `weak` is the hash of the key that other doors may know it by. */
  isKnown: boolean
  weak: number | undefined
  isAnswered: boolean
  isPartial: boolean
  outputTokens: number
  webSearches: number
  tokens: number
  costNanoUsd: number
}

/** A text as a number of 53 bits, which takes a tenth of the memory; among a million texts two are the same once in 18,000 imports. */
const numberOf = (text: string): number => Bun.hash.xxHash32(text, 1) * 2 ** 21 + (Bun.hash.xxHash32(text, 2) >>> 11)

/** Counts what is read of one tool. Whatever is read twice, from one file or several, counts once. */
export class Tally {
  #known: ReadonlyMap<number, number> = new Map()
  readonly #price: Prices['price']
  readonly #mode: PricingMode
  readonly #requests: Request[] = []
  /** Requests by identity and by strong key. */
  readonly #byKey = new Map<number, number>()
  readonly #severalDoors: boolean
  /** Requests by weak key in order, each with the doors that told it. */
  readonly #byWeak = new Map<string, { index: number; sources: Set<CallObservation['source']> }[]>()
  /** Observations that were seen, so that one that comes again takes no other's place. */
  readonly #bySource = new Set<string>()
  readonly #sessions = new Set<string>()
  readonly #messages = new Set<number>()
  readonly #toolCalls = new Set<number>()
  files = 0
  newFiles = 0
  unchangedFiles = 0

  /** @param severalDoors whether what is read holds what several doors told of one session. */
  constructor(price: Prices['price'], mode: PricingMode, severalDoors = false) {
    this.#severalDoors = severalDoors
    this.#price = price
    this.#mode = mode
  }

  /** Looks up which requests are known; before anything is added. */
  async open(reader: Reader, tool: string): Promise<void> {
    const rows = await knownRequests(reader, { tool })
    this.#known = new Map(rows.map(({ hash, seen }) => [hash, seen]))
  }

  add({ calls, toolCalls, sessions, messages, aggregates, commits }: Telemetry): void {
    for (const records of [calls, toolCalls, sessions, messages, aggregates, commits])
      for (const { sessionId } of records) if (sessionId !== '') this.#sessions.add(sessionId)
    for (const { sessionId, messageKey } of messages) this.#messages.add(numberOf(`${sessionId}\n${messageKey}`))
    for (const { sessionId, callId } of toolCalls) this.#toolCalls.add(numberOf(`${sessionId}\n${callId}`))
    for (const call of calls) this.#addCall(call)
  }

  #addCall(call: CallObservation): void {
    const identity = `${call.sessionId}\n${call.observationId}`
    const keys = [identity, ...call.keys].map(numberOf)
    const at = keys.map((key) => this.#byKey.get(key)).find((index) => index !== undefined)
    const index = at ?? this.#nthOf(call, identity) ?? this.#requests.length
    for (const key of keys) this.#byKey.set(key, index)
    const request = this.#requests[index]
    if (!request) this.#requests.push({ ...this.#told(call), ...this.#lookUp(call) })
    else if (better(call, request)) Object.assign(request, this.#told(call))
    this.#remember(call, identity, index)
  }

  #told(call: CallObservation): Omit<Request, 'isKnown' | 'weak'> {
    const tokens = tokensOf(call)
    const { costNanoUsd } = costInForce(call.reportedCostNanoUsd, this.#price(call), this.#mode, tokens > 0)
    return {
      // A failed one is an error in the ledger, and no request of `/api/usage` either.
      isAnswered: call.status === 'ok',
      isPartial: call.partial === true,
      outputTokens: call.outputTokens ?? -1,
      webSearches: call.webSearches ?? 0,
      tokens,
      costNanoUsd: costNanoUsd ?? 0,
    }
  }

  /** Where several doors told the session, the n-th of one under a weak key is the n-th of another. */
  #nthOf(call: CallObservation, identity: string): number | undefined {
    if (!this.#severalDoors || call.weakKey === undefined || this.#bySource.has(`${call.source}\n${identity}`))
      return undefined
    const weak = `${call.sessionId}\n${call.weakKey}`
    return this.#byWeak.get(weak)?.find((requests) => !requests.sources.has(call.source))?.index
  }

  #remember({ source, sessionId, weakKey }: CallObservation, identity: string, index: number): void {
    if (!this.#severalDoors || weakKey === undefined || this.#bySource.has(`${source}\n${identity}`)) return
    this.#bySource.add(`${source}\n${identity}`)
    const weak = `${sessionId}\n${weakKey}`
    const requests = this.#byWeak.get(weak) ?? []
    const own = requests.find((request) => request.index === index)
    if (own) own.sources.add(source)
    else requests.push({ index, sources: new Set([source]) })
    this.#byWeak.set(weak, requests)
  }

  /** By the hashes that the ledger finds its requests with. */
  #lookUp(call: CallObservation): Pick<Request, 'isKnown' | 'weak'> {
    if (this.#known.size === 0) return { isKnown: false, weak: undefined }
    const { idHash, keyHashes, weakHash: weak } = readied(call)
    const strong = weak === undefined ? keyHashes : keyHashes.slice(0, -1)
    return { isKnown: this.#known.has(idHash) || strong.some((hash) => this.#known.has(hash)), weak }
  }

  /** How many requests the ledger knows under each weak key, beyond those of them that are known by their ids. */
  #unclaimed(): Map<number, number> {
    const unclaimed = new Map<number, number>()
    for (const { isKnown, weak } of this.#requests) {
      const seen = weak === undefined ? undefined : (unclaimed.get(weak) ?? this.#known.get(weak))
      if (weak !== undefined && seen !== undefined) unclaimed.set(weak, seen - (isKnown ? 1 : 0))
    }
    return unclaimed
  }

  summary(): ToolSummary {
    let totalTokens = 0
    let nanoUsd = 0
    let calls = 0
    let duplicates = 0
    const unclaimed = this.#unclaimed()
    for (const { isAnswered, isKnown, weak, tokens, costNanoUsd } of this.#requests) {
      const free = weak === undefined || isKnown ? 0 : (unclaimed.get(weak) ?? 0)
      if (weak !== undefined && free > 0) unclaimed.set(weak, free - 1)
      if (isAnswered) calls++
      if (isAnswered && (isKnown || free > 0)) duplicates++
      totalTokens += tokens
      nanoUsd += costNanoUsd
    }
    const { files, newFiles, unchangedFiles } = this
    return {
      files,
      newFiles,
      unchangedFiles,
      sessions: this.#sessions.size,
      calls,
      messages: this.#messages.size,
      toolCalls: this.#toolCalls.size,
      duplicates,
      totalTokens,
      costUsd: nanoUsd / 1e9,
    }
  }
}

function better(call: CallObservation, request: Request): boolean {
  if ((call.partial === true) !== request.isPartial) return request.isPartial
  const output = (call.outputTokens ?? -1) - request.outputTokens
  return output > 0 || (output === 0 && (call.webSearches ?? 0) > request.webSearches)
}

function tokensOf(call: CallObservation): number {
  const { inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, outputTokens = 0 } = call
  return inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens
}
