// otlp-http.ts: OTLP/HTTP and the agents' hooks on one port (contract §3).
import { exportMethods } from '#proto/otlp.gen.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import { inTurns } from '../turns.ts'
import { type Admission, BusyError, type Place } from './admission.ts'
import { type Signal, TooManyError } from './codec.ts'
import { DecodeError } from './codec-batch.ts'
import { decodeAnyJsonInSteps, parseRequest } from './codec-json.ts'
import { CorruptError, createDecompressor, type Decompress, knowsEncoding, TooLargeError } from './decompress.ts'
import { answerGrpc, failed } from './grpc-frames.ts'
import { type Authorize, type Caller, checkCaller, type Guard, isRefusal } from './guard.ts'
import { guessSignalInSteps } from './guess-signal.ts'
import { accepted, comeBack, encodingOf, mediaType, plain, refused } from './http-answer.ts'
import { AbortedError, announcedBytes, readBody, tooLarge } from './http-body.ts'
import { forecastBytes } from './inflated-size.ts'
import { createReceive, type Outcome, type ReceiverStats, whenToComeBack } from './receive.ts'
import { type Cargo, createTraffic } from './traffic.ts'

/**
 * Stores one hook call; `undefined` when no such tool is known. Integers of 16 and more digits in the payload are
 * strings of those digits, and its brackets nest at most 500 deep.
 */
export type Hooks = (tool: string, payload: Record<string, unknown>, caller: Caller) => Promise<object | undefined>

export type OtlpHttpOptions = {
  ingest: Pick<Ingest, 'submit'>
  /** The largest body after decompression; the compressed one may not be larger either. */
  bodyBytesMax: number
  guard: Guard
  /** What may come in now; shared by all doors. */
  admission: Admission
  /** Absent: no token is needed. */
  authorize?: Authorize | undefined
  /** Absent: no tool is known. It resolves when the call is durable, and throws what the ingest throws. */
  hooks?: Hooks | undefined
  log: Log
}

/** The port's handler. */
export type OtlpHttp = {
  /** @param peer the address and port of the other end. */
  fetch(request: Request, peer: string): Promise<Response>
  /** From now on every request is answered 503, so that its sender keeps its data. */
  refuse(): void
  stats(): ReceiverStats
}

/** A word of the path that names a signal, at its end: agents append it to whatever they were given. */
const signalPath = /\/v1\/(traces|metrics|logs)$/
const hookPath = /^\/v1\/hooks\/([^/]+)$/
const closing = { connection: 'close' }

