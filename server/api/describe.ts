// describe.ts: what a route's own validators say about it, kept on them, so that /openapi.json is never written twice.
import type { MiddlewareHandler } from 'hono'
import type { z } from 'zod'

/** What is known of a route from one of its handlers. */
export type Description = {
  summary?: string
  /** The answer of status 200 (or 201), where a schema describes it. */
  answer?: z.ZodType
  /** The status of success, when it is not 200 (or 204 for DELETE). */
  status?: 201
  /** The answer's type when it is not JSON. */
  answerType?: string
  query?: z.ZodType
  path?: z.ZodType
  body?: z.ZodType
}

const descriptions = new WeakMap<object, Description>()

/** Remembers what a handler says about its route; returns the handler. */
export function describeWith<H extends object>(description: Description, handler: H): H {
  descriptions.set(handler, description)
  return handler
}

/** What was remembered of a handler. */
export function descriptionOf(handler: object): Description | undefined {
  return descriptions.get(handler)
}

/** A handler that does nothing but tell what a route is for: `.get('/api/traces', about('Lists traces', TraceList), …)`. */
export function about(summary: string, answer?: z.ZodType, answerType?: string): MiddlewareHandler {
  const description: Description = { summary }
  if (answer) description.answer = answer
  if (answerType) description.answerType = answerType
  return describeWith(description, async (_, next) => {
    await next()
  })
}
