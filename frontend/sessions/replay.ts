// replay.ts: a transcript as its reader sees it: prompts, answers, tool calls with their results, subagents in place.
import type { Message } from '../lib/shapes.ts'
import { toMs } from '../lib/time.ts'
import { describeTool, type ToolText } from './tool-text.ts'
import { touchedBy } from './touched.ts'

type Base = {
  key: string
  /** Index of the message it begins with. */
  index: number
  /** 0 for the session itself, 1 inside a subagent. */
  depth: number
  message: Message
}
export type PromptItem = Base & {
  type: 'prompt'
  costUsd: number | null
  tokens: number
  tools: number
  failures: number
  durationMs: number
  /** The files that its tool calls read or changed, each once, and the lines that were. */
  files: Map<string, boolean>
  added: number
  removed: number
}
export type ToolItem = Base & {
  type: 'tool'
  tool: ToolText
  result: Message | undefined
  success: boolean | undefined
  durationMs: number | undefined
}
export type AgentItem = Base & { type: 'agent'; agentId: string; costUsd: number | null; tokens: number; items: number }
export type ReplayItem = PromptItem | ToolItem | AgentItem | (Base & { type: 'answer' | 'thinking' | 'system' })

/** What can be shown or hidden. */
export type ReplayKind = 'prompt' | 'answer' | 'tool' | 'thinking' | 'system'

export type Replay = {
  items: ReplayItem[]
  /** For each item what was spent up to it, and how full the context was. */
  cost: number[]
  context: number[]
  contextMost: number
  costTotal: number
}

const sizeOf = (message: Message) => (message.inputTokens ?? 0) + (message.cacheRead ?? 0) + (message.cacheWrite ?? 0)
const tokensOf = (message: Message) => sizeOf(message) + (message.outputTokens ?? 0)

/** Sums costs; unknown ones add nothing, and only unknown ones make an unknown sum. */
function summed(messages: readonly Message[]): number | null {
  let sum: number | null = null
  for (const { costUsd } of messages) if (costUsd !== undefined && costUsd !== null) sum = (sum ?? 0) + costUsd
  return sum
}

/** Lays a transcript out. Nothing is left out: results without their call and messages of any role have their place. */
export function prepareReplay(messages: readonly Message[]): Replay {
  const results = new Map<string, Message>()
  const calls = new Set<string>()
  for (const message of messages) {
    if (!message.toolUseId) continue
    if (message.role === 'tool_result') results.set(message.toolUseId, message)
    else if (message.role === 'tool_use') calls.add(message.toolUseId)
  }
  const byAgent = Map.groupBy(messages, ({ agentId }) => agentId ?? '')
  const items: ReplayItem[] = []
  const seenAgents = new Set<string>()

  function add(message: Message, depth: number) {
    const base = { key: `m${message.index}`, index: message.index, depth, message }
    switch (message.role) {
      case 'user':
        items.push({
          ...base,
          type: 'prompt',
          costUsd: null,
          tokens: 0,
          tools: 0,
          failures: 0,
          durationMs: 0,
          files: new Map(),
          added: 0,
          removed: 0,
        })
        return
      case 'assistant':
      case 'thinking':
        if (message.content.trim() === '' && message.role === 'thinking') return
        items.push({ ...base, type: message.role === 'assistant' ? 'answer' : 'thinking' })
        return
      case 'tool_use': {
        const result = message.toolUseId ? results.get(message.toolUseId) : undefined
        items.push({ ...base, ...toolItem(message, result) })
        return
      }
      case 'tool_result':
        if (message.toolUseId && calls.has(message.toolUseId)) return
        items.push({ ...base, ...toolItem(message, message) })
        return
      default:
        items.push({ ...base, type: 'system' })
    }
  }

  for (const message of messages) {
    const { agentId } = message
    if (!agentId) {
      add(message, 0)
      continue
    }
    // A subagent's whole run stands where it began; what ran beside it goes on after it.
    if (seenAgents.has(agentId)) continue
    seenAgents.add(agentId)
    const run = byAgent.get(agentId) ?? []
    const at = items.length
    for (const each of run) add(each, 1)
    items.splice(at, 0, {
      type: 'agent',
      key: `a${agentId}`,
      index: message.index,
      depth: 0,
      message,
      agentId,
      costUsd: summed(run),
      tokens: run.reduce((sum, each) => sum + tokensOf(each), 0),
      items: items.length - at,
    })
  }
  sumPrompts(items, messages)
  sumFiles(items)
  return { items, ...courses(items) }
}

