// testing.ts: records of one session, each with what a test does not care for filled in.
import type { CallObservation, MessageRecord, SessionObservation, ToolCallObservation } from '#proto/telemetry.ts'
import { at } from '../usage/testing.ts'

export const start = at('2026-11-22T04:00:00Z')
export const second = 1_000_000_000n
export const call = (part: Partial<CallObservation> & { messageId: string }): CallObservation => ({
  source: 'transcript',
  tool: 'claude-code',
  sessionId: 's1',
  observationId: part.messageId,
  keys: [`msg:${part.messageId}`],
  timeUnixNano: start + second,
  status: 'ok',
  model: 'claude-sonnet-4-5',
  quality: 'exact',
  inputTokens: 100,
  outputTokens: 10,
  ...part,
})
export const message = (part: Partial<MessageRecord> & { messageKey: string }): MessageRecord => ({
  source: 'transcript',
  tool: 'claude-code',
  sessionId: 's1',
  sequence: 0,
  timeUnixNano: start,
  role: 'assistant',
  content: part.messageKey,
  ...part,
})
export const toolCall = (part: Partial<ToolCallObservation> & { callId: string }): ToolCallObservation => ({
  source: 'otlp_logs',
  tool: 'claude-code',
  sessionId: 's1',
  toolName: 'Bash',
  timeUnixNano: start + 2n * second,
  success: true,
  durationMs: 40,
  ...part,
})
export const session = (part: Partial<SessionObservation> & { sessionId: string }): SessionObservation => ({
  source: 'transcript',
  tool: 'claude-code',
  startTimeUnixNano: start,
  lastTimeUnixNano: start + 60n * second,
  ...part,
})
