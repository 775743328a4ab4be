// transcript-usage.ts: Codex's cumulative token counters → the usage of single requests, each counted once.
import type { TokenCounts } from '#proto/telemetry.ts'
import { countOf, isObject, type JsonObject } from '../json-values.ts'

/** A usage in Codex's own words: cached and written tokens are inside `input`, reasoning is inside `output`. */
export type Usage = { input: number; cached: number; written: number; output: number; reasoning: number; total: number }

const parts = ['input', 'cached', 'written', 'output', 'reasoning', 'total'] as const

export function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined
  const usage: JsonObject = value
  const input = countOf(usage.input_tokens)
  const output = countOf(usage.output_tokens)
  const total = countOf(usage.total_tokens)
  if (input === undefined && output === undefined && total === undefined) return undefined
  return {
    input: input ?? 0,
    cached: countOf(usage.cached_input_tokens) ?? countOf(usage.cache_read_input_tokens) ?? 0,
    written: countOf(usage.cache_write_input_tokens) ?? 0,
    output: output ?? 0,
    reasoning: countOf(usage.reasoning_output_tokens) ?? 0,
    total: total ?? (input ?? 0) + (output ?? 0),
  }
}

/** The same numbers without overlap. */
export function countsOf(usage: Usage): TokenCounts {
  const cached = Math.min(usage.cached, usage.input)
  const written = Math.min(usage.written, usage.input - cached)
  return {
    inputTokens: usage.input - cached - written,
    cacheReadTokens: cached,
    cacheWriteTokens: written,
    outputTokens: usage.output,
    reasoningTokens: Math.min(usage.reasoning, usage.output),
  }
}

/**
 * Counts a thread's requests from `token_count` rows, which carry the running total and the last request. A row is
 * written again unchanged whenever limits are refreshed, and several threads' totals may be written into one file in
 * turns, so that only what rises above the highest total seen is new; the mark never goes down.
 */
export class Watermark {
  mark: Usage | undefined

  constructor(mark: Usage | undefined) {
    this.mark = mark
  }

  /** Takes note of a total without counting it. */
  pass(total: Usage): void {
    this.mark = this.mark ? merged(this.mark, total) : { ...total }
  }

  /** The request behind a row: exact when the rise is what the row says of the last request; nothing when nothing rose. */
  count(total: Usage, last: Usage | undefined): { usage: Usage; exact: boolean } | undefined {
    const before = this.mark
    this.pass(total)
    if (!before) {
      // What stands before the first row of a file was counted where it was used: in the parent, or in a lost part.
      const usage = last ?? total
      return usage.total > 0 ? { usage, exact: sameUsage(usage, total) || last !== undefined } : undefined
    }
    const rise = difference(total, before)
    if (rise.total <= 0 && rise.input + rise.output <= 0) return undefined
    if (last && sameUsage(rise, last)) return { usage: last, exact: true }
    return { usage: rise, exact: false }
  }
}

function merged(a: Usage, b: Usage): Usage {
  return Object.fromEntries(parts.map((part) => [part, Math.max(a[part], b[part])])) as Usage
}

function difference(total: Usage, before: Usage): Usage {
  return Object.fromEntries(parts.map((part) => [part, Math.max(0, total[part] - before[part])])) as Usage
}

function sameUsage(a: Usage, b: Usage): boolean {
  return a.input === b.input && a.cached === b.cached && a.output === b.output
}
