// errors.ts: one error class and one handler for the whole API: `{"error":"<status text>","message":"<what and how to mend>"}`.
import { STATUS_CODES } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Unavailable } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import { messageOf, QueryTimeout, StorageTrouble } from '../store/errors.ts'

/** The statuses that the API answers beside success (contract §4), and 5xx of its own. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503

/** An answer that is not a success: its status, and what was wrong and how to mend it, for the person who asked. */
export class ApiError extends Error {
  override name = 'ApiError'
  constructor(
    readonly status: ErrorStatus,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message)
  }
}

/** 400: a parameter or body that cannot be read. */
export const badRequest = (message: string) => new ApiError(400, message)
/** 422: the request can be read, but what it asks for cannot be done as it stands. */
export const unprocessable = (message: string) => new ApiError(422, message)
/** 404: no such thing. */
export const notFound = (message: string) => new ApiError(404, message)

/**
 * Turns whatever a route threw into the API's one error shape. Trouble of the database and queries that were stopped are
 * 503 with Retry-After; anything unknown is a bug of ours: 500, and its stack in the log.
 */
export function errorHandler(log: Pick<Log, 'error' | 'warn'>) {
  return (error: unknown, context: Context): Response => {
    const known = classify(error)
    if (known.status === 500)
      log.error('a request failed by a bug', {
        method: context.req.method,
        path: context.req.path,
        error: messageOf(error),
        // Errors of the database come without one.
        stack: error instanceof Error ? error.stack : undefined,
      })
    return errorResponse(context, known)
  }
}

/** The answer for an error, also used where there is no exception: unknown routes, refused callers. */
export function errorResponse(context: Context, error: ApiError): Response {
  if (error.retryAfterSeconds !== undefined) context.header('retry-after', String(error.retryAfterSeconds))
  return context.json(
    { error: STATUS_CODES[error.status] ?? 'Error', message: error.message },
    error.status as ContentfulStatusCode,
  )
}

function classify(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  // A slow query is answered as "not now": the same question over less time succeeds.
  if (error instanceof QueryTimeout) return new ApiError(503, error.message, 5)
  if (error instanceof Unavailable) return new ApiError(503, error.message, error.retryAfterSeconds)
  if (error instanceof StorageTrouble)
    return new ApiError(503, 'the database cannot be used now; it is tried again by itself', 5)
  // Hono's own: a body that is not JSON.
  if (error instanceof HTTPException && error.status < 500)
    return new ApiError(error.status as ErrorStatus, error.message)
  if (/Out of Memory Error/.test(messageOf(error)))
    return new ApiError(503, 'the query needs more memory than it may have; narrow the time range', 5)
  return new ApiError(500, 'something went wrong here, not with the request; the log of the server says what')
}
