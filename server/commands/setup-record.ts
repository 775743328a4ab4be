// setup-record.ts: what `setup --apply` changed, kept in our home, so that `--undo` gives the very bytes back.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyPatch, reversePatch, structuredPatch } from 'diff'
import { readText, targetOf, writeWhole } from './edit-file.ts'

/** One change of one file. `before` is null where there was no file. */
type Change = { path: string; before: string | null; after: string; madeFolders: string[]; at: string }

const recordOf = (home: string, tool: string) => join(home, 'setup', `${tool}.json`)

/** The changes of a tool's files that were not taken back, oldest first. */
export function changesOf(home: string, tool: string): Change[] {
  const record = recordOf(home, tool)
  return existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Change[]) : []
}

/**
 * Changes a file and remembers how it was; also as a plain copy, for a person.
 *
 * @returns where the copy lies, `undefined` when there was no file.
 * @throws Error when the file is not as it was when the change was planned.
 */
export function applyChange(home: string, tool: string, path: string, before: string | undefined, after: string) {
  if (readText(path) !== before) throw new Error(`${path} changed in the meantime; nothing was written, try again`)
  const folder = join(home, 'setup')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const at = new Date().toISOString()
  let copy: string | undefined
  if (before !== undefined) {
    copy = join(folder, `${tool}-${at.replaceAll(':', '')}-${path.split(/[\\/]/).at(-1)}`)
    writeFileSync(copy, before, { mode: 0o600 })
  }
  // Remembered first: a crash in between leaves a record of a change that did not happen, which undoing passes over.
  const kept = changesOf(home, tool)
  const change: Change = { path, before: before ?? null, after, madeFolders: [], at }
  writeWhole(recordOf(home, tool), JSON.stringify([...kept, change]))
  change.madeFolders = writeWhole(path, after)
  writeWhole(recordOf(home, tool), JSON.stringify([...kept, change]))
  return copy
}

export type Undone = { path: string; removed: boolean; text: string | undefined }

/**
 * What the files are after every change is taken back, newest first: the bytes from before, or, where the file was changed by
 * others since, only our lines taken out of it.
 *
 * @throws Error when our lines cannot be told apart any more.
 */
export function planUndo(home: string, tool: string): { changes: Change[]; files: Undone[] } {
  const changes = changesOf(home, tool)
  const texts = new Map<string, string | undefined>()
  for (const change of changes.toReversed()) {
    const text = texts.has(change.path) ? texts.get(change.path) : readText(change.path)
    texts.set(change.path, takenBack(change, text))
  }
  return { changes, files: [...texts].map(([path, text]) => ({ path, text, removed: text === undefined })) }
}

function takenBack({ path, before, after }: Change, text: string | undefined): string | undefined {
  const was = before ?? undefined
  if (text === after) return was
  if (text === was || text === undefined) return text
  const patch = structuredPatch(path, path, before ?? '', after, '', '', { context: 1 })
  const mended = applyPatch(text, reversePatch(patch), { autoConvertLineEndings: false })
  if (mended === false) {
    throw new Error(`${path} was changed since, and what telltale put there cannot be told apart: take it out by hand`)
  }
  return mended
}

/** Writes what {@link planUndo} found and forgets the changes. */
export function undo(home: string, tool: string, { changes, files }: ReturnType<typeof planUndo>): void {
  for (const { path, text } of files) {
    if (text !== undefined) {
      if (readText(path) !== text) writeWhole(path, text)
      continue
    }
    rmSync(targetOf(path), { force: true })
    const made = changes.filter((change) => change.path === path).flatMap(({ madeFolders }) => madeFolders)
    for (const folder of made.toReversed()) {
      if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
    }
  }
  rmSync(recordOf(home, tool), { force: true })
}
