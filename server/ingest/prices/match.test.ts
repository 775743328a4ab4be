import { describe, expect, test } from 'bun:test'
import { candidates } from './match.ts'
import { createPrices } from './prices.ts'

const prices = createPrices()
const now = BigInt(Date.parse('2026-11-22T00:00:00Z')) * 1_000_000n

describe('a model id is found by the rule that its decoration needs', () => {
  test.each([
    ['claude-sonnet-4-5-20250929', undefined, 'anthropic', 'claude-sonnet-4-5', 'exact'],
    ['Claude-Sonnet-4-5 ', undefined, 'anthropic', 'claude-sonnet-4-5', 'exact'],
    ['claude-opus-4-6[1m]', undefined, 'anthropic', 'claude-opus-4-6', 'exact'],
    ['gpt-5.5[1m]', undefined, 'openai', 'gpt-5.5', 'window'],
    ['claude-sonnet-4.6', undefined, 'anthropic', 'claude-sonnet-4-6', 'exact'],
    ['claude-fable-5.1', undefined, 'anthropic', 'claude-fable-5-1', 'dotted'],
    ['claude-sonnet-4-5@20250929', undefined, 'anthropic', 'claude-sonnet-4-5', 'exact'],
    ['claude-opus-5@default', undefined, 'anthropic', 'claude-opus-5', 'vertex'],
    ['claude-sonnet-4-5@20250929', 'gcp.vertex_ai', 'google', 'claude-sonnet-4-5', 'exact'],
    ['anthropic/claude-sonnet-4.5', undefined, 'anthropic', 'claude-sonnet-4-5', 'prefix'],
    ['anthropic/claude-sonnet-4.5', 'openrouter', 'openrouter', 'anthropic/claude-sonnet-4.5', 'exact'],
    ['openrouter/anthropic/claude-sonnet-4.5', undefined, 'openrouter', 'anthropic/claude-sonnet-4.5', 'prefix'],
    ['openai:gpt-5.5', undefined, 'openai', 'gpt-5.5', 'prefix'],
    ['azure/gpt-5.5', undefined, 'openai', 'gpt-5.5', 'prefix'],
    ['models/gemini-2.5-pro', undefined, 'google', 'gemini-2.5-pro', 'prefix'],
    ['gemini/gemini-2.5-flash', 'gcp.gemini', 'google', 'gemini-2.5-flash', 'prefix'],
    ['projects/p/locations/l/publishers/google/models/gemini-2.5-pro', undefined, 'google', 'gemini-2.5-pro', 'prefix'],
    ['vertex_ai/claude-opus-4-8', undefined, 'google', 'claude-opus-4-8', 'prefix'],
    [
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      undefined,
      'aws',
      'regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'bedrock',
    ],
    ['global.anthropic.claude-opus-4-6-v1', 'aws.bedrock', 'aws', 'global.anthropic.claude-opus-4-6-v1:0', 'exact'],
    [
      'bedrock/eu.anthropic.claude-opus-4-8-v1:0',
      undefined,
      'aws',
      'regional.anthropic.claude-opus-4-8-v1:0',
      'prefix',
    ],
    [
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-haiku-4-5-20251001-v1:0',
      undefined,
      'aws',
      'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      'bedrock',
    ],
    ['ca.anthropic.claude-opus-4-1-v9:0', undefined, 'anthropic', 'claude-opus-4-1', 'bedrock'],
    ['gpt-5.4-20260305', undefined, 'openai', 'gpt-5.4', 'exact'],
    ['gpt-5.3-codex-2026-02-05', undefined, 'openai', 'gpt-5.3-codex', 'dated'],
    ['gpt-5.3-codex-xhigh', undefined, 'openai', 'gpt-5.3-codex', 'effort'],
    ['gpt-5.5:thinking', undefined, 'openai', 'gpt-5.5', 'variant'],
    ['gemini-3-pro', undefined, 'google', 'gemini-3-pro-preview', 'alias'],
    ['google/gemini-3-pro', undefined, 'google', 'gemini-3-pro-preview', 'prefix+alias'],
    ['kimi-k2.7-code', 'moonshot_ai', 'moonshotai', 'kimi-k2.7-code', 'exact'],
    ['composer-2.5[fast=true]', undefined, 'cursor', 'composer-2.5-fast', 'exact'],
    ['claude-haiku-5-5-20261015', undefined, undefined, 'claude-haiku-5-5', 'dated'],
    ['claude-sonnet-5-5', undefined, undefined, 'claude-sonnet-5-5', 'exact'],
    ['us.anthropic.claude-sonnet-5-5-v1:0', undefined, undefined, 'claude-sonnet-5-5', 'bedrock'],
    ['claude-sonnet-4-5', 'a-proxy-of-ours', 'anthropic', 'claude-sonnet-4-5', 'exact'],
  ])('%s of %p is %s %s by %s', (model, provider, providerId, modelId, rule) => {
    const shown = prices.show(model, provider, now)
    expect({ providerId: shown?.providerId, modelId: shown?.modelId, rule: shown?.rule }).toEqual({
      providerId,
      modelId,
      rule,
    })
  })
})

test('every way of writing one model finds the same rates', () => {
  const cost = (model: string) =>
    prices.price({ model, timeUnixNano: now, inputTokens: 1000, outputTokens: 10 }).costNanoUsd
  const plain = cost('claude-sonnet-4-5')
  for (const model of [
    'claude-sonnet-4-5-20250929',
    'claude-sonnet-4.5',
    'anthropic/claude-sonnet-4-5',
    'claude-sonnet-4-5@20250929',
    'claude-sonnet-4-5[1m]',
  ])
    expect([model, cost(model)]).toEqual([model, plain])
})

test('a tool that sells models itself is asked first, unless another provider served the request', () => {
  const call = { tool: 'copilot', model: 'gpt-4.1', timeUnixNano: now, inputTokens: 1000 }
  expect(prices.price(call).state).toBe('included')
  expect(prices.price({ ...call, provider: 'openai' })).toMatchObject({ state: 'priced', costNanoUsd: 2_000_000 })
  // What it does not list is sold by its maker.
  expect(prices.price({ ...call, model: 'claude-sonnet-4.5' })).toMatchObject({ modelId: 'claude-sonnet-4-5' })
})

describe('candidates', () => {
  test('begin with the id as it came, of the provider that was given', () => {
    expect(candidates('A/B', 'x')[0]).toEqual({ modelId: 'a/b', providerId: 'x', rule: 'exact' })
    expect(candidates('A/B', undefined)[0]).toEqual({ modelId: 'a/b', providerId: undefined, rule: 'exact' })
  })

  test('come to an end for any text', () => {
    for (const text of ['/', '//', 'a//', '/a/', ':', 'openai:', '[1m]', '@', '-fast', 'a/'.repeat(200)])
      expect(candidates(text, undefined).length).toBeLessThan(1000)
  })
})
