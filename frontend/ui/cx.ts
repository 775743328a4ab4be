// cx.ts: class names put together, and the one variant helper of the primitives.

/** Joins the class names that are there. */
export function cx(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}

type Choices = Record<string, Record<string, string>>
type Chosen<C extends Choices> = { [K in keyof C]?: keyof C[K] | undefined }

/**
 * A function from chosen variants to class names: `variants('base', { size: { small: 'h-6' } }, { size: 'small' })`. What is
 * not chosen falls back to the defaults.
 */
export function variants<const C extends Choices>(base: string, choices: C, defaults: Required<Chosen<C>>) {
  return (chosen: Chosen<C> & { className?: string | undefined }): string => {
    const names = Object.keys(choices).map((key) => choices[key]?.[String(chosen[key] ?? defaults[key])])
    return cx(base, ...names, chosen.className)
  }
}
