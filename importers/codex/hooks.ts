// hooks.ts: what Codex calls → our vocabulary: its `notify` program at the end of a turn, and its hooks.
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { compacted } from '../compaction.ts'
import { HookRecords } from '../hook-records.ts'
import { arrayOf, dictionary, type JsonObject, numberOf, objectOf, spelled, textOf } from '../json-values.ts'
import { exitCodeOf } from './otlp-values.ts'

export function hooks(value: unknown, receivedUnixNano: bigint): Telemetry {
  const payload = objectOf(value)
  // `notify` spells its names with dashes, hooks with underscores.
  const asked = textOf(payload['thread-id']) ?? textOf(payload.session_id) ?? textOf(payload.thread_id)
  if (!asked) return noTelemetry()
  // A subagent is a thread, and so a session, of its own, as telemetry and files have it; a hook names its parent's.
  const agentId = textOf(payload.agent_id)
  const sessionId = agentId ?? asked
  const turnId = textOf(payload['turn-id']) ?? textOf(payload.turn_id)
  const records = new HookRecords({
    tool: 'codex',
    serviceName: 'codex_cli_rs',
    sessionId,
    time: receivedUnixNano,
    cwd: textOf(payload.cwd),
    promptId: turnId,
    agentId,
    agent: textOf(payload.agent_type),
    parentSessionId: agentId && agentId !== asked ? asked : undefined,
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

/** Hooks call the shell `Bash`; its files and what it sends know it by the name that the model uses. */
function toolNameOf(payload: JsonObject): string {
  const name = textOf(payload.tool_name) ?? ''
  return name === 'Bash' ? 'exec_command' : name
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
    if (callId) records.toolAsked(callId, toolNameOf(payload), spelled(payload.tool_input ?? {}))
  },
  PostToolUse: (records, payload) => {
    const callId = textOf(payload.tool_use_id)
    if (!callId) return
    const { tool_response: response } = payload
    const output =
      typeof response === 'string' ? response : (textOf(objectOf(response).output) ?? spelled(response ?? ''))
    // Of a command only what it printed is told, not how it ended; of a patch both.
    const told = payload.tool_name === 'Bash' ? undefined : exitCodeOf(output)
    const exitCode = numberOf(objectOf(response).exit_code) ?? told
    const success = exitCode === undefined ? undefined : exitCode === 0
    const input = objectOf(payload.tool_input)
    records.toolDone(callId, toolNameOf(payload), spelled(payload.tool_input ?? {}), {
      success,
      output,
      durationMs: numberOf(payload.duration_ms),
      errorMessage: success === false ? output.slice(0, 2000) : undefined,
      command: textOf(input.command) ?? textOf(input.cmd),
    })
  },
  PermissionRequest: (records, payload) => records.permissionAsked(textOf(payload.tool_use_id), toolNameOf(payload)),
  PostCompact: (records, payload, turnId) => {
    const { messageKey, role, content } = compacted(turnId ?? '', { trigger: textOf(payload.trigger) })
    records.message(messageKey, { role, content })
  },
  SubagentStop: (records, payload, turnId) => answered(records, textOf(payload.last_assistant_message), turnId),
  Stop: (records, payload, turnId) => answered(records, textOf(payload.last_assistant_message), turnId),
})
