// message.ts: one entry of a transcript as it is kept: identified, and comparable with another version of itself.
import type { MessageRecord } from '#proto/telemetry.ts'
import { hash53 } from './hash-index.ts'

const textFields = [
  'role',
  'content',
  'model',
  'agentId',
  'parentKey',
  'promptId',
  'callMessageId',
  'toolName',
  'toolUseId',
  'toolInput',
  'toolOutput',
  'diff',
] as const satisfies readonly (keyof MessageRecord)[]

/** Identity of an entry: the same key of the same door in the same session replaces. */
export function messageHash({ tool, sessionId, source, messageKey }: MessageRecord): number {
  return hash53(`${tool}\n@${sessionId}\n${source}\n${messageKey}`)
}

/** 32 bits of everything an entry says; chained over the fields, so that long texts are not copied. Never 0. */
export function messageFingerprint(message: MessageRecord): number {
  let hash = Bun.hash.xxHash32(
    `${message.sequence} ${message.timeUnixNano} ${message.durationMs ?? ''} ${message.success ?? ''}`,
    1,
  )
  textFields.forEach((field, index) => {
    const value = message[field]
    if (value !== undefined && value !== '') hash = Bun.hash.xxHash32(value, (hash + index) >>> 0)
  })
  return hash || 1
}

/**
 * The version of an entry that stands, whichever came first: the one with more text (agents write an entry again when it
 * has grown), then with more known fields, then by text.
 */
export function standingMessage(a: MessageRecord, b: MessageRecord): MessageRecord {
  const order =
    textLength(a) - textLength(b) || knownFields(a) - knownFields(b) || compareTexts(canonical(a), canonical(b))
  return order >= 0 ? a : b
}

function textLength(message: MessageRecord): number {
  return textFields.reduce((sum, field) => sum + (message[field]?.length ?? 0), 0)
}

function knownFields(message: MessageRecord): number {
  return Number(message.durationMs !== undefined) + Number(message.success !== undefined)
}

function canonical(message: MessageRecord): string {
  const { sequence, timeUnixNano, durationMs, success } = message
  const texts = textFields.map((field) => message[field] || null)
  return JSON.stringify([String(timeUnixNano), sequence, durationMs ?? null, success ?? null, ...texts])
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