function toolItem(message: Message, result: Message | undefined) {
  return {
    type: 'tool' as const,
    tool: describeTool(message, result),
    result,
    success: result?.success ?? message.success,
    durationMs: result?.durationMs ?? message.durationMs,
  }
}

/** What each prompt brought about, up to the next one: one walk over the messages, however many prompts there are. */
function sumPrompts(items: ReplayItem[], messages: readonly Message[]) {
  const prompts = new Map<number, PromptItem>()
  for (const item of items) if (item.type === 'prompt' && item.depth === 0) prompts.set(item.index, item)
  let current: PromptItem | undefined
  for (const message of messages) {
    current = prompts.get(message.index) ?? current
    if (!current) continue
    const { costUsd } = message
    if (costUsd !== undefined && costUsd !== null) current.costUsd = (current.costUsd ?? 0) + costUsd
    current.tokens += tokensOf(message)
    if (message.role === 'tool_use') current.tools++
    if (message.role === 'tool_result' && message.success === false) current.failures++
    current.durationMs = Math.max(current.durationMs, toMs(message.timestamp) - toMs(current.message.timestamp))
  }
}

/** The files of each prompt, its subagents' too. A call that failed touched none. */
function sumFiles(items: readonly ReplayItem[]) {
  let current: PromptItem | undefined
  for (const item of items) {
    if (item.type === 'prompt' && item.depth === 0) current = item
    if (item.type !== 'tool' || !current || item.success === false) continue
    for (const { path, changed } of touchedBy(item.tool))
      current.files.set(path, changed || current.files.get(path) === true)
    current.added += item.tool.added
    current.removed += item.tool.removed
  }
}

/** Cost so far and context at each item; the context is the main agent's, since a subagent has its own. */
function courses(items: readonly ReplayItem[]): Omit<Replay, 'items'> {
  const cost: number[] = []
  const context: number[] = []
  let spent = 0
  let full = 0
  for (const { message, depth, type } of items) {
    if (type !== 'agent') spent += message.costUsd ?? 0
    const size = sizeOf(message)
    if (depth === 0 && size > 0 && type !== 'agent') full = size
    cost.push(spent)
    context.push(full)
  }
  return { cost, context, contextMost: context.reduce((a, b) => Math.max(a, b), 0), costTotal: spent }
}

/** The items in sight: of the wanted kinds, not inside a folded subagent, holding the searched text. */
export function visibleItems(
  items: readonly ReplayItem[],
  options: { kinds: ReadonlySet<ReplayKind>; folded: ReadonlySet<string>; search: string },
): number[] {
  const wanted = options.search.trim().toLowerCase()
  const rows: number[] = []
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!
    if (item.type === 'agent') {
      if (wanted === '') rows.push(at)
      if (options.folded.has(item.key)) at += item.items
      continue
    }
    if (!options.kinds.has(item.type)) continue
    if (wanted !== '' && !holds(item, wanted)) continue
    rows.push(at)
  }
  return rows
}

function holds(item: ReplayItem, wanted: string): boolean {
  if (item.message.content.toLowerCase().includes(wanted)) return true
  if (item.type !== 'tool') return false
  return [item.tool.name, item.tool.input, item.tool.output, item.tool.diff].some((text) =>
    text?.toLowerCase().includes(wanted),
  )
}
