// otlp.ts: what Codex sends → our vocabulary. Cached input is inside its input, reasoning inside its output; see README.md.
import { each } from '#proto/steps.ts'
import type { LogRecord, Telemetry } from '#proto/telemetry.ts'
import { OtlpBatch } from '../otlp-batch.ts'
import { readLog } from './otlp-logs.ts'
import { readPoints } from './otlp-metrics.ts'
import { readSpans } from './otlp-spans.ts'
import { tool } from './otlp-values.ts'

export function* otlp({ spans, logs, points }: Telemetry): Generator<void, Telemetry> {
  const batch = new OtlpBatch(tool)
  const kept: LogRecord[] = []
  yield* each(logs, (log) => {
    if (readLog(batch, log)) kept.push(log)
  })
  yield* readSpans(batch, spans)
  yield* readPoints(batch, points)
  Object.assign(batch.out, { spans, logs: kept, points })
  return batch.finish()
}
