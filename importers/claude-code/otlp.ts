// otlp.ts: what Claude Code sends → our vocabulary. Its numbers never overlap; see README.md.
import { each } from '#proto/steps.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { OtlpBatch } from '../otlp-batch.ts'
import { readLog } from './otlp-logs.ts'
import { readPoints } from './otlp-metrics.ts'
import { readSpans } from './otlp-spans.ts'
import { tool } from './otlp-values.ts'

export function* otlp({ spans, logs, points }: Telemetry): Generator<void, Telemetry> {
  const batch = new OtlpBatch(tool)
  yield* each(logs, (log) => readLog(batch, log))
  yield* readSpans(batch, spans)
  yield* readPoints(batch, points)
  Object.assign(batch.out, { spans, logs, points })
  return batch.finish()
}
