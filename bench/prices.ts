// prices.ts: how many requests are priced in a second, beside genai-prices' own calcPrice.
import { calcPrice } from '@pydantic/genai-prices'
import { createPrices, type Priceable } from '#server/ingest/prices/prices.ts'

const { price } = createPrices()
const models = [
  'claude-sonnet-4-5-20250929',
  'claude-opus-4-8',
  'gpt-5.6-sol',
  'gpt-5.5',
  'gemini-3.1-pro-preview',
  'o3',
]
const calls: Priceable[] = Array.from({ length: 4096 }, (_, index) => ({
  tool: 'claude-code',
  model: models[index % models.length] as string,
  provider: index % 3 === 0 ? 'anthropic' : undefined,
  timeUnixNano: 1_795_320_000_000_000_000n + BigInt(index) * 1_000_000_000n,
  inputTokens: index * 37,
  cacheReadTokens: index * 11,
  cacheWriteTokens: index,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: index,
  outputTokens: index * 3,
  reasoningTokens: index,
  webSearches: index % 2,
}))

/** Calls a second, after some to warm up; the sum keeps the work from being optimised away. */
function rate(count: number, costOf: (call: Priceable) => number): { perSecond: number; sum: number } {
  let sum = 0
  for (let index = 0; index < count / 10; index++) sum += costOf(calls[index & 4095] as Priceable)
  const started = performance.now()
  for (let index = 0; index < count; index++) sum += costOf(calls[index & 4095] as Priceable)
  return { perSecond: count / ((performance.now() - started) / 1000), sum }
}

const ours = rate(4_000_000, (call) => price(call).costNanoUsd ?? 0)
const theirs = rate(40_000, (call) => {
  const written = call.cacheWriteTokens ?? 0
  const usage = {
    input_tokens: (call.inputTokens ?? 0) + (call.cacheReadTokens ?? 0) + written,
    cache_read_tokens: call.cacheReadTokens,
    cache_write_tokens: written,
    output_tokens: call.outputTokens,
  }
  const timestamp = new Date(Number(call.timeUnixNano / 1_000_000n))
  return calcPrice(usage, call.model, { timestamp })?.total_price ?? 0
})
console.log(
  `${(ours.perSecond / 1e6).toFixed(2)} M calls/s; calcPrice ${Math.round(theirs.perSecond / 1000)} k calls/s: ` +
    `${Math.round(ours.perSecond / theirs.perSecond)} times (sums ${ours.sum} nano-USD, ${theirs.sum.toFixed(2)} USD)`,
)
