// grpc-admission.ts: asks for room for a gRPC call when its headers are there, before grpc-js reads its message.
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { type Admission, BusyError, type Place } from './admission.ts'
import { unavailableStatus } from './grpc-unavailable.ts'

/** gRPC announces no sizes. Most messages of exporters are smaller than this. */
const unknownBytes = 16 * 1024
/** Of a message that may have 64 MiB, while memory is high. */
const unknownBytesScarce = 1024 * 1024

/** The interceptor, and how a handler finds the place of its call. */
export function admitCalls(admission: Admission): {
  interceptor: ServerInterceptor
  placeOf(metadata: Metadata): Place | undefined
} {
  const places = new WeakMap<Metadata, Place>()
  const interceptor: ServerInterceptor = (_, call) => {
    let place: Place | undefined
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            try {
              const announced = admission.stats().memoryIsHigh ? unknownBytesScarce : unknownBytes
              place = admission.enter(call.getPeer(), announced)
            } catch (error) {
              if (!(error instanceof BusyError)) throw error
              return call.sendStatus(unavailableStatus(error.message, 1))
            }
            places.set(metadata, place)
            pass(metadata)
          },
          onCancel() {
            place?.leave()
          },
        })
      },
      sendStatus(status, next) {
        place?.leave()
        next(status)
      },
    })
  }
  return { interceptor, placeOf: (metadata) => places.get(metadata) }
}
