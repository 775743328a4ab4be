// grpc-inflate.ts: grpc-js, made to decompress with our bound on memory.
import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js'
import { CorruptError, createDecompressor, TooLargeError, UnknownEncodingError } from './decompress.ts'

/** A message with its five-byte prefix → its bytes; what grpc-js calls for each message. */
type DecompressMessage = (message: Buffer, encoding: string) => Promise<Buffer>

/**
 * grpc-js decompresses every message of every connection at once: twenty bombs of 1 MB took 1.4 GB before each was
 * refused. It also calls a corrupt message INTERNAL, where OTLP wants INVALID_ARGUMENT. Its method is not public, so a
 * test holds it to both; where a later version had none, its own would simply be used.
 */
export function boundedInflate(bytesMax: number): ServerInterceptor {
  const decompress = createDecompressor(bytesMax)
  const decompressMessage: DecompressMessage = async (message, encoding) => {
    try {
      const body = await decompress(encoding, message.subarray(5))
      return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    } catch (error) {
      throw { code: codeOf(error), details: (error as Error).message }
    }
  }
  return (_, call) => {
    const internal = call as unknown as { decompressMessage?: DecompressMessage }
    if (internal.decompressMessage) internal.decompressMessage = decompressMessage
    return new ServerInterceptingCall(call)
  }
}

function codeOf(error: unknown): status {
  if (error instanceof TooLargeError) return status.RESOURCE_EXHAUSTED
  if (error instanceof UnknownEncodingError) return status.UNIMPLEMENTED
  return error instanceof CorruptError ? status.INVALID_ARGUMENT : status.INTERNAL
}
