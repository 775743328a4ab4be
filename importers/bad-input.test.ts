// Recorded telemetry with attributes changed at random: nothing may throw, and nothing odd may come out.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type AttributeValue, Double } from '#proto/attributes.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { translate } from './index.ts'

const all = recordings()

describe('bad input', () => {
  // What an attribute may become: every type, the edges of numbers, names of methods.
  const odd = fc.oneof(
    fc.constantFrom<AttributeValue>(
      null,
      '',
      'constructor',
      '__proto__',
      -1,
      0,
      1e300,
      2n ** 63n,
      true,
      new Double(Number.NaN),
    ),
    fc.string(),
    fc.double(),
    fc.constant<AttributeValue>([1, 'a', null]),
    fc.constant<AttributeValue>({ a: { b: [] } }),
    fc.constant<AttributeValue>(new Uint8Array([0, 255])),
    fc.constant<AttributeValue>('{"a":'),
  )

  for (const agent of ['claude-code', 'codex', 'gemini', 'opencode', 'copilot']) {
    test(`${agent}: no attribute can throw, and what comes out the ledger can take`, () => {
      const own = all.filter(({ name, body }) => name.startsWith(`${agent}/`) && body.length < 60_000)
      fc.assert(
        fc.property(
          fc.nat(own.length - 1),
          fc.array(odd, { minLength: 1, maxLength: 20 }),
          fc.integer(),
          (at, values, seed) => {
            const { signal, encoding, body } = own[at]!
            const { telemetry } = decode(signal, encoding, body, 1n)
            let state = Math.abs(seed) + 1
            const next = () => {
              state = (state * 48_271) % 2_147_483_647
              return state
            }
            for (const { attributes, resource } of [...telemetry.spans, ...telemetry.logs, ...telemetry.points])
              for (const set of [attributes, resource.attributes])
                for (const key in set) if (next() % 5 === 0) set[key] = values[next() % values.length]!
            const out = translate(telemetry)
            for (const call of out.calls) {
              expect([typeof call.sessionId, typeof call.model, typeof call.observationId]).toEqual([
                'string',
                'string',
                'string',
              ])
              expect(call.keys.every((key) => typeof key === 'string')).toBe(true)
            }
            expect(out.aggregates.every(({ value }) => Number.isFinite(value))).toBe(true)
            requests(out.calls)
          },
        ),
        { numRuns: 60, seed: 42 },
      )
    })
  }
})
