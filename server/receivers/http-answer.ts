// http-answer.ts: the answers of the OTLP/HTTP port: the body OTLP prescribes, in the encoding of the request.
import type { Encoding, Signal } from './codec.ts'
import { contentTypes, exportResponse, grpcCode, statusBody } from './codec-response.ts'

/** The google.rpc.Code that belongs to an HTTP status in a Status body. */
const codes: Record<number, number> = {
  400: grpcCode.invalidArgument,
  401: grpcCode.unauthenticated,
  403: grpcCode.permissionDenied,
  404: grpcCode.notFound,
  405: grpcCode.unimplemented,
  413: grpcCode.resourceExhausted,
  415: grpcCode.invalidArgument,
  503: grpcCode.unavailable,
}

const always = { 'x-content-type-options': 'nosniff' }

/** The type of a Content-Type header without its parameters, in lower case; `''` when there is none. */
export function mediaType(header: string | null): string {
  return (header ?? '').split(';')[0]!.trim().toLowerCase()
}

/** The encoding that a Content-Type stands for. Exactly the two of OTLP: a page cannot send them across sites unasked. */
export function encodingOf(contentType: string | null): Encoding | undefined {
  const type = mediaType(contentType)
  if (type === 'application/x-protobuf') return 'protobuf'
  if (type === 'application/json') return 'json'
  return undefined
}

/** 200 with an Export…ServiceResponse. */
export function accepted(signal: Signal, encoding: Encoding, rejected: number, message: string): Response {
  return new Response(exportResponse(signal, encoding, rejected, message), {
    headers: { ...always, 'content-type': contentTypes[encoding] },
  })
}

/** An error with a google.rpc.Status. Clients repeat only 429, 502, 503 and 504; of these we use 503. */
export function refused(
  status: number,
  message: string,
  encoding: Encoding = 'json',
  headers: Record<string, string> = {},
): Response {
  return new Response(statusBody(encoding, codes[status] ?? 0, message), {
    status,
    headers: { ...always, 'content-type': contentTypes[encoding], ...headers },
  })
}

/** Says that the request may be sent again, and when. */
export function comeBack(message: string, seconds: number, encoding: Encoding, headers: Record<string, string> = {}) {
  return refused(503, message, encoding, { 'retry-after': String(seconds), ...headers })
}

/** A small JSON answer. */
export function plain(value: unknown): Response {
  return Response.json(value, { headers: always })
}
