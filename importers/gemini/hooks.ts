// hooks.ts: what Gemini CLI calls → our vocabulary. Its tool events carry no id of the call, so that a call that telemetry
// and chats know by its id would count twice: they are told in the transcript only.
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { compactionKey } from '../compaction.ts'
import { HookRecords } from '../hook-records.ts'
import { dictionary, type JsonObject, objectOf, spelled, textOf } from '../json-values.ts'
import { nanosOf } from '../record-time.ts'
import { contentText, exitCode } from './transcript-values.ts'

const tool = 'gemini'

export function hooks(value: unknown, receivedUnixNano: bigint): Telemetry {
  const payload = objectOf(value)
  const sessionId = textOf(payload.session_id)
  if (!sessionId) return noTelemetry()
  const time = nanosOf(payload.timestamp) ?? receivedUnixNano
  const records = new HookRecords({
    tool,
    serviceName: 'gemini-cli',
    sessionId,
    time,
    cwd: textOf(payload.cwd),
    promptId: undefined,
    agentId: undefined,
    agent: undefined,
  }).seen()
  handlers[textOf(payload.hook_event_name) ?? '']?.(records, payload, time)
  return records.telemetry
}

type Handler = (records: HookRecords, payload: JsonObject, time: bigint) => void

const handlers = dictionary<Handler>({
  SessionStart: (records) => records.started(),
  SessionEnd: (records) => records.ended(),
  BeforeAgent: (records, payload, time) => {
    const content = textOf(payload.prompt)
    if (content) records.message(`hook-prompt:${time}`, { role: 'user', content })
  },
  AfterAgent: (records, payload, time) => {
    const content = textOf(payload.prompt_response)
    if (content) records.message(`hook-answer:${time}`, { role: 'assistant', content })
  },
  BeforeTool: (records, payload, time) => {
    const toolName = textOf(payload.tool_name) ?? ''
    const toolInput = spelled(payload.tool_input ?? {})
    records.message(`hook-tool:${time}:${toolName}`, { role: 'tool_use', toolName, toolInput })
  },
  AfterTool: (records, payload, time) => {
    const toolName = textOf(payload.tool_name) ?? ''
    const response = objectOf(payload.tool_response)
    const error = textOf(response.error) ?? textOf(objectOf(response.error).message)
    const toolOutput = error ?? contentText(response.llmContent) ?? ''
    records.message(`hook-result:${time}:${toolName}`, {
      role: 'tool_result',
      toolName,
      toolOutput,
      success: error === undefined && exitCode(toolName, toolOutput) === 0,
    })
  },
  Notification: (records, payload) => {
    if (payload.notification_type !== 'ToolPermission') return
    const details = objectOf(payload.details)
    records.permissionAsked(undefined, textOf(details.tool_name) ?? textOf(details.toolName) ?? '')
  },
  // `auto` comes before every request, whether the conversation is summed up or not.
  PreCompress: (records, payload, time) => {
    if (payload.trigger === 'manual')
      records.message(compactionKey(`${time}`), { role: 'system', content: 'Compressing' })
  },
})
