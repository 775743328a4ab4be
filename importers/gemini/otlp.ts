// otlp.ts: what Gemini CLI sends → our vocabulary. Cached input is inside its input, thoughts beside its output; see README.md.
import { each } from '#proto/steps.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { OtlpBatch } from '../otlp-batch.ts'
import { readLogs } from './otlp-logs.ts'
import { readPoints } from './otlp-metrics.ts'
import { readSpan } from './otlp-spans.ts'
import { tool } from './otlp-values.ts'

export function* otlp({ spans, logs, points }: Telemetry): Generator<void, Telemetry> {
  const batch = new OtlpBatch(tool)
  yield* readLogs(batch, logs)
  yield* each(spans, (span) => readSpan(batch, span))
  yield* readPoints(batch, points)
  Object.assign(batch.out, { spans, logs, points })
  return batch.finish()
}
