// named-test.ts: whether a test of a name is there, for lists that point to tests.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a file here has a test that is called so, or begins so where its name is put together. */
export function hasTest(file: string, title: string): boolean {
  const path = join(import.meta.dir, file)
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  return [`'${title}'`, `"${title}"`, `\`${title}\``, `\`${title},`].some(
    (written) => text.includes(`test(${written}`) || text.includes(`(\n    ${written}`),
  )
}
