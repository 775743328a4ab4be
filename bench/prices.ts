// prices.ts: how many requests are priced in a second.
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
const count = 4_000_000
let sum = 0
for (let index = 0; index < 200_000; index++) sum += price(calls[index & 4095] as Priceable).costNanoUsd ?? 0
const started = performance.now()
for (let index = 0; index < count; index++) sum += price(calls[index & 4095] as Priceable).costNanoUsd ?? 0
const seconds = (performance.now() - started) / 1000
console.log(`prices: ${(count / seconds / 1e6).toFixed(2)} M calls/s (${count} calls, checksum ${sum})`)
