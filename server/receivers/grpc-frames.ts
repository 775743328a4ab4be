// grpc-frames.ts: gRPC calls that arrive on the HTTP port, where misconfigured agents send them.
//
// The runtime cannot send trailers, so that a client may see INTERNAL although its data is stored; exporters do not
// repeat that. What matters is that nothing is lost, and nothing stored twice if they do.
import { exportMethods } from '#proto/otlp.gen.ts'
import { exportResponse, grpcCode } from './codec-response.ts'
import { CorruptError, type Decompress, TooLargeError, UnknownEncodingError } from './decompress.ts'
import type { Caller } from './guard.ts'
import type { Receive } from './receive.ts'

/** Stores the messages of one call and answers as well as it can be done. */
export async function answerGrpc(
  path: string,
  encoding: string | null,
  body: Uint8Array,
  caller: Caller,
  receive: Receive,
  decompress: Decompress,
): Promise<Response> {
  const signal = exportMethods[path]
  if (!signal) return failed(grpcCode.unimplemented, `there is no method ${path.slice(0, 200)}`)
  const messages = framesOf(body)
  if (!messages) return failed(grpcCode.invalidArgument, 'the body is not made of gRPC messages')
  let rejected = 0
  let message = ''
  for (const { compressed, bytes } of messages) {
    let content = bytes
    try {
      if (compressed) content = await decompress(encoding, bytes)
    } catch (error) {
      return failed(codeOf(error), (error as Error).message)
    }
    const outcome = await receive.request(signal, 'protobuf', content, caller)
    if (outcome.kind === 'bad') return failed(grpcCode.invalidArgument, outcome.message)
    if (outcome.kind === 'large') return failed(grpcCode.resourceExhausted, outcome.message)
    if (outcome.kind === 'unavailable') return failed(grpcCode.unavailable, outcome.message)
    rejected += outcome.rejected
    message ||= outcome.message
  }
  return new Response(frame(exportResponse(signal, 'protobuf', rejected, message)), {
    headers: { 'content-type': 'application/grpc', 'grpc-status': '0' },
  })
}

function codeOf(error: unknown): number {
  if (error instanceof TooLargeError) return grpcCode.resourceExhausted
  if (error instanceof UnknownEncodingError) return grpcCode.unimplemented
  if (error instanceof CorruptError) return grpcCode.invalidArgument
  throw error
}

/** "Trailers-Only": an error needs no trailers, its status may stand in the headers of an answer without a body. */
export function failed(code: number, message: string): Response {
  return new Response(null, {
    headers: {
      'content-type': 'application/grpc',
      'grpc-status': String(code),
      'grpc-message': encodeURIComponent(message.slice(0, 1000).toWellFormed()),
    },
  })
}

/** The messages of a body: each one byte "compressed", four bytes of length, and its bytes; `undefined` when cut off. */
export function framesOf(body: Uint8Array): { compressed: boolean; bytes: Uint8Array }[] | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const frames = []
  let at = 0
  while (at < body.byteLength) {
    if (at + 5 > body.byteLength) return undefined
    const flag = view.getUint8(at)
    const end = at + 5 + view.getUint32(at + 1)
    if (flag > 1 || end > body.byteLength) return undefined
    frames.push({ compressed: flag === 1, bytes: body.subarray(at + 5, end) })
    at = end
  }
  return frames.length === 0 ? undefined : frames
}

/** One uncompressed message with its prefix. */
export function frame(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(5 + message.byteLength)
  new DataView(framed.buffer).setUint32(1, message.byteLength)
  framed.set(message, 5)
  return framed
}
