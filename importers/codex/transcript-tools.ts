// transcript-tools.ts: tool calls of Codex: what was asked, what came back, what it changed.
import type { ToolCallObservation } from '#proto/telemetry.ts'
import { frozen, thawed } from '../frozen-time.ts'
import { commandsOf, commitsOf, pullRequestsOf } from '../git-commits.ts'
import { projectOf } from '../git-folder.ts'
import {
  arrayOf,
  countOf,
  dictionary,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parseJson,
  spelled,
  textOf,
} from '../json-values.ts'
import { applyPatchLines, lineCount, patchLines } from '../line-diff.ts'
import { attribution, type Context, type Entry, tell, tool } from './transcript-context.ts'
import type { OpenCall } from './transcript-state.ts'

/** `function_call`, `custom_tool_call`, `local_shell_call`, `web_search_call`: the model asks for a tool. */
export function toolUse(context: Context, entry: Entry): void {
  const { payload, time } = entry
  const { state, batch, threadId } = context
  const callId = textOf(payload.call_id) ?? textOf(payload.id)
  if (!callId) return
  const name = textOf(payload.name) ?? defaultNames[textOf(payload.type) ?? ''] ?? 'tool'
  const given = payload.arguments ?? payload.input ?? payload.action
  const input = given === undefined ? '' : spelled(given)
  const server = /^mcp__(.+?)(?:__|$)/.exec(textOf(payload.namespace) ?? name)?.[1]
  const observation: ToolCallObservation = {
    source: 'transcript',
    tool,
    sessionId: threadId,
    callId,
    toolName: name,
    timeUnixNano: time,
    input,
    ...attribution(context),
    ...(server ? { mcpServer: server } : {}),
  }
  const edit = editOf(name, input)
  if (edit) Object.assign(observation, { linesAdded: edit.added, linesRemoved: edit.removed, filePath: edit.files[0] })
  const open: OpenCall = { call: frozen(observation) }
  if (edit) open.diff = edit.diff
  const command = commandOf(given)
  if (command) open.command = command
  state.open[callId] = open
  // A script's nested calls are known only later, and stand for it then.
  if (name !== 'exec') batch.toolCall(observation)
  tell(context, entry, `tool:${callId}`, {
    role: 'tool_use',
    toolName: name,
    toolUseId: callId,
    toolInput: input,
    model: state.model,
  })
  if (payload.type === 'web_search_call')
    finish(context, entry, callId, { output: '', success: payload.status !== 'failed' })
}

const defaultNames = dictionary<string>({ local_shell_call: 'local_shell', web_search_call: 'web_search' })

/** The result that goes back to the model. */
export function toolOutput(context: Context, entry: Entry): void {
  const callId = textOf(entry.payload.call_id)
  if (!callId) return
  const { text, exitCode, success } = outputOf(entry.payload.output)
  finish(context, entry, callId, {
    output: text,
    success: success ?? (exitCode === undefined ? !isRefusal(text) : exitCode === 0),
  })
}

/** What Codex itself answers in the place of a tool that it could not run, or was not let run to its end. */
const isRefusal = (output: string) =>
  /^(?:unsupported call: |apply_patch verification failed|failed to parse function arguments|(?:exec_command|write_stdin) failed|unable to locate image|(?:Wall time: [\d.]+ seconds\n)?aborted by user$)/.test(
    output,
  )