export function otlpHttp(options: OtlpHttpOptions): OtlpHttp {
  const { guard, authorize, hooks, log, bodyBytesMax, admission } = options
  const receive = createReceive(options.ingest, log)
  const decompress = createDecompressor(bodyBytesMax)
  const traffic = createTraffic()
  let refusing = false

  async function fetch(request: Request, peer: string): Promise<Response> {
    try {
      const response = withCors(await route(request, peer), request)
      traffic.count(cargoOf(pathOf(request)), response.status)
      // Nobody reads a large body that was refused: its connection is given up.
      if (!request.bodyUsed && Number(request.headers.get('content-length')) > 1_000_000) {
        response.headers.set('connection', 'close')
      }
      return response
    } catch (error) {
      // A bug of ours. With 500 the sender would drop its data.
      log.error('a request failed', { path: pathOf(request).slice(0, 200), error })
      traffic.count(cargoOf(pathOf(request)), 503)
      return comeBack('the request failed, send it again', 5, encodingOf(request.headers.get('content-type')) ?? 'json')
    }
  }

  async function route(request: Request, peer: string): Promise<Response> {
    const contentType = request.headers.get('content-type')
    const encoding = encodingOf(contentType)
    if (request.method === 'OPTIONS' && isPreflight(request)) return new Response(null, { status: 204 })
    const caller = checkCaller(guard, (name) => request.headers.get(name), authorize)
    if (isRefusal(caller)) {
      const headers: Record<string, string> = caller.status === 401 ? { 'www-authenticate': 'Bearer' } : {}
      return refused(caller.status, caller.message, encoding, headers)
    }
    const path = pathOf(request)
    if ((path === '/health' || path === '/') && /^(GET|HEAD)$/.test(request.method)) return plain({ status: 'ok' })
    const grpc = /^application\/grpc($|\+)/.test(mediaType(contentType))
    const signal = signalPath.exec(path)?.[1] as Signal | undefined
    const tool = hookPath.exec(path)?.[1]
    if (!grpc && !signal && !tool && path !== '/') {
      return refused(404, 'there is /v1/traces, /v1/metrics, /v1/logs, /v1/hooks/{tool} and /health', encoding)
    }
    if (request.method !== 'POST') return refused(405, 'use POST', encoding, { allow: 'POST' })
    if (refusing) return comeBack('the server is stopping', 5, encoding ?? 'json', closing)
    if (grpc) return await grpcCall(request, peer, path, caller)
    if (!encoding || (tool && encoding !== 'json')) {
      return refused(415, `use Content-Type application/json${tool ? '' : ' or application/x-protobuf'}`, encoding)
    }
    if (!knowsEncoding(request.headers.get('content-encoding'))) {
      return refused(415, 'use Content-Encoding gzip, deflate, zstd or none', encoding)
    }
    try {
      return await withRoom(request, peer, caller, async (sent, place) => {
        const body = await inflated(request.headers.get('content-encoding'), sent, place)
        if (tool) return await hookCall(tool, body, caller)
        const outcomes = signal
          ? [await receive.request(signal, encoding, body, caller)]
          : await receiveAny(encoding, body, caller)
        return answer(outcomes, encoding)
      })
    } catch (error) {
      return troubled(error, encoding)
    }
  }

  /** Asks for room before the body is read, and gives it back when the request is answered. */
  async function withRoom(
    request: Request,
    peer: string,
    caller: Caller,
    work: (body: Uint8Array, place: Place) => Promise<Response>,
  ): Promise<Response> {
    const announced = announcedBytes(request) ?? 0
    // A body that is too large will not become smaller by coming back.
    if (announced > bodyBytesMax) throw tooLarge(bodyBytesMax)
    const place = await admission.enter(caller.user ?? peer, announced, request.signal)
    try {
      return await work(await readBody(request, bodyBytesMax, place), place)
    } finally {
      place.leave()
    }
  }

  /** Decompresses a body for which there is room. */
  async function inflated(encoding: string | null, sent: Uint8Array, place: Place): Promise<Uint8Array> {
    const forecast = forecastBytes(encoding, sent, bodyBytesMax)
    // Of half the limit and more it may be a bomb, which must hear 413, not that it may come back: the decompressor lets such
    // bodies have their turns, within a bound of its own.
    await place.hold(encoding && forecast < bodyBytesMax / 2 ? sent.byteLength + forecast : sent.byteLength)
    const body = await decompress(encoding, sent)
    await place.hold(body === sent ? sent.byteLength : sent.byteLength + body.byteLength)
    return body
  }

  function troubled(error: unknown, encoding: 'protobuf' | 'json'): Response {
    if (error instanceof TooLargeError) return refused(413, error.message, encoding, closing)
    if (error instanceof TooManyError) return refused(413, error.message, encoding)
    if (error instanceof CorruptError || error instanceof DecodeError) return refused(400, error.message, encoding)
    if (error instanceof BusyError) return comeBack(error.message, 1, encoding, closing)
    if (error instanceof AbortedError) return refused(400, error.message, encoding, closing)
    throw error
  }

  /** `POST /`: the signal is whatever the body has; a JSON body may even have several. */
  async function receiveAny(encoding: 'protobuf' | 'json', body: Uint8Array, caller: Caller): Promise<Outcome[]> {
    if (encoding === 'protobuf') {
      let signal: Signal
      try {
        signal = await inTurns(guessSignalInSteps(body))
      } catch {
        signal = 'logs' // Not protobuf; the decoder says where.
      }
      return [await receive.request(signal, encoding, body, caller)]
    }
    const arrival = BigInt(Date.now()) * 1_000_000n
    const decoded = await inTurns(decodeAnyJsonInSteps(body, arrival))
    return Promise.all(decoded.map((part) => receive.decoded(part.decoded, part.signal, body, caller)))
  }

  async function hookCall(tool: string, body: Uint8Array, caller: Caller): Promise<Response> {
    const payload = parseRequest(body)
    try {
      if (await hooks?.(tool, payload, caller)) return plain({})
    } catch (error) {
      const { seconds, message } = whenToComeBack(error)
      return comeBack(`the hook was not stored, send it again: ${message}`, seconds, 'json')
    }
    return refused(404, `no hooks of ${JSON.stringify(tool.slice(0, 40))} are known`)
  }

  async function grpcCall(request: Request, peer: string, path: string, caller: Caller): Promise<Response> {
    try {
      const encoding = request.headers.get('grpc-encoding')
      return await withRoom(request, peer, caller, (sent, place) => {
        const inflate: Decompress = (name, bytes) => inflated(name, bytes, place)
        return answerGrpc(path, encoding, sent, caller, receive, inflate)
      })
    } catch (error) {
      if (error instanceof TooLargeError) return failed(8, error.message)
      if (error instanceof BusyError) return failed(14, error.message)
      if (error instanceof AbortedError) return failed(3, error.message)
      throw error
    }
  }

  /** Only pages of a configured origin (`--frontend-url`) may send JSON from a browser. */
  function isPreflight(request: Request): boolean {
    return guard.origins.has(request.headers.get('origin') ?? '') && checkHostOnly(guard, request)
  }

  function withCors(response: Response, request: Request): Response {
    const origin = request.headers.get('origin')
    if (origin && guard.origins.has(origin)) {
      response.headers.set('access-control-allow-origin', origin)
      response.headers.set('vary', 'Origin')
      if (request.method === 'OPTIONS') {
        response.headers.set('access-control-allow-methods', 'POST')
        response.headers.set('access-control-allow-headers', 'authorization, content-encoding, content-type')
        response.headers.set('access-control-max-age', '600')
      }
    }
    return response
  }

  return {
    fetch,
    refuse() {
      refusing = true
    },
    stats: () => ({ ...receive.stats(), answers: traffic.list() }),
  }
}

