// transcript-user.ts: lines in the user's name: prompts, results of tools, what the program put in.
import type { ToolCallObservation } from '#proto/telemetry.ts'
import { thawed } from '../frozen-time.ts'
import { commitsOf, pullRequestOf, pullRequestsOf } from '../git-commits.ts'
import { projectOf } from '../git-folder.ts'
import { arrayOf, dictionary, type JsonObject, numberOf, objectOf, parseJson, textOf } from '../json-values.ts'
import { promptKey, toolResultKey, toolUseKey } from './keys.ts'
import { activeTime, attribution, type Context, type Line, tell, tool } from './transcript-context.ts'
import { contentText, decided, editOf, ownDuration, printed, refusal, searchesOf } from './transcript-results.ts'

export function userLine(context: Context, line: Line): void {
  const { json } = line
  const { state } = context
  const promptId = textOf(json.promptId)
  if (promptId && promptId !== state.promptId) {
    state.promptId = promptId
    state.answers = dictionary()
  }
  const content = objectOf(json.message).content
  const results = arrayOf(content).filter((block): block is JsonObject => objectOf(block).type === 'tool_result')
  // What stands beside the results is of one, or of nobody knows which.
  const { toolUseResult, permissionDecision }: JsonObject = results.length === 1 ? json : {}
  results.forEach((block, index) => {
    resultBlock(context, line, block, index, toolUseResult, permissionDecision)
  })
  const others = Array.isArray(content) ? content.filter((block) => objectOf(block).type !== 'tool_result') : content
  const text = contentText(others)
  if (text.trim() !== '') userText(context, line, text, results.length)
  if (!line.agentId) activeTime(context, line.sessionId).touch(line.time)
}

function userText(context: Context, line: Line, text: string, block: number): void {
  const { state, names } = context
  const spoken = promptOf(text)
  const byUser = line.json.isMeta !== true && line.json.isCompactSummary !== true && spoken !== undefined
  if (!byUser) {
    tell(context, line, line.uuid, block, { role: 'system', content: text })
  } else if (line.agentId) {
    // What the parent told the subagent; it hangs under the call that started it.
    const parentKey = names.subagent?.toolUseId && toolUseKey(names.subagent.toolUseId)
    tell(context, line, line.uuid, block, { role: 'user', content: text, ...(parentKey ? { parentKey } : {}) })
  } else {
    activeTime(context, line.sessionId).begin(line.time)
    const first = state.promptId !== undefined && state.promptTold !== state.promptId
    if (first) state.promptTold = state.promptId
    const key = first ? promptKey(state.promptId as string) : line.uuid
    tell(context, line, key, block, { role: 'user', content: spoken })
  }
}

function resultBlock(
  context: Context,
  line: Line,
  block: JsonObject,
  index: number,
  result: unknown,
  decision: unknown,
): void {
  const { state, batch } = context
  const callId = textOf(block.tool_use_id)
  if (!callId) return
  const opened = state.open[callId]
  delete state.open[callId]
  const text = contentText(block.content)
  const failed = block.is_error === true
  const call: ToolCallObservation = opened
    ? thawed(opened)
    : {
        source: 'transcript',
        tool,
        sessionId: line.sessionId,
        callId,
        toolName: '',
        timeUnixNano: line.time,
        ...attribution(context, line),
      }
  const input = objectOf(parseJson(call.input ?? ''))
  const edit = failed ? undefined : editOf(call.toolName, input, result)
  const waited = opened ? Number((line.time - call.timeUnixNano) / 1_000_000n) : undefined
  const durationMs = ownDuration(result) ?? (waited !== undefined && waited >= 0 ? waited : undefined)
  batch.toolCall({
    ...call,
    success: !failed,
    output: text,
    durationMs,
    ...(failed ? { errorMessage: text.slice(0, 2000), ...refusal(text) } : {}),
    ...decided(decision),
    ...(edit ? { linesAdded: edit.added, linesRemoved: edit.removed } : {}),
  })
  tell(context, line, toolResultKey(callId), index, {
    role: 'tool_result',
    toolName: call.toolName || undefined,
    toolUseId: callId,
    toolOutput: text,
    diff: edit?.diff,
    durationMs,
    success: !failed,
    parentKey: toolUseKey(callId),
  })
  if (!failed) shellResult(context, line, textOf(input.command), printed(result, text))
  searchResult(context, call.messageId, result)
}

function shellResult({ state, batch }: Context, line: Line, command: string | undefined, output: string): void {
  if (!command) return
  const common = { source: 'transcript' as const, tool, sessionId: line.sessionId, timeUnixNano: line.time }
  const project = projectOf(state.cwd)
  for (const { hash, subject, branch } of commitsOf(command, output))
    batch.commit({ ...common, kind: 'commit', hash, subject, branch: branch ?? state.branch, project })
  for (const { hash, repository } of pullRequestsOf(command, output))
    batch.commit({ ...common, kind: 'pull_request', hash, branch: state.branch, project: repository })
}

/** Searches run in a request of their own; their number stands in the result that answers the request that asked. */
function searchResult({ state, batch }: Context, messageId: string | undefined, result: unknown): void {
  const asked = messageId ? state.searching[messageId] : undefined
  const found = searchesOf(result)
  if (!asked || found === 0) return
  asked.webSearches = (asked.webSearches ?? 0) + found
  batch.call(thawed(asked))
}

/** `pr-link`: a pull request that Claude Code itself knows of. */
export function pullRequestLine({ state, batch }: Context, { json, sessionId, time }: Line): void {
  const number = numberOf(json.prNumber)
  const named = textOf(json.prRepository)
  const linked = pullRequestOf(textOf(json.prUrl) ?? '')
  const hash = linked?.hash ?? (named && number !== undefined ? `${named}#${number}` : undefined)
  if (!hash) return
  batch.commit({
    source: 'transcript',
    tool,
    sessionId,
    kind: 'pull_request',
    hash,
    project: linked?.repository ?? named,
    branch: state.branch,
    timeUnixNano: time,
  })
}

/**
 * What a person typed: the text, a slash command as `/name arguments`; nothing for what the program wrote in the user's
 * name (output of local commands, notes, interruptions).
 */
function promptOf(text: string): string | undefined {
  const command = /^\s*(?:<command-message>.*?<\/command-message>\s*)?<command-name>([^<]*)<\/command-name>/s.exec(text)
  if (command) {
    const given = /<command-args>([\s\S]*?)<\/command-args>/.exec(text)?.[1]?.trim()
    const name = command[1] as string
    return `${name.startsWith('/') ? name : `/${name}`}${given ? ` ${given}` : ''}`
  }
  if (/^\s*<(local-command-|bash-stdout|bash-stderr|task-notification|system-reminder|user-memory-input)/.test(text))
    return undefined
  if (/^\s*\[Request interrupted by user/.test(text)) return undefined
  const typed = /^\s*<bash-input>([\s\S]*?)<\/bash-input>/.exec(text)?.[1]
  return typed === undefined ? text : `!${typed.trim()}`
}

/** Whose words a prompt is, at the doors that tell nothing of it but its text. */
export function roleOfPrompt(text: string): 'user' | 'system' {
  return promptOf(text) === undefined ? 'system' : 'user'
}
