// transcript-values.ts: tokens, texts, outcomes and changes as Gemini CLI writes them.
import type { TokenCounts } from '#proto/telemetry.ts'
import { countOf, isObject, type JsonObject, numberOf, objectOf, spelled, textOf } from '../json-values.ts'
import { patchLines } from '../line-diff.ts'

/** Cached tokens are inside the input, thoughts come on top of the output, tool prompts on top of the input. */
export function countsOf(value: unknown): TokenCounts | undefined {
  if (!isObject(value)) return undefined
  const input = countOf(value.input)
  const output = countOf(value.output)
  if (input === undefined && output === undefined) return undefined
  const cached = Math.min(countOf(value.cached) ?? 0, input ?? 0)
  const thoughts = countOf(value.thoughts) ?? 0
  return {
    inputTokens: (input ?? 0) - cached + (countOf(value.tool) ?? 0),
    cacheReadTokens: cached,
    cacheWriteTokens: 0,
    outputTokens: (output ?? 0) + thoughts,
    reasoningTokens: thoughts,
  }
}

/** The text of a record's content: a text, or parts of which only text is text. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  const parts = Array.isArray(content) ? content : isObject(content) ? [content] : []
  return parts
    .map((part) => (typeof part === 'string' ? part : textOf(objectOf(part).text)))
    .filter((text) => text !== undefined)
    .join('\n')
}

/** The text that went back to the model. */
export function resultText(result: unknown): string {
  const parts = Array.isArray(result) ? result : result === undefined ? [] : [result]
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      const response = objectOf(objectOf(part).functionResponse).response
      const { output, error } = objectOf(response)
      return (
        textOf(output) ??
        textOf(error) ??
        textOf(objectOf(part).text) ??
        (response === undefined ? '' : spelled(response))
      )
    })
    .filter((text) => text !== '')
    .join('\n')
}

/** A command that failed is a success to Gemini CLI, which only writes its code into the output. */
export function exitCode(toolName: string, output: string): number {
  if (toolName !== 'run_shell_command') return 0
  return Number(/^Exit Code: (-?\d+)\s*$/m.exec(output)?.[1] ?? 0)
}

/** States of a call that has no result yet. */
export const unfinished = new Set(['validating', 'scheduled', 'awaiting_approval', 'executing'])

/** The lines an edit changed, as Gemini CLI itself counts them, else by its diff. */
export function editOf(display: unknown): { added: number; removed: number; diff: string } | undefined {
  const { fileDiff, diffStat } = objectOf(display)
  const diff = textOf(fileDiff)
  if (diff === undefined) return undefined
  const stat = objectOf(diffStat)
  const by = (who: string, what: string) => numberOf(stat[`${who}_${what}_lines`]) ?? 0
  if (isObject(diffStat))
    return {
      added: by('model', 'added') + by('user', 'added'),
      removed: by('model', 'removed') + by('user', 'removed'),
      diff,
    }
  return { ...patchLines(diff), diff }
}

export function serverOf(call: JsonObject, toolName: string): { mcpServer?: string } {
  const server = textOf(call.mcpServerName) ?? /^mcp_(.+?)_/.exec(toolName)?.[1]
  return server ? { mcpServer: server } : {}
}
