import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findInBaseTable, listBaseTable } from './base-table.ts'
import { generatedSource } from './compile-base.ts'
import { aliasesOf, aliasIds, overlayModel, overlayModels } from './overlay.ts'
import { createPrices } from './prices.ts'

test('the generated table is what the installed package says', () => {
  expect(readFileSync(join(import.meta.dir, 'base-table.gen.ts'), 'utf8')).toBe(generatedSource())
})

test('every rate is a whole number of nano-USD, and unknown or at least 0', () => {
  for (const { modelId, versions } of [...listBaseTable(), ...overlayModels()])
    for (const { base, tiers } of versions)
      for (const rates of [base, ...tiers.map((tier) => tier.rates)])
        for (const rate of Object.values(rates)) {
          if (!(Number.isSafeInteger(rate) && rate >= -1)) throw new Error(`${modelId}: ${JSON.stringify(rates)}`)
        }
  expect(listBaseTable().length).toBeGreaterThan(1400)
})

test('the overlay repeats no model that the base table has under the same id', () => {
  for (const { modelId } of overlayModels()) expect(findInBaseTable(modelId, undefined)?.modelId).not.toBe(modelId)
})

test('every alias stands for a model that has a price', () => {
  const prices = createPrices()
  for (const id of aliasIds())
    for (const { as, from } of aliasesOf(id)) {
      const found = overlayModel(as) ?? prices.show(as, undefined, from ?? 1_795_320_000_000_000_000n)
      if (!found) throw new Error(`${id} → ${as} has no price`)
    }
})
