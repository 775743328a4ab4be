// transcript-results.ts: what the result of a Claude Code tool tells: outcome, lines, diff, searches.
import type { ToolCallObservation } from '#proto/telemetry.ts'
import { arrayOf, isObject, type JsonObject, numberOf, objectOf, spelled, textOf } from '../json-values.ts'
import { changedLines, lineCount, structuredPatch, unifiedDiff } from '../line-diff.ts'

/** The text of a message's or result's content: a string, or blocks of which only text is text. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  return arrayOf(content)
    .map((block) => {
      const { type, text, source } = objectOf(block)
      if (typeof text === 'string') return text
      if (type === 'image') return `[image ${textOf(objectOf(source).media_type) ?? ''}]`.replace(' ]', ']')
      if (type === 'tool_reference') return `[tool ${textOf(objectOf(block).tool_name) ?? ''}]`
      return typeof type === 'string' ? `[${type}]` : spelled(block)
    })
    .join('\n')
}

/** The file a tool works on, by the names its input uses. */
export function fileOf(input: JsonObject): string | undefined {
  return textOf(input.file_path) ?? textOf(input.notebook_path) ?? textOf(input.path)
}

/** How a refused call is told: in words only, and by whom. */
export function refusal(text: string): Pick<ToolCallObservation, 'decision' | 'decisionSource'> {
  if (
    /^(The user doesn't want to (proceed|take)|User rejected|\[Request interrupted by user for tool use\])/.test(text)
  )
    return { decision: 'reject', decisionSource: 'user_reject' }
  if (
    /^(Permission to use .+ has been denied|Claude requested permissions? to |This command requires approval)/.test(
      text,
    )
  )
    return { decision: 'reject', decisionSource: 'config' }
  if (/^[^\n]+' (was blocked\. For security, Claude Code may only|needs approval\. )/.test(text))
    return { decision: 'reject', decisionSource: 'config' }
  return {}
}

/** What was decided about a call, in the words of the events, where the line of its result says so (2.1.332). */
export function decided(decision: unknown): Pick<ToolCallObservation, 'decision' | 'decisionSource'> {
  const { decision: outcome, source } = objectOf(decision)
  const said = textOf(outcome)
  if (!said) return {}
  const by = textOf(source)
  return { decision: said, ...(by ? { decisionSource: by } : {}) }
}

export type Edit = { added: number; removed: number; diff?: string }

/**
 * The lines that a successful edit changed: by the patch in the result, else by a real diff of what the input replaces.
 * A replacement of every occurrence without a patch cannot be counted and is not.
 */
export function editOf(toolName: string, input: JsonObject, result: unknown): Edit | undefined {
  const outcome = objectOf(result)
  const path = fileOf(input) ?? ''
  const patch = structuredPatch(outcome.structuredPatch)
  if (patch && (patch.added > 0 || patch.removed > 0))
    return { added: patch.added, removed: patch.removed, diff: patch.text }
  switch (toolName) {
    case 'Write': {
      const content = typeof input.content === 'string' ? input.content : undefined
      if (content === undefined) return undefined
      const original = typeof outcome.originalFile === 'string' ? outcome.originalFile : undefined
      if (original !== undefined) return edit(path, original, content)
      // An overwrite whose former content nobody wrote down: what it removed is unknown.
      if (outcome.type === 'update') return undefined
      return { added: lineCount(content), removed: 0, ...diffOf(path, '', content) }
    }
    case 'Edit': {
      if (input.replace_all === true || outcome.replaceAll === true) return undefined
      return replaced(path, input)
    }
    case 'MultiEdit': {
      const edits = arrayOf(input.edits).filter(isObject)
      if (edits.length === 0 || edits.some(({ replace_all }) => replace_all === true)) return undefined
      const parts = edits.map((one) => replaced(path, one)).filter((one) => one !== undefined)
      return {
        added: parts.reduce((sum, { added }) => sum + added, 0),
        removed: parts.reduce((sum, { removed }) => sum + removed, 0),
        diff: parts.map(({ diff }) => diff ?? '').join('\n'),
      }
    }
    case 'NotebookEdit': {
      const source = textOf(input.new_source)
      if (source === undefined || input.edit_mode !== 'insert') return undefined
      return { added: lineCount(source), removed: 0 }
    }
    default:
      return undefined
  }
}

function replaced(path: string, input: JsonObject): Edit | undefined {
  const { old_string: before, new_string: after } = input
  return typeof before === 'string' && typeof after === 'string' ? edit(path, before, after) : undefined
}

const edit = (path: string, before: string, after: string): Edit => ({
  ...changedLines(before, after),
  ...diffOf(path, before, after),
})

function diffOf(path: string, before: string, after: string): { diff?: string } {
  const diff = unifiedDiff(path, before, after)
  return diff === '' ? {} : { diff }
}

/** Web searches that the linked result tells (pricing rule 8). */
export function searchesOf(result: unknown): number {
  const count = numberOf(objectOf(result).searchCount)
  return count !== undefined && count > 0 ? count : 0
}

/** How long the tool itself took, where its result says so. */
export function ownDuration(result: unknown): number | undefined {
  const outcome = objectOf(result)
  const seconds = numberOf(outcome.durationSeconds)
  return numberOf(outcome.totalDurationMs) ?? numberOf(outcome.durationMs) ?? (seconds && seconds * 1000)
}

/** What the command printed, for Bash; `''` for other tools. */
export function printed(result: unknown, text: string): string {
  const { stdout, stderr } = objectOf(result)
  return typeof stdout === 'string' ? `${stdout}\n${typeof stderr === 'string' ? stderr : ''}` : text
}
