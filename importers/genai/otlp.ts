// otlp.ts: what a service that follows the GenAI conventions sends → our vocabulary.
import type { Telemetry } from '#proto/telemetry.ts'

export function otlp(batch: Telemetry): Telemetry {
  return batch
}
