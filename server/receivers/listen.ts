// listen.ts: one port on both loopbacks.
import { isIP } from 'node:net'

/** A server on one address. */
export type Bound = { port: number; stop(): unknown }

/**
 * The addresses of a host: `localhost`, `127.0.0.1` and `::1` mean both loopbacks, because a client that says
 * `localhost` may try either first.
 */
export function addressesOf(host: string): string[] {
  return ['localhost', '127.0.0.1', '::1'].includes(host) ? ['127.0.0.1', '::1'] : [host]
}

/**
 * Listens on all addresses of a host with one port. With port 0 the first address chooses, and all is tried again when
 * the choice is taken on the next. A machine without IPv6 listens on IPv4 alone.
 *
 * @throws what `bind` throws, after stopping what already listened.
 */
export async function listenOn<B extends Bound>(
  host: string,
  port: number,
  bind: (address: string, port: number) => B | Promise<B>,
): Promise<B[]> {
  for (let attempt = 1; ; attempt++) {
    const bound: B[] = []
    try {
      for (const address of addressesOf(host)) {
        try {
          bound.push(await bind(address, bound[0]?.port ?? port))
        } catch (error) {
          if (bound.length === 0 || isIP(address) !== 6 || !isMissingAddress(error)) throw error
        }
      }
      return bound
    } catch (error) {
      for (const server of bound) await server.stop()
      if (port !== 0 || bound.length === 0 || attempt === 20) throw error
    }
  }
}

function isMissingAddress(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return /EADDRNOTAVAIL|EAFNOSUPPORT/.test(`${code} ${message}`)
}
