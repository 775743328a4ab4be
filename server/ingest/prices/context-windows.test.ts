import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedWindows } from './compile-windows.ts'
import { contextWindow } from './context-windows.ts'
import { createPrices } from './prices.ts'

test('the generated windows are what the installed package says', () => {
  expect(readFileSync(join(import.meta.dir, 'context-windows.gen.ts'), 'utf8')).toBe(generatedWindows())
})

test('the models that agents name have a window, under whatever name they are given', () => {
  const prices = createPrices()
  const windowOf = (model: string, provider?: string) => {
    const shown = prices.show(model, provider, 1_795_000_000_000_000_000n)
    return shown && contextWindow(shown.providerId, shown.modelId)
  }
  expect(windowOf('claude-sonnet-4-5-20250929')).toBe(200_000)
  expect(windowOf('claude-opus-5')).toBe(1_000_000)
  expect(windowOf('gpt-5.3-codex')).toBe(400_000)
  expect(windowOf('gemini-2.5-pro')).toBe(1_048_576)
  expect(windowOf('no-such-model')).toBeUndefined()
})
