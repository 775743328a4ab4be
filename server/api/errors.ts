// errors.ts: one error class and one handler for the whole API.

import { STATUS_CODES } from 'node:http'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Unavailable } from '../ingest/ingest.ts'
import { messageOf, QueryTimeout, StorageTrouble } from '../store/errors.ts'

/** An answer that is not a success: its status, and what was wrong and how to mend it. */
export class ApiError extends Error {
  override name = 'ApiError'
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 504,
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message)
  }
}

/** 400: a parameter that cannot be read. */
export const badRequest = (message: string) => new ApiError(400, message)
/** 404: no such thing. */
export const notFound = (message: string) => new ApiError(404, message)

/** Every error becomes `{"error":"<status text>","message":"…"}` (contract §4). */
export function errorResponse(error: unknown, context: Context): Response {
  const known = classify(error)
  if (known.status === 500)
    console.error(`bug: ${context.req.method} ${context.req.path}: ${error instanceof Error ? error.stack : error}`)
  if (known.retryAfterSeconds) context.header('retry-after', String(known.retryAfterSeconds))
  return context.json(
    { error: STATUS_CODES[known.status] ?? 'Error', message: known.message },
    known.status as ContentfulStatusCode,
  )
}

function classify(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof QueryTimeout) return new ApiError(504, error.message)
  if (error instanceof Unavailable) return new ApiError(503, error.message, error.retryAfterSeconds)
  if (error instanceof StorageTrouble) return new ApiError(503, 'the database is not available now', 5)
  return new ApiError(500, `something went wrong here, not with the request: ${messageOf(error).split('\n')[0]}`)
}
