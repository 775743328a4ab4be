// line-diff.ts: how many lines a change adds and removes, and the change as unified text.
import { createTwoFilesPatch, diffLines } from 'diff'
import { arrayOf, countOf, objectOf, textOf } from './json-values.ts'

export type LineCounts = { added: number; removed: number }

/** Texts longer than this are not compared line by line: the worst case is quadratic. */
const diffCharsMax = 400_000

/** The lines of a text; a newline at the end begins no further line. */
export function lineCount(text: string): number {
  if (text === '') return 0
  let count = text.endsWith('\n') ? 0 : 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** A real line diff of two texts. Too long for one, the whole text counts as replaced. */
export function changedLines(before: string, after: string): LineCounts {
  if (before === after) return { added: 0, removed: 0 }
  if (before === '' || after === '' || before.length + after.length > diffCharsMax)
    return { added: lineCount(after), removed: lineCount(before) }
  let added = 0
  let removed = 0
  for (const part of diffLines(withNewline(before), withNewline(after))) {
    if (part.added) added += part.count ?? 0
    if (part.removed) removed += part.count ?? 0
  }
  return { added, removed }
}

const withNewline = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** The change as a unified diff without file headers; `''` when there is none or it is too long to compare. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after || before.length + after.length > diffCharsMax) return ''
  const patch = createTwoFilesPatch(path, path, before, after, undefined, undefined, { context: 3 })
  return patch.slice(Math.max(0, patch.indexOf('@@')))
}

/** Lines that a unified diff adds and removes; its headers (`---`, `+++`) are none. */
export function patchLines(patch: string): LineCounts {
  let added = 0
  let removed = 0
  let inHunk = false
  for (const line of patch.split('\n')) {
    if (line.startsWith('@@')) inHunk = true
    else if (/^(diff |Index: |index |={10})/.test(line)) inHunk = false
    else if (!inHunk) continue
    else if (line.startsWith('+')) added++
    else if (line.startsWith('-')) removed++
  }
  return { added, removed }
}

/** Claude Code's `structuredPatch`: its counts and its text; `undefined` when the value is no such patch. */
export function structuredPatch(value: unknown): (LineCounts & { text: string }) | undefined {
  if (!Array.isArray(value)) return undefined
  let added = 0
  let removed = 0
  const out: string[] = []
  for (const hunk of value) {
    const { oldStart, oldLines, newStart, newLines, lines } = objectOf(hunk)
    const [a, b, c, d] = [oldStart, oldLines, newStart, newLines].map((value) => countOf(value) ?? 0)
    out.push(`@@ -${a},${b} +${c},${d} @@`)
    for (const line of arrayOf(lines)) {
      const text = textOf(line) ?? ''
      if (text.startsWith('+')) added++
      else if (text.startsWith('-')) removed++
      out.push(text)
    }
  }
  return { added, removed, text: out.join('\n') }
}

/**
 * The counts of an `apply_patch` document (`*** Update File: …`, `*** Add File: …`, `*** Delete File: …`). Deleted files
 * count no lines: the patch does not hold them.
 */
export function applyPatchLines(patch: string): LineCounts & { files: string[] } {
  let added = 0
  let removed = 0
  const files: string[] = []
  for (const line of patch.split('\n')) {
    const file = /^\*\*\* (?:Update|Add|Delete) File: (.+)$/.exec(line)?.[1]
    if (file) files.push(file.trim())
    else if (line.startsWith('***')) continue
    else if (line.startsWith('+')) added++
    else if (line.startsWith('-')) removed++
  }
  return { added, removed, files }
}
