// guard.ts: who may ask the API: Host, Origin, token, and what a web page of another site could send without asking.
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import {
  type Authorize,
  bearerOf,
  type Caller,
  checkCaller,
  type Guard,
  isRefusal,
  lacks,
  type Scope,
} from '../receivers/guard.ts'
import { ApiError, errorResponse } from './errors.ts'

export type GuardRules = { guard: Guard; authorize?: Authorize | undefined }

/** The cookie that stands for the bearer token in a browser, which cannot send the header with a page or a WebSocket. */
const cookieName = 'telltale_token'
const cookieSeconds = 30 * 86_400

/** Nothing but our own files, no framing, no inline script or style: what an agent wrote stays text. */
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every answer, whatever it is. */
const securityHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Puts the headers on every answer; what is asked of the API is never kept by a cache. */
export const secured: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value)
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}

/**
 * Refuses, before anything else is looked at: a Host that is not ours (DNS rebinding), an Origin that is not ours or a
 * configured one, a cross-site request that changes state or opens a WebSocket, a state change that a form could have
 * sent, and, where a token is required, whoever has neither the header nor the cookie.
 */
export function guarded({ guard, authorize }: GuardRules): MiddlewareHandler {
  return async (c, next) => {
    const header = (name: string) => c.req.header(name)
    const caller = checkCaller(guard, header)
    if (isRefusal(caller)) return errorResponse(c, new ApiError(caller.status, caller.message))
    const origin = header('origin')
    const isConfigured = origin !== undefined && guard.origins.has(origin.toLowerCase())
    if (isConfigured) allowOrigin(c, origin)
    if (c.req.method === 'OPTIONS') return preflight(c, isConfigured)
    const refusal = crossSite(c, isConfigured) ?? notJson(c)
    if (refusal) return errorResponse(c, refusal)
    if (c.req.path === '/login' && c.req.method === 'POST') return login(c, authorize)
    if (!authorize) return next()
    const need = needOf(c.req.method, c.req.path)
    const known = authorize(bearerOf(header('authorization')) ?? getCookie(c, cookieName), need)
    if (known === undefined) return unauthorized(c)
    if (known === 'forbidden') return errorResponse(c, new ApiError(403, lacks(need)))
    c.set(callerKey, known)
    return next()
  }
}

const callerKey = 'caller'

/** Whose request it is; nobody's in particular where no token is needed, or the program asks itself. */
export const callerOf = (c: Context): Caller => (c.get(callerKey) as Caller | undefined) ?? {}

/** Questions whose parameters are too long for an address. */
const asking = new Set(['/api/sql', '/api/sql/parquet', '/api/metrics/batch-series', '/mcp'])
/** What records come by. */
const sending = new Set(['/api/ingest', '/api/push'])

/** The scope that a request needs; nothing for what any caller may know. */
function needOf(method: string, path: string): Scope | undefined {
  if (path === '/health') return undefined
  if (sending.has(path)) return 'ingest'
  if (path === '/api/tokens' || path.startsWith('/api/tokens/')) return 'admin'
  return method === 'GET' || method === 'HEAD' || asking.has(path) ? 'read' : 'admin'
}

const changesState = (c: Context) => !['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)
const isUpgrade = (c: Context) => c.req.header('upgrade') !== undefined

/** Browsers say by themselves where a request comes from; other clients say nothing. */
function crossSite(c: Context, isConfigured: boolean): ApiError | undefined {
  if (isConfigured || !(changesState(c) || isUpgrade(c))) return undefined
  const site = c.req.header('sec-fetch-site')
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined
  return new ApiError(403, 'pages of other sites may not do this')
}

/** A form or a `no-cors` request of another site can send anything but JSON. */
function notJson(c: Context): ApiError | undefined {
  if (!changesState(c) || c.req.path === '/login') return undefined
  const type = c.req.header('content-type')
  if (type === undefined && c.req.method !== 'POST') return undefined
  if (/^application\/json\s*(;|$)/i.test(type ?? '')) return undefined
  return new ApiError(415, 'the body must be JSON, said by "Content-Type: application/json"')
}

function allowOrigin(c: Context, origin: string): void {
  c.header('access-control-allow-origin', origin)
  c.header('access-control-allow-credentials', 'true')
  c.header('access-control-expose-headers', 'retry-after')
  c.header('vary', 'Origin')
}

function preflight(c: Context, isConfigured: boolean): Response {
  if (!isConfigured) return errorResponse(c, new ApiError(403, 'pages of other origins may not call this server'))
  c.header('access-control-allow-methods', 'GET, POST, PUT, DELETE')
  c.header('access-control-allow-headers', 'authorization, content-type')
  c.header('access-control-max-age', '600')
  return c.body(null, 204)
}

/** Exchanges the token, typed into the form below, for the cookie. */
async function login(c: Context, authorize: Authorize | undefined): Promise<Response> {
  const isJson = c.req.header('content-type')?.startsWith('application/json')
  const given = isJson ? await c.req.json().catch(() => ({})) : await c.req.parseBody().catch(() => ({}))
  const token: unknown = given && typeof given === 'object' && 'token' in given ? given.token : undefined
  const known = authorize?.(typeof token === 'string' ? token.trim() : undefined, 'read')
  if (known === 'forbidden') return errorResponse(c, new ApiError(403, lacks('read')))
  if (authorize && known === undefined) return unauthorized(c)
  if (typeof token === 'string')
    setCookie(c, cookieName, token.trim(), {
      httpOnly: true,
      sameSite: 'Strict',
      // Behind a proxy that speaks TLS (--frontend-url) it may never go another way.
      secure: c.req.header('origin')?.startsWith('https://') ?? false,
      path: '/',
      maxAge: cookieSeconds,
    })
  return isJson ? c.body(null, 204) : c.redirect('/', 303)
}

function unauthorized(c: Context): Response {
  c.header('www-authenticate', 'Bearer')
  if (c.req.header('accept')?.includes('text/html')) return c.html(loginPage, 401)
  const message = 'this server needs its token: "Authorization: Bearer <token>", or log in with a browser'
  return errorResponse(c, new ApiError(401, message))
}

const loginPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Telltale</title>
<h1>Telltale</h1>
<form method="post" action="/login">
<p><label>This server needs its token. <input type="password" name="token" autocomplete="current-password" autofocus required></label>
<button>Open</button></p>
</form>
</html>
`
