// tool-text.ts: a tool call in a line: what it was asked, and where input, diff and output are.

import { textOf } from '../lib/safe-text.ts'
import type { Message } from '../lib/shapes.ts'

export type ToolText = {
  name: string
  /** The command, path, pattern, address or task, whichever it has. */
  summary: string
  input: string
  /** The parsed input, when it is an object. */
  fields: Record<string, unknown> | undefined
  output: string
  diff: string | undefined
  added: number
  removed: number
}

const told = [
  'command',
  'cmd',
  'file_path',
  'filePath',
  'path',
  'absolute_path',
  'notebook_path',
  'pattern',
  'query',
  'url',
  'description',
  'prompt',
  'task',
  'name',
  'input',
  'code',
] as const

/** Reads a tool call and its result; any shape of input does. */
export function describeTool(use: Message, result: Message | undefined): ToolText {
  const input = textOf(use.toolInput) || (use.role === 'tool_use' ? use.content : '')
  const fields = objectOf(use.toolInput)
  const output =
    textOf(result?.toolOutput) ||
    (result && result !== use
      ? result.content
      : textOf(use.toolOutput) || (use.role === 'tool_result' ? use.content : ''))
  const diff = result?.diff ?? use.diff
  return {
    name: use.toolName || result?.toolName || 'tool',
    summary: summaryOf(fields, input),
    input,
    fields,
    output,
    diff,
    ...countLines(diff),
  }
}

function objectOf(input: unknown): Record<string, unknown> | undefined {
  let value = input
  if (typeof value === 'string') {
    const text = value.trim()
    if (!text.startsWith('{') || text.length > 2_000_000) return undefined
    try {
      value = JSON.parse(text)
    } catch {
      return undefined
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function summaryOf(fields: Record<string, unknown> | undefined, input: string): string {
  if (!fields) return firstLine(input)
  // A search is told by what was looked for, then by where.
  const { pattern, path } = fields
  if (typeof pattern === 'string' && pattern !== '')
    return firstLine(typeof path === 'string' && path !== '' ? `${pattern} in ${path}` : pattern)
  for (const key of told) {
    const value = fields[key]
    if (typeof value === 'string' && value !== '') return firstLine(value)
    if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return firstLine(value.join(' '))
  }
  const first = Object.values(fields).find((value) => typeof value === 'string' && value !== '')
  return typeof first === 'string' ? firstLine(first) : ''
}

/** A text's first line, of a long one its beginning. */
export function firstLine(text: string): string {
  return (text.slice(0, 2_000).trim().split('\n')[0] ?? '').slice(0, 300)
}

/** Lines added and removed by a unified diff. */
export function countLines(diff: string | undefined): { added: number; removed: number } {
  let added = 0
  let removed = 0
  for (const line of diff?.split('\n') ?? []) {
    if (line.startsWith('+') && !line.startsWith('+++')) added++
    else if (line.startsWith('-') && !line.startsWith('---')) removed++
  }
  return { added, removed }
}
