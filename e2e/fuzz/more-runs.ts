// more-runs.ts: loaded before the tests by `make fuzz`: every property of fast-check runs for FUZZ_SECONDS instead of its own number of
// cases, from a new seed (SEED repeats one), and says how many cases it made.
import { afterAll, mock } from 'bun:test'
import * as real from 'fast-check'

const seconds = Number(process.env.FUZZ_SECONDS ?? 10)
const seed = Number(process.env.SEED ?? Date.now() % 2_147_483_647)
let cases = 0

/** Kept apart: once the module is replaced, the namespace gives what replaced it. */
const assertOnce = real.assert
const everything = { ...real }
const byDefault = { ...real.default }

type Property = Parameters<typeof assertOnce>[0]

function assertLonger(property: Property, parameters: object = {}): Promise<void> | void {
  const run = property.run.bind(property)
  property.run = (value: unknown) => {
    cases++
    return run(value)
  }
  return assertOnce(property, {
    ...parameters,
    seed,
    numRuns: 1_000_000_000,
    interruptAfterTimeLimit: seconds * 1000,
    markInterruptAsFailure: false,
  })
}

mock.module('fast-check', () => ({
  ...everything,
  assert: assertLonger,
  default: { ...byDefault, assert: assertLonger },
}))

console.log(`every property runs for ${seconds} s from seed ${seed}`)
afterAll(() => {
  if (cases > 0) console.log(`${cases} cases of properties`)
  cases = 0
})
