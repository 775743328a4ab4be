// usage-error.ts: a wrong argument or setting: one clear line, exit code 2.

/** Thrown for anything the user typed or set that cannot be used. The message names it and says what is valid. */
export class UsageError extends Error {
  override name = 'UsageError'
}
