// secrets.ts: how known secrets are found in a text and taken out.
import { secretForms } from './secret-forms.ts'

const compiled = secretForms.map(({ name, pattern, flags = '', sign = pattern }) => ({
  name,
  expression: new RegExp(pattern, `g${flags}`),
  /** Tried where the form may begin. */
  sign: new RegExp(sign, `y${flags}`),
}))

/** Three characters of any case as a number of 21 bits; what is not ASCII looks like something that is. */
const folded = (unit: number) => (unit | 0x20) & 0x7f
const bits = 21

/** By three characters: the forms that may begin with them, and a bit each that says whether there are any. */
const formsBy = new Map<number, number[]>()
const begins = new Uint8Array(1 << (bits - 3))
secretForms.forEach(({ beginnings }, form) => {
  for (const beginning of beginnings) {
    const index = [...beginning].reduce((sum, character) => (sum << 7) | folded(character.charCodeAt(0)), 0)
    const forms = formsBy.get(index) ?? []
    if (!forms.includes(form)) formsBy.set(index, [...forms, form])
    begins[index >> 3] = (begins[index >> 3] as number) | (1 << (index & 7))
  }
})

/**
 * The forms that a text may hold, in their order. Nearly every text holds none, and finding that out must be cheap: one walk
 * over the characters costs 1.3 ns each, all expressions one after the other 45.
 */
function formsIn(text: string): number[] {
  let found: number[] | undefined
  let index = 0
  for (let at = 0; at < text.length; at++) {
    index = ((index << 7) | folded(text.charCodeAt(at))) & ((1 << bits) - 1)
    if (((begins[index >> 3] as number) & (1 << (index & 7))) === 0) continue
    for (const form of formsBy.get(index) ?? nothing) {
      if (found?.includes(form)) continue
      const { sign } = compiled[form] as (typeof compiled)[number]
      sign.lastIndex = at - 2
      if (!sign.test(text)) continue
      found ??= []
      found.push(form)
    }
  }
  return found?.sort((a, b) => a - b) ?? nothing
}

const nothing: number[] = []

/** How often each form was found since the start; names and counts, never a secret. */
export type RedactionReport = Map<string, number>

/** A URL with a password of one letter. */
const shortestSecret = 10

/** The text with every known secret replaced by `[REDACTED:<form>]`; the very same string when it holds none. */
export function redactText(text: string, report?: RedactionReport): string {
  if (text.length < shortestSecret) return text
  let out = text
  for (const form of formsIn(text)) {
    const { name, expression } = compiled[form] as (typeof compiled)[number]
    out = out.replace(expression, (...found: unknown[]) => {
      report?.set(name, (report.get(name) ?? 0) + 1)
      const groups = found.at(-1) as { keep?: string } | undefined
      return `${typeof groups === 'object' ? (groups?.keep ?? '') : ''}[REDACTED:${name}]`
    })
  }
  return out
}
