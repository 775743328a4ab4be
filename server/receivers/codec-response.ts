// codec-response.ts: the bodies that OTLP prescribes for answers, in either encoding.
import { Writer } from 'protobufjs/minimal'
import type { Encoding } from './codec.ts'
import type { Signal } from './codec-batch.ts'

/** google.rpc.Code, as far as we use it. */
export const grpcCode = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** Far below the 4 MiB to which OTLP limits an answer, and enough for any text of ours. */
const messageCharsMax = 4096

const rejectedNames: Record<Signal, string> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
}

export const contentTypes: Record<Encoding, string> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/**
 * Export…ServiceResponse. `partial_success` is unset on full success (a MUST of OTLP since 1.11): no byte, or `{}`.
 * Nothing rejected but a message is a warning, and allowed.
 */
export function exportResponse(
  signal: Signal,
  encoding: Encoding,
  rejected: number,
  message: string,
): Uint8Array<ArrayBuffer> {
  const text = shorten(message)
  if (encoding === 'json') {
    if (rejected === 0 && text === '') return utf8('{}')
    // int64 is a string in the JSON mapping; a field with its default is left out.
    const partial = {
      ...(rejected === 0 ? {} : { [rejectedNames[signal]]: String(rejected) }),
      ...(text === '' ? {} : { errorMessage: text }),
    }
    return utf8(JSON.stringify({ partialSuccess: partial }))
  }
  if (rejected === 0 && text === '') return new Uint8Array()
  const writer = Writer.create().uint32(10).fork()
  if (rejected !== 0) writer.uint32(8).int64(rejected)
  if (text !== '') writer.uint32(18).string(text)
  return new Uint8Array(writer.ldelim().finish())
}

/** google.rpc.Status, the body of every answer that is not a success. */
export function statusBody(encoding: Encoding, code: number, message: string): Uint8Array<ArrayBuffer> {
  const text = shorten(message)
  if (encoding === 'json') return utf8(JSON.stringify({ code, message: text }))
  return new Uint8Array(Writer.create().uint32(8).int32(code).uint32(18).string(text).finish())
}

/** google.rpc.Status with a google.rpc.RetryInfo, the value of gRPC's `grpc-status-details-bin`. */
export function retryStatus(code: number, message: string, retryAfterSeconds: number): Uint8Array {
  const info = Writer.create().uint32(10).fork().uint32(8).int64(retryAfterSeconds).ldelim().finish()
  return Writer.create()
    .uint32(8)
    .int32(code)
    .uint32(18)
    .string(shorten(message))
    .uint32(26)
    .fork()
    .uint32(10)
    .string('type.googleapis.com/google.rpc.RetryInfo')
    .uint32(18)
    .bytes(info)
    .ldelim()
    .finish()
}

function shorten(message: string): string {
  const text = message.toWellFormed()
  return text.length > messageCharsMax ? `${text.slice(0, messageCharsMax - 1).toWellFormed()}…` : text
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
