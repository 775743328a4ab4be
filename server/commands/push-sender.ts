// push-sender.ts: hands batches to another telltale and waits until they are on its disk.
import { zstdCompressSync } from 'node:zlib'
import type { Telemetry } from '#proto/telemetry.ts'
import type { FileRecord } from '../transcripts/file-records.ts'
import { readPushedFiles, writePush } from '../transcripts/push-shape.ts'

export type SenderOptions = {
  /** The other's address: its page's. */
  to: URL
  token: string | undefined
  host: string
  user: string | undefined
  /** How long a server that is away is waited for; for ever unless given. */
  patienceMs?: number | undefined
  signal: AbortSignal
}

/** The batch itself is what the other cannot take. */
export class BatchRefused extends Error {
  override name = 'BatchRefused'
}

export type Sender = {
  /** Where the last push of this machine ended. */
  files(): Promise<FileRecord[]>
  /** @throws BatchRefused when it is too large; Error when it cannot be delivered */
  send(telemetry: Telemetry, files: readonly FileRecord[]): Promise<void>
  /** Bytes sent, as compressed. */
  sentBytes(): number
}

const answerMs = 120_000
const waitMsMax = 30_000

export function createSender({ to, token, host, user, patienceMs, signal }: SenderOptions): Sender {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const url = new URL(`${to.pathname.replace(/\/+$/, '')}/api/push`, to)
  let sent = 0

  /** Asks until there is an answer that repeating would not change. */
  async function ask(address: URL, init: RequestInit): Promise<Response> {
    const started = Date.now()
    for (let wait = 500; ; wait = Math.min(2 * wait, waitMsMax)) {
      let trouble: string
      try {
        const response = await fetch(address, {
          ...init,
          headers: { ...headers, ...init.headers },
          signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
        })
        if (![429, 502, 503, 504].includes(response.status)) return response
        trouble = `it answered ${response.status}`
        const asked = Number(response.headers.get('retry-after'))
        if (asked > 0) wait = Math.min(asked * 1000, waitMsMax)
      } catch (error) {
        if (signal.aborted) throw error
        trouble = error instanceof Error ? error.message : String(error)
      }
      if (patienceMs !== undefined && Date.now() - started + wait > patienceMs)
        throw new Error(`${to.origin} cannot be reached: ${trouble}; what was pushed stays, run it again to go on`)
      await sleep(wait, signal)
    }
  }

  async function told(response: Response): Promise<string> {
    const text = await response.text()
    try {
      return (JSON.parse(text) as { message?: string }).message ?? text.slice(0, 200)
    } catch {
      return text.slice(0, 200)
    }
  }

  async function refused(response: Response): Promise<Error> {
    const message = await told(response)
    if (response.status === 413) return new BatchRefused(message)
    if (response.status === 401) return new Error(`${to.origin} asks for a token: give --token`)
    if (response.status === 404 || response.status === 405)
      return new Error(
        `${to.origin} takes no transcripts: it is no telltale, or an older one; --to is the address of its page`,
      )
    return new Error(`${to.origin} refuses: ${message}`)
  }

  return {
    async files() {
      const response = await ask(new URL(`?${new URLSearchParams({ host })}`, url), {})
      if (!response.ok) throw await refused(response)
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      const answer: unknown = isJson ? await response.json() : undefined
      try {
        return readPushedFiles(answer)
      } catch {
        throw new Error(`${to.origin} is no telltale; --to is the address of its page, such as http://server:8080`)
      }
    },
    async send(telemetry, files) {
      const body = zstdCompressSync(writePush({ host, ...(user ? { user } : {}) }, telemetry, files))
      const response = await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
        body: new Uint8Array(body),
      })
      if (!response.ok) throw await refused(response)
      await response.arrayBuffer()
      sent += body.byteLength
    },
    sentBytes: () => sent,
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
