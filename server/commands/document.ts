// document.ts: what `--json` prints: one document, the same value everywhere, with nothing in it that a terminal would act on.
import { acting, escaped } from '../log.ts'

/** The JSON text of a value and a line's end. What JSON leaves as it is and a terminal does not is written as `\u009b`. */
export function documentOf(value: unknown): string {
  return `${JSON.stringify(value).replace(acting, escaped)}\n`
}

/** Prints a value as the one document on standard output. */
export function printDocument(value: unknown): void {
  process.stdout.write(documentOf(value))
}
