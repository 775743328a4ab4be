// hooks.ts: what Claude Code calls → our vocabulary. One call, one event; ids are those of telemetry and transcripts.
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { compacted } from '../compaction.ts'
import { HookRecords } from '../hook-records.ts'
import { dictionary, type JsonObject, numberOf, objectOf, spelled, textOf } from '../json-values.ts'
import { answerKey, promptKey } from './keys.ts'
import { contentText, editOf, printed } from './transcript-results.ts'
import { roleOfPrompt } from './transcript-user.ts'

export function hooks(value: unknown, receivedUnixNano: bigint): Telemetry {
  const payload = objectOf(value)
  const sessionId = textOf(payload.session_id)
  if (!sessionId) return noTelemetry()
  const records = new HookRecords({
    tool: 'claude-code',
    serviceName: 'claude-code',
    sessionId,
    time: receivedUnixNano,
    cwd: textOf(payload.cwd),
    promptId: textOf(payload.prompt_id),
    agentId: textOf(payload.agent_id),
    agent: textOf(payload.agent_type),
  }).seen()
  handlers[textOf(payload.hook_event_name) ?? '']?.(records, payload, receivedUnixNano)
  return records.telemetry
}

type Handler = (records: HookRecords, payload: JsonObject, time: bigint) => void

const handlers = dictionary<Handler>({
  SessionStart: (records) => records.started(),
  SessionEnd: (records) => records.ended(),
  UserPromptSubmit: (records, payload, time) => {
    const content = textOf(payload.prompt)
    const promptId = textOf(payload.prompt_id)
    const key = promptId ? promptKey(promptId) : `hook-prompt:${time}`
    if (content) records.message(key, { role: roleOfPrompt(content), content })
  },
  PreToolUse: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (callId) records.toolAsked(callId, textOf(payload.tool_name) ?? '', spelled(payload.tool_input ?? {}))
  },
  PostToolUse: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (!callId) return
    const toolName = textOf(payload.tool_name) ?? ''
    const input = objectOf(payload.tool_input)
    const response = payload.tool_response
    const edit = editOf(toolName, input, response)
    const output = responseText(response)
    records.toolDone(callId, toolName, spelled(payload.tool_input ?? {}), {
      success: true,
      output,
      durationMs: numberOf(payload.duration_ms),
      linesAdded: edit?.added,
      linesRemoved: edit?.removed,
      diff: edit?.diff,
      command: textOf(input.command),
      printed: printed(response, output),
    })
  },
  PostToolUseFailure: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (!callId) return
    const output = textOf(payload.error) ?? ''
    records.toolDone(callId, textOf(payload.tool_name) ?? '', spelled(payload.tool_input ?? {}), {
      success: false,
      output,
      durationMs: numberOf(payload.duration_ms),
      errorMessage: output.slice(0, 2000),
    })
  },
  PermissionRequest: (records, payload) =>
    records.permissionAsked(textOf(payload.tool_use_id), textOf(payload.tool_name) ?? ''),
  Notification: (records, payload) => {
    if (payload.notification_type !== 'permission_prompt') return
    records.permissionAsked(undefined, /permission to use ([\w-]+)/.exec(textOf(payload.message) ?? '')?.[1] ?? '')
  },
  PermissionDenied: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (callId) records.refused(callId, textOf(payload.tool_name) ?? '', textOf(payload.reason))
  },
  SubagentStart: (records, payload, time) => {
    const kind = textOf(payload.agent_type) ?? 'Subagent'
    records.message(`subagent-start:${textOf(payload.agent_id) ?? time}`, {
      role: 'system',
      content: `${kind} started`,
    })
  },
  SubagentStop: (records, payload, time) => {
    const content = textOf(payload.last_assistant_message)
    const key = `subagent-stop:${textOf(payload.agent_id) ?? time}`
    // What the program runs for itself, such as the summary of a compaction, stops as an agent of no kind.
    if (content && payload.agent_type !== '') records.message(key, { role: 'assistant', content })
  },
  Stop: (records, payload, time) => {
    const content = textOf(payload.last_assistant_message)
    const promptId = textOf(payload.prompt_id)
    if (content)
      records.message(promptId ? answerKey(promptId, content) : `hook-answer:${time}`, { role: 'assistant', content })
  },
  StopFailure: (records, payload, time) => {
    const reason = textOf(payload.error) ?? textOf(payload.reason) ?? textOf(payload.error_type) ?? 'an error'
    records.message(`stop-failure:${textOf(payload.prompt_id) ?? time}`, {
      role: 'system',
      content: `Stopped: ${reason}`,
    })
  },
  // Called before each attempt: twice for one that is made by itself (2.1.197, 2.1.332).
  PreCompact: (records, payload, time) => {
    const trigger = textOf(payload.trigger)
    records.message(`compacting:${textOf(payload.prompt_id) ?? time}`, {
      role: 'system',
      content: `Compacting${trigger ? ` (${trigger})` : ''}`,
    })
  },
  // Called once, and has no id; what it summed up tells it apart from another of the same prompt.
  PostCompact: (records, payload, time) => {
    const summary = textOf(payload.compact_summary)
    const id = summary ? `${textOf(payload.prompt_id) ?? ''}:${Bun.hash(summary).toString(36)}` : `${time}`
    const { messageKey, ...entry } = compacted(id, { trigger: textOf(payload.trigger) })
    records.message(messageKey, entry)
  },
})

/** The text of a tool's response, which has as many shapes as there are tools. */
function responseText(response: unknown): string {
  const { stdout, stderr, content, file, filenames, result } = objectOf(response)
  if (typeof stdout === 'string') return [stdout, textOf(stderr)].filter(Boolean).join('\n')
  const text = textOf(objectOf(file).content)
  if (text !== undefined) return text
  if (Array.isArray(content)) return contentText(content)
  if (Array.isArray(filenames)) return filenames.join('\n')
  return typeof response === 'string' ? response : (textOf(result) ?? textOf(content) ?? spelled(response ?? ''))
}
