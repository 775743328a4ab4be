// attribute-filter.ts: attributes and their values that records are filtered by, as a parameter and in a body.
import { z } from 'zod'
import { isObject } from '#importers/json-values.ts'

/** Values by attribute: a record must have one of each; an empty text stands for a record without the attribute. */
export type AttributeFilter = Readonly<Record<string, readonly string[]>>

const attributesMax = 16
const valuesMax = 100
const charsMax = 2_000

const value = z.union([z.string(), z.number(), z.boolean()], 'is no text, number, true or false')
const values = z
  .union([value, z.array(value).min(1, 'has no values').max(valuesMax, `has more than ${valuesMax} values`)])
  .transform((given) => [given].flat().map(String))
  .refine((given) => given.every((one) => one.length <= charsMax), `has a value of more than ${charsMax} characters`)

const attribute = z.string().min(1, 'is empty').max(charsMax)

/**
 * `{"type": "input", "model": ["a", "b"]}`: every attribute must have one of its values. Not a record of the validator's: that
 * leaves an attribute called `__proto__` out, and a filter that is left out lets everything pass.
 */
export const filterBody = z
  .custom<object>(isObject, 'is not an object of attributes and their values')
  .transform((given, context): AttributeFilter => {
    const filter: Record<string, readonly string[]> = Object.create(null)
    for (const [name, wanted] of Object.entries(given)) {
      const [key, own] = [attribute.safeParse(name), values.safeParse(wanted)]
      const [issue] = [...(key.error?.issues ?? []), ...(own.error?.issues ?? [])]
      if (issue) context.addIssue({ code: 'custom', path: [name], message: issue.message, input: wanted })
      else filter[name] = own.data!
    }
    if (Object.keys(given).length > attributesMax) context.addIssue(`names more than ${attributesMax} attributes`)
    return filter
  })
  .meta({ type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'array'] } })

const example = '{"type":"input","model":["a","b"]}'

/** The same as JSON text in a query. */
const jsonParam = z
  .string()
  .optional()
  .transform((text, context): AttributeFilter | undefined => {
    if (text === undefined || text === '') return undefined
    let given: unknown
    try {
      given = JSON.parse(text)
    } catch {
      context.addIssue(`is not JSON; use ${example}`)
      return z.NEVER
    }
    const parsed = filterBody.safeParse(given)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    context.addIssue(`${issue?.path.join('.') ? `${issue.path.join('.')} ` : ''}${issue?.message}; use ${example}`)
    return z.NEVER
  })

export const filterParam = jsonParam.meta({
  description: 'only records with these attributes, as JSON: a value or a list of values for each',
  example,
})

/** Attributes and values of records that are left out. */
export const excludeParam = jsonParam.meta({
  description: 'no records with these attributes, as JSON: a value or a list of values for each',
  example: '{"level":"INFO","event":["hook_registered"]}',
})

/** The JSON pointer to an attribute among others. */
export function pointerTo(attribute: string): string {
  return `/${attribute.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
