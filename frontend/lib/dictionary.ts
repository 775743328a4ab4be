// dictionary.ts: a table asked by names that come from outside.

/** What it does not hold it does not have, be it called `constructor` or `__proto__`: an object literal has those of its own. */
export function dictionary<T>(from?: Readonly<Record<string, T>>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, from)
}
