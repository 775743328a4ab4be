// guard.ts: who may talk to a port: the Host header, the Origin header and the bearer token. Used by every port.
//
// The user's own browser is the attacker's way in: a page may send requests to 127.0.0.1 (cross-site), and after DNS
// rebinding even read the answers. A name in Host that is not ours, or an Origin that is not ours, is therefore refused
// before anything else is looked at.
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** What a port answers to. */
export type Guard = {
  /** `host:port` in lower case, IPv6 in brackets. */
  readonly hosts: ReadonlySet<string>
  /** `scheme://host:port` of other pages that may call us, such as the one of `--frontend-url`. */
  readonly origins: ReadonlySet<string>
  /**
   * When the port listens beyond loopback, its users reach it by addresses and local names that we cannot know
   * (published container ports, machines of the network). Neither can be used for DNS rebinding, which needs a name
   * that an attacker can register.
   */
  readonly local: boolean
}

/** Where a port listens and by what it is called. */
export type GuardOptions = {
  /** The bound host: an address or a name. */
  host: string
  /** The actual port. */
  port: number
  /** `--frontend-url`: an origin whose pages may call, and whose host is one of our names (a proxy in front of us). */
  frontendUrl?: string | undefined
  /** Further names, with or without a port. */
  names?: readonly string[]
}

/** A refusal: the status to answer and a text for the person who sees it. */
export type Refusal = { status: 401 | 403; message: string }

export function createGuard({ host, port, frontendUrl, names = [] }: GuardOptions): Guard {
  const loopback = ['127.0.0.1', 'localhost', '[::1]']
  const bound = bracketed(host.toLowerCase())
  const hosts = new Set(
    [...loopback, bound, ...names.map((name) => name.toLowerCase())].map((name) => withPort(name, port)),
  )
  const origins = new Set<string>()
  if (frontendUrl) {
    const url = new URL(frontendUrl)
    origins.add(url.origin)
    hosts.add(url.host)
    hosts.add(withPort(url.hostname, port))
  }
  return { hosts, origins, local: !isLoopbackName(bound) }
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name)
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

function withPort(name: string, port: number): string {
  return /:\d+$/.test(name) && !name.endsWith(']') ? name : `${name}:${port}`
}

/**
 * Whether a Host header (or an HTTP/2 `:authority`) names us. A missing one does not: every client of today sends it.
 * Without a port it means port 80 or 443, which is not ours unless a name was configured so.
 */
export function hostAllowed(guard: Guard, host: string | null | undefined): boolean {
  if (!host) return false
  const name = host.toLowerCase()
  if (guard.hosts.has(name) || guard.hosts.has(`${name}:80`)) return true
  return guard.local && isLocalName(name)
}

/** An address, this machine's name, a name without a dot, or one under a suffix that nobody can register. */
function isLocalName(host: string): boolean {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/.exec(host)
  if (!match) return false
  if (match[1] !== undefined) return isIP(match[1]) === 6
  const name = match[2]!.replace(/\.$/, '')
  if (isIP(name) === 4 || name === hostname().toLowerCase()) return true
  // All digits and dots but no address: another spelling of one, which only confuses.
  if (/^[\d.]+$/.test(name)) return false
  return !name.includes('.') || /\.(local|internal|localhost|home\.arpa)$/.test(name)
}

/** Whether an Origin header is ours or a configured one; a request without one does not come from a page of another site. */
export function originAllowed(guard: Guard, origin: string | null | undefined): boolean {
  if (origin === null || origin === undefined) return true
  const value = origin.toLowerCase()
  if (guard.origins.has(value)) return true
  const match = /^https?:\/\/([^/@]+)$/.exec(value)
  return match !== null && hostAllowed(guard, match[1])
}

/** Whose request it is: `user` is the name that a token was made for. */
export type Caller = { user?: string }

/** What a token allows: to send records, to ask for them, and everything. */
export const scopes = ['ingest', 'read', 'admin'] as const
export type Scope = (typeof scopes)[number]

/**
 * Decides whether a bearer token (without the word Bearer; `undefined` when none was sent) may do what needs a scope; with
 * no `need` any valid token may. `undefined`: it is not valid. `forbidden`: it is, but not for this.
 */
export type Authorize = (token: string | undefined, need: Scope | undefined) => Caller | 'forbidden' | undefined

/** The token of an Authorization header; `undefined` for any other scheme. */
export function bearerOf(header: string | null | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1]
}

/**
 * Checks one request in the order in which an attacker would be told least: host, origin, token.
 *
 * @param header looks up a header by its lower-case name.
 * @param need the scope that a token must have; the receivers' own unless given.
 */
export function checkCaller(
  guard: Guard,
  header: (name: string) => string | null | undefined,
  authorize?: Authorize,
  need: Scope | undefined = 'ingest',
): Refusal | Caller {
  if (!hostAllowed(guard, header('host'))) {
    return {
      status: 403,
      message: 'the Host header does not name this server; use 127.0.0.1, localhost or [::1] with its port',
    }
  }
  if (!originAllowed(guard, header('origin'))) {
    return { status: 403, message: 'pages of other origins may not call this server; --frontend-url allows one' }
  }
  if (!authorize) return {}
  const caller = authorize(bearerOf(header('authorization')), need)
  if (caller === 'forbidden') return { status: 403, message: lacks(need) }
  return caller ?? { status: 401, message: 'this server needs "Authorization: Bearer <token>" with its token' }
}

/** What a caller is told whose token is valid, but not for this. */
export const lacks = (need: Scope | undefined): string =>
  `this token lacks the scope ${need}; an admin makes one with: telltale token create --scope ${need}`

/** Tells a refusal from a caller. */
export function isRefusal(answer: Refusal | Caller): answer is Refusal {
  return 'status' in answer
}
