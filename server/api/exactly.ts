// exactly.ts: bodies that hold what is known and nothing else: a misspelled name must not be a wish that nobody hears.
import { z } from 'zod'
import { isObject } from '#importers/json-values.ts'

/**
 * An object with these fields alone. Of another the error names it and the field that was probably meant: without this a
 * misspelled `dryRun` deletes, and a misspelled list is stored as nothing and answered with 200.
 *
 * @param passedOver names that are taken and mean nothing here, such as options of the command line that are not the server's.
 */
export function exactly<S extends z.core.$ZodLooseShape>(shape: S, passedOver: readonly string[] = []) {
  const known = Object.keys(shape)
  const error = (issue: { code?: string; keys?: unknown }) =>
    issue.code === 'unrecognized_keys' ? unknownFields(issue.keys as string[], known) : undefined
  const ignored = Object.fromEntries(
    passedOver.map((name) => [name, z.unknown().optional().meta({ deprecated: true })]),
  )
  return z.strictObject({ ...ignored, ...shape } as S, { error })
}

/** Any object as it was sent. Not a record of the validator's: that leaves out what is called `__proto__`. */
export const anyObject = z.custom<{ [name: string]: unknown }>(isObject, 'is not an object').meta({ type: 'object' })

/** What the items of a list that are read one by one should be, for its description. */
export function itemsOf(shape: z.ZodType) {
  const { $schema: _, ...items } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
  return items as never
}

function unknownFields(names: readonly string[], known: readonly string[]): string {
  const name = names[0] ?? ''
  const meant = nearest(name, known)
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)
  return `${shown} is not known here${meant === undefined ? '' : `; did you mean "${meant}"?`} (known: ${known.join(', ') || 'nothing'})`
}

/** The known name with the fewest changes, where those are few for its length. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const given = plain(name).slice(0, 100)
  const [best] = known
    .map((one) => ({ one, changes: changesBetween(given, plain(one)) }))
    .filter(
      ({ one, changes }) =>
        changes <= Math.max(1, Math.floor(one.length / 3)) ||
        (given.length > 3 && plain(one).startsWith(given.slice(0, -1))),
    )
    .sort((a, b) => a.changes - b.changes)
  return best?.one
}

/** Letters put in, left out, changed, or swapped with their neighbour. */
function changesBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Number.MAX_VALUE
      row.push(
        Math.min(
          rows[i - 1]![j]! + 1,
          row[j - 1]! + 1,
          rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped,
        ),
      )
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