function checkHostOnly(guard: Guard, request: Request): boolean {
  return !isRefusal(checkCaller(guard, (name) => request.headers.get(name)))
}

function cargoOf(path: string): Cargo {
  if (path === '/') return 'any'
  if (hookPath.test(path)) return 'hooks'
  return (signalPath.exec(path)?.[1] as Signal | undefined) ?? exportMethods[path] ?? 'other'
}

/** The target's path as it was sent; the URL of a request without Host is only that. */
function pathOf(request: Request): string {
  return request.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/'
}

/** One answer to all that a body had: the first trouble, else the sum of what was rejected. */
function answer(outcomes: Outcome[], encoding: 'protobuf' | 'json'): Response {
  let signal: Signal = 'logs'
  let rejected = 0
  const messages: string[] = []
  for (const outcome of outcomes) {
    if (outcome.kind === 'bad') return refused(400, outcome.message, encoding)
    if (outcome.kind === 'large') return refused(413, outcome.message, encoding)
    if (outcome.kind === 'unavailable') return comeBack(outcome.message, outcome.retryAfterSeconds, encoding)
    if (outcome.rejected > 0 || rejected === 0) signal = outcome.signal
    rejected += outcome.rejected
    if (outcome.message) messages.push(outcome.message)
  }
  return accepted(signal, encoding, rejected, messages.join('; '))
}
