// hook.ts: `telltale hook TOOL`: hands what an agent says on stdin to the running server, and never gets in its way.
import { callerHeaders, readServerFile } from '../server-file.ts'

export type HookOptions = {
  tool: string
  home: string
  token?: string | undefined
  /** The payload as an argument, as Codex's `notify` gives it, instead of stdin. */
  payload?: string | undefined
  stdin?: () => Promise<string>
}

/** How long an agent is made to wait at most; a local commit takes a few milliseconds. */
const timeoutMs = 2_000
const payloadBytesMax = 32 * 1024 * 1024

/**
 * Posts one hook call. Says nothing, fails at nothing: an agent must work as well without us. Without a running server it
 * returns at once.
 */
export async function hook(options: HookOptions): Promise<void> {
  try {
    const server = readServerFile(options.home)
    if (!server) return
    const body = options.payload ?? (await (options.stdin ?? readStdin)())
    if (body.trim() === '' || body.length > payloadBytesMax) return
    const response = await fetch(new URL(`/v1/hooks/${encodeURIComponent(options.tool)}`, server.otlpUrl), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...callerHeaders(options),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.arrayBuffer()
  } catch {
    // The server went, or is busy: the transcript has it all.
  }
}

/** What the agent writes; nothing when a person started the command in a terminal. */
async function readStdin(): Promise<string> {
  return process.stdin.isTTY ? '' : await Bun.stdin.text()
}
