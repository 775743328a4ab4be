// bounds.ts: conditions on a number in a query, `>0.5`, `<=2`, `>1,<10`, as the least and the largest whole unit that meet them.
import { z } from 'zod'

/** Both inclusive. */
export type Bounds = { min: bigint | null; max: bigint | null }

export const unbounded: Bounds = { min: null, max: null }

/** Beyond what any column holds. */
const most = 2n ** 62n

/**
 * Reads comparisons, separated by commas, that all have to be met.
 *
 * @param perUnit how many of the column's whole units one of the parameter's is: 1e9 nano-dollars are a dollar.
 */
export function boundsParam(perUnit: number, unit: string) {
  return z
    .string()
    .max(200)
    .transform((given, context): Bounds => {
      const bounds: Bounds = { ...unbounded }
      for (const part of given.split(',')) {
        const match = /^(>=|<=|>|<|=)?\s*(\d+(?:\.\d+)?)$/.exec(part.trim())
        if (!match) {
          context.addIssue(
            `${JSON.stringify(part)} is no comparison; use >, >=, <, <= or = and a number, as in >0.5,<=2`,
          )
          return z.NEVER
        }
        narrow(bounds, match[1] ?? '=', Number(match[2]) * perUnit)
      }
      return bounds
    })
    .default(unbounded)
    .describe(`${unit}: comparisons that all have to be met, as in >0.5,<=2`)
    .meta({ type: 'string' })
}

function narrow(bounds: Bounds, comparison: string, value: number): void {
  // A product of doubles misses whole numbers by a hair: 0.29 * 1e9.
  const near = Math.round(value)
  const exact = Math.abs(value - near) < 1e-6 * Math.max(1, Math.abs(value)) ? near : value
  const floor = clamp(Math.floor(exact))
  const ceil = clamp(Math.ceil(exact))
  const atLeast = (least: bigint) => {
    if (bounds.min === null || least > bounds.min) bounds.min = least
  }
  const atMost = (largest: bigint) => {
    if (bounds.max === null || largest < bounds.max) bounds.max = largest
  }
  if (comparison === '>') atLeast(floor + 1n)
  if (comparison === '>=') atLeast(ceil)
  if (comparison === '<') atMost(ceil - 1n)
  if (comparison === '<=') atMost(floor)
  if (comparison === '=') {
    atLeast(ceil)
    atMost(floor)
  }
}

const clamp = (value: number): bigint => (value >= Number(most) ? most : BigInt(value))
