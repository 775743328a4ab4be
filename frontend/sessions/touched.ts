// touched.ts: which files a tool call read or changed, as its input and its diff tell.
import type { ToolText } from './tool-text.ts'

export type Touched = { path: string; changed: boolean }

/** The same words as in the server's `sessions/files.sql`. */
const changes = /edit|patch|replace|write|create|insert/i
const reads = /^read|_read|read_|view|^cat$|open_file/i
const pathKeys = ['file_path', 'filePath', 'path', 'absolute_path', 'notebook_path'] as const
/** A patch names its files itself. */
const patched = /^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm

/** The files of one tool call; none where it names none, or does something else with them. */
export function touchedBy({ name, fields, input }: ToolText): Touched[] {
  const isChange = changes.test(name)
  if (!isChange && !reads.test(name)) return []
  for (const key of pathKeys) {
    const path = fields?.[key]
    if (typeof path === 'string' && path !== '') return [{ path, changed: isChange }]
  }
  const text = [fields?.input, fields?.patch, fields?.patchText, input].find((one) => typeof one === 'string')
  return isChange && typeof text === 'string'
    ? [...text.slice(0, 1_000_000).matchAll(patched)].map(([, path]) => ({ path: path!, changed: true }))
    : []
}

/** A path as it is read from a folder; one outside of it stays whole. */
export function within(path: string, folder: string | undefined): string {
  const inside = folder && `${folder.replace(/\/$/, '')}/`
  return inside && path.startsWith(inside) ? path.slice(inside.length) : path
}
