// rates.ts: what a token costs, as integers, and the arithmetic that keeps them exact.

/** One price of a model: integer nano-USD per million tokens; a web search and a request: nano-USD each. */
export type Rates = {
  input: number
  output: number
  cacheRead: number
  cacheWrite5m: number
  cacheWrite1h: number
  /** Reasoning inside output, where it has a price of its own; else the same as `output`. */
  reasoning: number
  webSearch: number
  /** A fee for each request, beside its tokens. */
  request: number
}

/**
 * The rates of a request whose whole input, cache included, is more than `tokens` (or, `inclusive`, as many). Price lists
 * disagree whether the threshold itself belongs to the tier, so it is data and not code.
 */
export type Tier = { tokens: number; inclusive: boolean; rates: Rates }

/** The price of a model over a time. `tiers` ascend. */
export type PriceVersion = {
  /** ns since 1970; `undefined` for one that always held. */
  validFrom: bigint | undefined
  /** Seconds of the day (UTC) between which it holds; may pass midnight. */
  hours?: [start: number, end: number]
  base: Rates
  tiers: Tier[]
  /** No rate at all: it costs nothing by itself (free, or part of a plan). */
  included?: boolean
}

/** The token counts of one request; disjoint, reasoning inside output. */
export type Counts = {
  inputTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  cacheWrite5mTokens: number
  cacheWrite1hTokens: number
  outputTokens: number
  reasoningTokens: number
  webSearches: number
}

/** Integer nano-USD per million tokens from the dollars per million of a price list. */
export function perMillion(dollars: number): number {
  return Math.round(dollars * 1e9)
}

/** A rate that a price list does not have: tokens of this kind cannot be priced. */
export const unknownRate = -1

/** Nano-USD of one web search of Claude: $10 per 1,000. */
const claudeSearch = 10_000_000

/**
 * Fills in the rates that a price list leaves out. A cache read without a price is input, never free; so is a cache write,
 * but Claude's cost 1.25 times (five minutes) and twice (one hour) the input everywhere it is sold.
 */
export function completed(modelId: string, rates: Partial<Rates>): Rates {
  const isClaude = /claude/i.test(modelId)
  const input = rates.input ?? unknownRate
  const output = rates.output ?? unknownRate
  const times = (factor: number) => (isClaude && input !== unknownRate ? Math.round(input * factor) : undefined)
  const cacheWrite5m = rates.cacheWrite5m ?? times(1.25) ?? input
  return {
    input,
    output,
    cacheRead: rates.cacheRead ?? input,
    cacheWrite5m,
    cacheWrite1h: rates.cacheWrite1h ?? times(2) ?? cacheWrite5m,
    reasoning: rates.reasoning ?? output,
    webSearch: rates.webSearch ?? (isClaude ? claudeSearch : 0),
    request: rates.request ?? 0,
  }
}

/** Rates times a factor in thousandths (2,500 = × 2.5). Searches are not multiplied. */
export function multiplied(rates: Rates, thousandths: number): Rates {
  const times = (rate: number) => (rate === unknownRate ? rate : Math.round((rate * thousandths) / 1000))
  return {
    ...rates,
    input: times(rates.input),
    output: times(rates.output),
    cacheRead: times(rates.cacheRead),
    cacheWrite5m: times(rates.cacheWrite5m),
    cacheWrite1h: times(rates.cacheWrite1h),
    reasoning: times(rates.reasoning),
  }
}

/** The version that holds at a time: the last that has begun and whose hours it is. */
export function versionAt(versions: readonly PriceVersion[], timeUnixNano: bigint): PriceVersion | undefined {
  if (versions.length === 1) return versions[0]
  for (let index = versions.length - 1; index >= 0; index--) {
    const version = versions[index] as PriceVersion
    if (version.validFrom !== undefined && timeUnixNano < version.validFrom) continue
    if (version.hours && !isWithin(version.hours, timeUnixNano)) continue
    return version
  }
  return versions[0]
}

const dayNano = 86_400_000_000_000n

function isWithin([start, end]: [number, number], timeUnixNano: bigint): boolean {
  const rest = timeUnixNano % dayNano
  const second = Number(rest < 0n ? rest + dayNano : rest) / 1e9
  return end < start ? second >= start || second < end : second >= start && second < end
}

/** The name of the tier of requests that reached no threshold. */
export const baseTier = 'base'

/**
 * The rates for a request: a tier applies to the whole request and is decided on all its input, cache included. A row that
 * sums several requests gets none, since the sum says nothing about any of them.
 */
export function tierFor({ tiers }: PriceVersion, counts: Counts, isAggregate: boolean): Tier | undefined {
  if (isAggregate || tiers.length === 0) return undefined
  const wholeInput = counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens
  for (let index = tiers.length - 1; index >= 0; index--) {
    const tier = tiers[index] as Tier
    if (wholeInput > tier.tokens || (tier.inclusive && wholeInput === tier.tokens)) return tier
  }
  return undefined
}

/** `long_context>200000`, or `long_context>=272000` where the threshold belongs to it. */
export function tierName({ tokens, inclusive }: Tier): string {
  return `long_context>${inclusive ? '=' : ''}${tokens}`
}

/**
 * Integer nano-USD of a request, rounded half up once at the end; `null` when it used tokens of a kind without a rate. A
 * rate is split into whole nano-USD a token and a rest below a million: every product then stays below 2^53 for any count
 * up to a billion, so that the sum is exact.
 */
export function costOf(rates: Rates, counts: Counts, requests: number): number | null {
  // Writes without a split are five-minute writes; a split that is larger than the total is trusted over it.
  const oneHour = counts.cacheWrite1hTokens
  const fiveMinutes = Math.max(counts.cacheWriteTokens - oneHour, counts.cacheWrite5mTokens)
  const reasoning = rates.reasoning === rates.output ? 0 : Math.min(counts.reasoningTokens, counts.outputTokens)
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = rates
  if (input < 0 && (counts.inputTokens > 0 || counts.cacheReadTokens > 0 || fiveMinutes > 0 || oneHour > 0)) return null
  if (output < 0 && counts.outputTokens > 0) return null
  let whole = counts.webSearches * rates.webSearch + requests * rates.request
  let rest = 0
  if (counts.inputTokens > 0) {
    const perToken = Math.floor(input / 1e6)
    whole += counts.inputTokens * perToken
    rest += counts.inputTokens * (input - perToken * 1e6)
  }
  if (counts.cacheReadTokens > 0) {
    const perToken = Math.floor(cacheRead / 1e6)
    whole += counts.cacheReadTokens * perToken
    rest += counts.cacheReadTokens * (cacheRead - perToken * 1e6)
  }
  if (fiveMinutes > 0) {
    const perToken = Math.floor(cacheWrite5m / 1e6)
    whole += fiveMinutes * perToken
    rest += fiveMinutes * (cacheWrite5m - perToken * 1e6)
  }
  if (oneHour > 0) {
    const perToken = Math.floor(cacheWrite1h / 1e6)
    whole += oneHour * perToken
    rest += oneHour * (cacheWrite1h - perToken * 1e6)
  }
  if (counts.outputTokens > 0) {
    const perToken = Math.floor(output / 1e6)
    whole += (counts.outputTokens - reasoning) * perToken
    rest += (counts.outputTokens - reasoning) * (output - perToken * 1e6)
    if (reasoning > 0) {
      const perReasoning = Math.floor(rates.reasoning / 1e6)
      whole += reasoning * perReasoning
      rest += reasoning * (rates.reasoning - perReasoning * 1e6)
    }
  }
  return whole + Math.floor((rest + 500_000) / 1e6)
}