/** What Codex itself says of a finished item: the exit code, the time it took, the changes. */
export function itemDone(context: Context, entry: Entry, item: JsonObject): void {
  const { state, batch, threadId } = context
  const id = textOf(item.id) ?? textOf(item.call_id)
  if (!id) return
  const known = state.open[id]
  const durationMs = durationOf(item)
  const exitCode = numberOf(item.exit_code)
  const failed =
    item.status === 'failed' || item.status === 'declined' || item.success === false || (exitCode ?? 0) !== 0
  const edit = changesOf(item.changes)
  const command = commandOf(item)
  const output = textOf(item.aggregated_output) ?? textOf(item.stdout) ?? ''
  const base: ToolCallObservation = known
    ? thawed(known.call)
    : {
        source: 'transcript',
        tool,
        sessionId: threadId,
        callId: id,
        toolName: itemNames[textOf(item.type) ?? ''] ?? 'tool',
        timeUnixNano: entry.time,
        input: command ?? spelled(item.changes ?? item.arguments ?? item.query ?? ''),
        output,
        ...attribution(context),
      }
  const observation: ToolCallObservation = {
    ...base,
    durationMs,
    success: !failed,
    ...(failed ? { errorMessage: output.slice(0, 2000) } : {}),
    ...(item.status === 'declined' ? { decision: 'reject' } : {}),
    ...(edit ? { linesAdded: edit.added, linesRemoved: edit.removed, filePath: edit.files[0] } : {}),
  }
  if (known) {
    known.call = frozen(observation)
    if (edit?.diff) known.diff = edit.diff
  } else {
    for (const open of Object.values(state.open)) if (open.call.toolName === 'exec') open.nested = true
    if (!failed && command) shellResult(context, entry, command, output)
  }
  batch.toolCall(observation)
}

const itemNames = dictionary<string>({
  CommandExecution: 'exec_command',
  exec_command_end: 'exec_command',
  FileChange: 'apply_patch',
  patch_apply_end: 'apply_patch',
  McpToolCall: 'mcp_tool',
  mcp_tool_call_end: 'mcp_tool',
  WebSearch: 'web_search',
  web_search_end: 'web_search',
})

/** Item types that are finished tool calls; others are messages or notes. */
export const toolItems = new Set(['CommandExecution', 'FileChange', 'McpToolCall', 'WebSearch'])
export const toolEvents = new Set(['exec_command_end', 'patch_apply_end', 'mcp_tool_call_end', 'web_search_end'])

function finish(context: Context, entry: Entry, callId: string, result: { output: string; success: boolean }): void {
  const { state, batch } = context
  const open = state.open[callId]
  delete state.open[callId]
  tell(context, entry, `result:${callId}`, {
    role: 'tool_result',
    toolName: open?.call.toolName,
    toolUseId: callId,
    toolOutput: result.output,
    diff: open?.diff,
    success: open?.call.success ?? result.success,
    durationMs: open?.call.durationMs,
    parentKey: `tool:${callId}`,
  })
  if (!open || open.nested) return
  const call = thawed(open.call)
  const waited = Number((entry.time - call.timeUnixNano) / 1_000_000n)
  const success = call.success ?? result.success
  batch.toolCall({
    ...call,
    output: result.output,
    success,
    durationMs: call.durationMs ?? (waited >= 0 ? waited : undefined),
    ...(success ? {} : { errorMessage: call.errorMessage || result.output.slice(0, 2000) }),
  })
  if (success && open.command) shellResult(context, entry, open.command, result.output)
}

function shellResult({ state, batch, threadId }: Context, entry: Entry, command: string, output: string): void {
  const common = { source: 'transcript' as const, tool, sessionId: threadId, timeUnixNano: entry.time }
  const project = state.repository ?? projectOf(state.cwd)
  for (const { hash, subject, branch } of commitsOf(command, output))
    batch.commit({ ...common, kind: 'commit', hash, subject, branch: branch ?? state.branch, project })
  for (const { hash, repository } of pullRequestsOf(command, output))
    batch.commit({ ...common, kind: 'pull_request', hash, branch: state.branch, project: repository })
}

