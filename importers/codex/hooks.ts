// hooks.ts: what Codex calls → our vocabulary: its `notify` program at the end of a turn, and its hooks.
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { HookRecords } from '../hook-records.ts'
import { arrayOf, dictionary, type JsonObject, numberOf, objectOf, spelled, textOf } from '../json-values.ts'

export function hooks(value: unknown, receivedUnixNano: bigint): Telemetry {
  const payload = objectOf(value)
  // `notify` spells its names with dashes, hooks with underscores.
  const sessionId = textOf(payload['thread-id']) ?? textOf(payload.session_id) ?? textOf(payload.thread_id)
  if (!sessionId) return noTelemetry()
  const turnId = textOf(payload['turn-id']) ?? textOf(payload.turn_id)
  const records = new HookRecords({
    tool: 'codex',
    serviceName: 'codex_cli_rs',
    sessionId,
    time: receivedUnixNano,
    cwd: textOf(payload.cwd),
    promptId: turnId,
    agentId: textOf(payload.agent_id),
    agent: textOf(payload.agent_type),
  }).seen()
  if (payload.type === 'agent-turn-complete') turnComplete(records, payload, turnId)
  else handlers[textOf(payload.hook_event_name) ?? '']?.(records, payload, turnId)
  return records.telemetry
}

/** The same key as the rollout's prompt has. */
const promptKey = (turnId: string | undefined, text: string) =>
  `prompt:${turnId ?? ''}:${Bun.hash(text.trim()).toString(36)}`

function turnComplete(records: HookRecords, payload: JsonObject, turnId: string | undefined): void {
  for (const message of arrayOf(payload['input-messages'])) {
    const content = textOf(message)
    if (content) records.message(promptKey(turnId, content), { role: 'user', content })
  }
  answered(records, textOf(payload['last-assistant-message']), turnId)
}

function answered(records: HookRecords, content: string | undefined, turnId: string | undefined): void {
  if (content) records.message(`answer:${turnId ?? ''}`, { role: 'assistant', content })
}

type Handler = (records: HookRecords, payload: JsonObject, turnId: string | undefined) => void

const handlers = dictionary<Handler>({
  SessionStart: (records) => records.started(),
  SessionEnd: (records) => records.ended(),
  UserPromptSubmit: (records, payload, turnId) => {
    const content = textOf(payload.prompt)
    if (content) records.message(promptKey(turnId, content), { role: 'user', content })
  },
  PreToolUse: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (callId) records.toolAsked(callId, textOf(payload.tool_name) ?? '', spelled(payload.tool_input ?? {}))
  },
  PostToolUse: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (!callId) return
    const { tool_response: response } = payload
    const output =
      typeof response === 'string' ? response : (textOf(objectOf(response).output) ?? spelled(response ?? ''))
    const exitCode =
      numberOf(objectOf(response).exit_code) ?? Number(/Process exited with code (-?\d+)/.exec(output)?.[1] ?? 0)
    const input = objectOf(payload.tool_input)
    records.toolDone(callId, textOf(payload.tool_name) ?? '', spelled(payload.tool_input ?? {}), {
      success: exitCode === 0,
      output,
      durationMs: numberOf(payload.duration_ms),
      errorMessage: exitCode === 0 ? undefined : output.slice(0, 2000),
      command: textOf(input.command) ?? textOf(input.cmd),
    })
  },
  PermissionRequest: (records, payload) =>
    records.permissionAsked(textOf(payload.tool_use_id), textOf(payload.tool_name) ?? ''),
  Stop: (records, payload, turnId) => answered(records, textOf(payload.last_assistant_message), turnId),
})
