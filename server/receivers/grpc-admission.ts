// grpc-admission.ts: asks for room for a gRPC call when its headers are there, before grpc-js reads its message.
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { Recent } from '#proto/recent.ts'
import { type Admission, BusyError, type Place } from './admission.ts'
import { unavailableStatus } from './grpc-unavailable.ts'

/**
 * gRPC announces no sizes, so a call is taken to be as large as the last one of its connection. Without that 64 exporters with
 * messages of 4 MB were all let in, and five of six were refused only when all their bytes were there.
 */
const connectionsRemembered = 1000
/** Of the first call. Most messages of exporters are smaller than this. */
const unknownBytes = 16 * 1024
/** Of a message that may have 64 MiB, while memory is high. */
const unknownBytesScarce = 1024 * 1024

/** The interceptor, and how a handler finds the place of its call. */
export function admitCalls(admission: Admission): {
  interceptor: ServerInterceptor
  placeOf(metadata: Metadata): Place | undefined
} {
  const places = new WeakMap<Metadata, Place>()
  const lastBytes = new Recent<string, number>(connectionsRemembered)

  /** The place, which learns how large the connection's messages are. */
  async function enter(peer: string, gone: AbortSignal): Promise<Place> {
    const usual = admission.stats().memoryIsHigh ? unknownBytesScarce : unknownBytes
    const place = await admission.enter(peer, Math.max(usual, lastBytes.get(peer) ?? 0), gone)
    return {
      ...place,
      hold(bytes) {
        lastBytes.set(peer, bytes)
        return place.hold(bytes)
      },
    }
  }

  const interceptor: ServerInterceptor = (_, call) => {
    let place: Place | undefined
    const gone = new AbortController()
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          async onReceiveMetadata(metadata, pass) {
            try {
              place = await enter(call.getPeer(), gone.signal)
            } catch (error) {
              if (!(error instanceof BusyError)) throw error
              return call.sendStatus(unavailableStatus(error.message, 1))
            }
            if (gone.signal.aborted) return place.leave()
            places.set(metadata, place)
            pass(metadata)
          },
          onCancel() {
            gone.abort()
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
