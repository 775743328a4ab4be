// otlp.ts: what Gemini CLI sends → our vocabulary.
import type { Telemetry } from '#proto/telemetry.ts'

export function otlp(batch: Telemetry): Telemetry {
  return batch
}
