// hooks.ts: which agent reads a hook call.
import type { Telemetry } from '#proto/telemetry.ts'
import { agents } from './index.ts'

/** What one hook call says; `undefined` for a tool that is not known or has no hooks. Never throws. */
export function hookToTelemetry(tool: string, payload: unknown, receivedUnixNano: bigint): Telemetry | undefined {
  return agents.find(({ id }) => id === tool)?.hooks?.(payload, receivedUnixNano)
}
