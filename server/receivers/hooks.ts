// hooks.ts: door three: one hook call of an agent → our words → the same funnel.
import { hookToTelemetry } from '#importers/hooks.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Hooks } from './otlp-http.ts'

/** What a hook call weighs in the queue; payloads are small, and their exact size does not matter. */
const hookBytes = 4096

/** Stores hook calls; an unknown tool, or one without hooks, is `undefined`. */
export function storeHooks(ingest: Pick<Ingest, 'submit'>, now: () => number = Date.now): Hooks {
  return async (tool, payload, caller) => {
    const telemetry = hookToTelemetry(tool, payload, BigInt(now()) * 1_000_000n)
    if (!telemetry) return undefined
    await ingest.submit(telemetry, {
      source: 'hook',
      bytes: hookBytes,
      ...(caller.user === undefined ? {} : { user: caller.user }),
    })
    return {}
  }
}
