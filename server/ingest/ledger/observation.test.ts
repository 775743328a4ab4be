// observation.test.ts: an observation is kept clean, and the short ways to write it say what the long ones would.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { CallObservation } from '#proto/telemetry.ts'
import { countFields, detailFields, identified, readied } from './observation.ts'
import { seen } from './testing.ts'

const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\ud800',
    'é"\\\n',
    'x'.repeat(300),
    0,
    -0,
    1.5,
    2 ** 60,
    -3,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    true,
  ),
)
const fields = [...detailFields, ...countFields, 'reportedCostNanoUsd'] as const
const observation = fc
  .record(Object.fromEntries(fields.map((field) => [field, odd])), { requiredKeys: [] })
  .chain((part) =>
    fc
      .array(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 4 })
      .map((keys) => seen({ ...part, keys } as Partial<CallObservation>)),
  )

test('whatever an observation holds, what is kept is clean, as JSON.stringify writes it, and equal to itself when read back', () => {
  fc.assert(
    fc.property(observation, (given) => {
      const before = structuredClone(given)
      const { observation: kept, detail, fingerprint, idHash } = readied(given)
      expect(given).toEqual(before)
      const own = detailFields.filter((field) => kept[field] !== undefined).map((field) => [field, kept[field]])
      if (kept.unreadable) own.push(['unreadable' as never, kept.unreadable as never])
      expect(detail).toBe(JSON.stringify(Object.fromEntries(own)))
      for (const field of detailFields) {
        const value = kept[field]
        if (typeof value === 'string') expect(value !== '' && value.isWellFormed()).toBe(true)
        else expect(value === undefined || Number.isFinite(value)).toBe(true)
      }
      for (const field of countFields) expect(kept[field] === undefined || Number.isSafeInteger(kept[field])).toBe(true)
      expect(kept.keys).toEqual([...new Set(kept.keys)].sort())
      expect(kept.keys.every((key) => key.isWellFormed())).toBe(true)
      expect(identified({ ...kept })).toEqual({ ...readied(given), fingerprint, idHash })
    }),
  )
})
