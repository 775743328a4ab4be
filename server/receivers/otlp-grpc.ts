// otlp-grpc.ts: OTLP/gRPC, the three Export services on both loopbacks (contract §3).
import {
  logVerbosity,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js'
import { exportMethods } from '#proto/otlp.gen.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import { type Admission, BusyError, createAdmission, type Place } from './admission.ts'
import type { Signal } from './codec.ts'
import { exportResponse } from './codec-response.ts'
import { admitCalls } from './grpc-admission.ts'
import { boundedInflate } from './grpc-inflate.ts'
import { unavailableStatus } from './grpc-unavailable.ts'
import { type Authorize, type Caller, checkCaller, createGuard, type Guard, isRefusal } from './guard.ts'
import { listenOn } from './listen.ts'
import type { Receiver } from './otlp-http-server.ts'
import { createReceive, type Outcome, type Receive } from './receive.ts'
import { createTraffic } from './traffic.ts'

export type OtlpGrpcOptions = {
  host: string
  /** 0: any free port. */
  port: number
  ingest: Pick<Ingest, 'submit'>
  /** The largest message, also after decompression. */
  bodyBytesMax: number
  /** What may come in now; the port's own when it is not shared with others. */
  admission?: Admission
  frontendUrl?: string | undefined
  names?: readonly string[]
  authorize?: Authorize | undefined
  log: Log
}

type Call = ServerUnaryCall<Buffer, Buffer>
type Answer = sendUnaryData<Buffer>
/** The guard needs the actual port, which is known only once the port listens. */
type Door = {
  guard?: Guard
  authorize: Authorize | undefined
  receive: Receive
  placeOf(metadata: Metadata): Place | undefined
  stopping: boolean
}

/** Opens the port. Throws what the system says when it is taken. */
export async function listenOtlpGrpc(options: OtlpGrpcOptions): Promise<Receiver> {
  const { host, port, ingest, bodyBytesMax, frontendUrl, names = [], authorize, log } = options
  const { interceptor, placeOf } = admitCalls(options.admission ?? createAdmission({ bodyBytesMax }))
  // What it would write to stderr itself, we are told as an error, too.
  setLogVerbosity(logVerbosity.NONE)
  const door: Door = { authorize, receive: createReceive(ingest, log), placeOf, stopping: false }
  const traffic = createTraffic()
  const server = new Server({
    'grpc.max_receive_message_length': bodyBytesMax,
    // The first is nearest to the call: it must be the one that reaches into it.
    interceptors: [boundedInflate(bodyBytesMax), interceptor],
  })
  for (const [path, signal] of Object.entries(exportMethods)) {
    server.addService(serviceOf(path), {
      Export: (call: Call, send: Answer) => {
        const answer: Answer = (error, ...rest) => {
          traffic.count(
            signal,
            status[error && 'code' in error ? (error.code ?? status.UNKNOWN) : status.OK] ?? 'UNKNOWN',
          )
          send(error, ...rest)
        }
        exportCall(door, signal, call, answer).catch((error) => {
          log.error('a gRPC call failed', { signal, error })
          unavailable(answer, 'the call failed, send it again', 5)
        })
      },
    })
  }
  const bound = await listenOn(host, port, async (address, onPort) => {
    const target = (withPort: number) => `${address.includes(':') ? `[${address}]` : address}:${withPort}`
    const actual = await bind(server, target(onPort))
    return { port: actual, stop: () => server.unbind(target(actual)) }
  })
  const actual = bound[0]!.port
  door.guard = createGuard({ host, port: actual, frontendUrl, names })
  return {
    port: actual,
    stats: () => ({ ...door.receive.stats(), answers: traffic.list() }),
    async stop(graceMs = 8000) {
      door.stopping = true
      const { promise: done, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
      // Sends GOAWAY and lets the calls in flight end.
      server.tryShutdown(() => resolve())
      await done
      clearTimeout(timer)
      server.forceShutdown()
    },
  }
}

function bind(server: Server, target: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync(target, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)))
  return promise
}

/**
 * Messages pass as bytes: with a deserialiser that throws, grpc-js would answer INTERNAL for bad data, where OTLP wants
 * INVALID_ARGUMENT.
 */
function serviceOf(path: string): ServiceDefinition {
  const bytes = (value: Buffer) => value
  return {
    Export: {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  }
}

async function exportCall(door: Door, signal: Signal, call: Call, answer: Answer): Promise<void> {
  if (!door.guard || door.stopping) return unavailable(answer, 'the server is starting or stopping', 5)
  const header = (name: string) =>
    name === 'host' ? call.getHost() : (call.metadata.get(name)[0]?.toString() ?? undefined)
  const caller = checkCaller(door.guard, header, door.authorize)
  if (isRefusal(caller)) {
    const code = caller.status === 401 ? status.UNAUTHENTICATED : status.PERMISSION_DENIED
    return answer({ code, details: caller.message })
  }
  const outcome = await received(door, signal, call, caller)
  if (outcome.kind === 'bad') return answer({ code: status.INVALID_ARGUMENT, details: outcome.message })
  if (outcome.kind === 'large') return answer({ code: status.RESOURCE_EXHAUSTED, details: outcome.message })
  if (outcome.kind === 'unavailable') return unavailable(answer, outcome.message, outcome.retryAfterSeconds)
  answer(null, Buffer.from(exportResponse(signal, 'protobuf', outcome.rejected, outcome.message)))
}

/** A call whose message turned out larger than there is room for is refused like one that found none. */
async function received(door: Door, signal: Signal, call: Call, caller: Caller): Promise<Outcome> {
  try {
    await door.placeOf(call.metadata)?.hold(call.request.byteLength)
  } catch (error) {
    if (error instanceof BusyError) return { kind: 'unavailable', message: error.message, retryAfterSeconds: 1 }
    throw error
  }
  return door.receive.request(signal, 'protobuf', call.request, caller)
}

function unavailable(answer: Answer, message: string, retryAfterSeconds: number): void {
  answer(unavailableStatus(message, retryAfterSeconds))
}