/** The text of an output, which is a text, a text with a JSON document in it, or parts; and how the command ended. */
function outputOf(output: unknown): { text: string; exitCode?: number; success?: boolean } {
  const structured = typeof output === 'string' ? parseJson(output) : output
  if (isObject(structured)) {
    const text = textOf(structured.output) ?? textOf(structured.content) ?? spelled(structured)
    const exitCode = countOf(objectOf(structured.metadata).exit_code)
    return {
      text,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(typeof structured.success === 'boolean' ? { success: structured.success } : {}),
    }
  }
  const text = Array.isArray(output)
    ? output.map((part) => textOf(objectOf(part).text) ?? '').join('')
    : spelled(output)
  // The header that Codex writes; a command's own output begins only behind it.
  const header = text.slice(0, Math.max(0, text.indexOf('Output:')) || 300)
  const code = /(?:Process exited with code|^Exit code:) (-?\d+)/m.exec(header)?.[1]
  return code === undefined ? { text } : { text, exitCode: Number(code) }
}

/** The shell command of a call: a text, or words of which a shell's script is the one that counts. */
function commandOf(given: unknown): string | undefined {
  const input = typeof given === 'string' ? parseJson(given) : given
  const { cmd, command } = objectOf(input)
  const words = textOf(cmd) ?? command
  if (typeof words === 'string') return words
  const list = arrayOf(words).filter((word): word is string => typeof word === 'string')
  if (list.length === 0) return undefined
  const script = list.findIndex((word) => /^-[a-z]*c$/.test(word))
  return script > 0 && list[script + 1] ? list[script + 1] : list.join(' ')
}

type Edit = { added: number; removed: number; files: string[]; diff: string }

/** The lines of a patch that the model wrote, before Codex says what it changed. */
function editOf(name: string, input: string): Edit | undefined {
  const patch = name === 'apply_patch' ? patchText(input) : heredocPatch(input)
  return patch ? { ...applyPatchLines(patch), diff: patch } : undefined
}

function patchText(input: string): string | undefined {
  if (input.includes('*** Begin Patch') && !input.startsWith('{')) return input
  return textOf(objectOf(parseJson(input)).input)
}

/** `apply_patch` run as a shell command. */
function heredocPatch(input: string): string | undefined {
  if (!input.includes('*** Begin Patch')) return undefined
  const { command } = objectOf(parseJson(input))
  const words = arrayOf(command).filter((word): word is string => typeof word === 'string')
  const text =
    words.find((word) => word.includes('*** Begin Patch')) ?? (typeof command === 'string' ? command : undefined)
  if (!text) return undefined
  const runs =
    words[0] === 'apply_patch' || commandsOf(text.split('\n')[0] ?? '').some(([program]) => program === 'apply_patch')
  return runs ? /\*\*\* Begin Patch[\s\S]*?\*\*\* End Patch/.exec(text)?.[0] : undefined
}

/** The changes as Codex applied them, file by file. */
function changesOf(changes: unknown): Edit | undefined {
  if (!isObject(changes)) return undefined
  let added = 0
  let removed = 0
  const diffs: string[] = []
  for (const [path, value] of Object.entries(changes)) {
    const change = objectOf(value)
    const kinds = ['add', 'update', 'delete'].map((kind) => objectOf(change[kind]))
    const diff = textOf(change.unified_diff) ?? textOf(kinds[1]?.unified_diff)
    const content = textOf(change.content) ?? textOf(kinds[0]?.content) ?? textOf(kinds[2]?.content)
    if (diff !== undefined) {
      const lines = patchLines(diff)
      added += lines.added
      removed += lines.removed
      diffs.push(`--- ${path}\n+++ ${path}\n${diff}`)
    } else if (content !== undefined) {
      const deleted = change.type === 'delete' || kinds[2]?.content !== undefined
      if (deleted) removed += lineCount(content)
      else added += lineCount(content)
      const sign = deleted ? '-' : '+'
      diffs.push(`--- ${path}\n+++ ${path}\n${content.replace(/^/gm, sign)}`)
    }
  }
  return { added, removed, files: Object.keys(changes), diff: diffs.join('\n') }
}

function durationOf(item: JsonObject): number | undefined {
  const { secs, nanos } = objectOf(item.duration)
  const seconds = numberOf(secs)
  if (seconds !== undefined) return seconds * 1000 + (numberOf(nanos) ?? 0) / 1e6
  return undefined
}
