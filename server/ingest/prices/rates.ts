// rates.ts: what a token costs, as integers, and the arithmetic that keeps them exact.

/** One price of a model: integer nano-USD per million tokens (a web search: nano-USD each). */
export type Rates = {
  input: number
  output: number
  cacheRead: number
  cacheWrite5m: number
  cacheWrite1h: number
  /** Reasoning inside output, where it has a price of its own; else the same as `output`. */
  reasoning: number
  webSearch: number
}

/** The rates of a request whose whole input, cache included, is more than `above` tokens. */
export type Tier = { above: number; rates: Rates }

/** The price of a model over a time. `tiers` ascend. */
export type PriceVersion = { validFrom: bigint | undefined; base: Rates; tiers: Tier[] }

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

/** The version that holds at a time: the last that has begun. */
export function versionAt(versions: readonly PriceVersion[], timeUnixNano: bigint): PriceVersion | undefined {
  let found: PriceVersion | undefined
  for (const version of versions) {
    if (version.validFrom === undefined || version.validFrom <= timeUnixNano) found = version
  }
  return found ?? versions[0]
}

/**
 * The rates for a request: a tier applies to the whole request and is decided on all its input, cache included. A row that
 * sums several requests gets none, since the sum says nothing about any of them.
 */
export function ratesFor(version: PriceVersion, counts: Counts, isAggregate: boolean): { rates: Rates; tier: string } {
  if (!isAggregate) {
    const wholeInput = counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens
    for (let index = version.tiers.length - 1; index >= 0; index--) {
      const tier = version.tiers[index]!
      if (wholeInput > tier.above) return { rates: tier.rates, tier: `long_context>${tier.above}` }
    }
  }
  return { rates: version.base, tier: 'base' }
}

/**
 * Integer nano-USD of a request, rounded half up once at the end. A rate is split into whole nano-USD a token and a rest
 * below a million: every product then stays below 2^53 for any count up to 9 billion, so that the sum is exact.
 * `multiplier` is in thousandths (2,500 = × 2.5).
 */
export function costOf(rates: Rates, counts: Counts, multiplier = 1000): number {
  // Writes without a split are five-minute writes; a split that is larger than the total is trusted over it.
  const oneHour = counts.cacheWrite1hTokens
  const fiveMinutes = Math.max(counts.cacheWriteTokens - oneHour, counts.cacheWrite5mTokens, 0)
  const reasoning = rates.reasoning === rates.output ? 0 : Math.min(counts.reasoningTokens, counts.outputTokens)
  let whole = 0
  let rest = 0
  const add = (tokens: number, rate: number) => {
    const perToken = Math.floor(rate / 1e6)
    whole += tokens * perToken
    rest += tokens * (rate - perToken * 1e6)
  }
  add(counts.inputTokens, rates.input)
  add(counts.cacheReadTokens, rates.cacheRead)
  add(fiveMinutes, rates.cacheWrite5m)
  add(oneHour, rates.cacheWrite1h)
  add(counts.outputTokens - reasoning, rates.output)
  add(reasoning, rates.reasoning)
  whole += counts.webSearches * rates.webSearch
  if (multiplier === 1000) return whole + Math.floor((rest + 500_000) / 1e6)
  return Math.floor((whole * multiplier + (rest * multiplier) / 1e6 + 500) / 1000)
}
