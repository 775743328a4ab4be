// telemetry-stage.ts: spans, logs and points as they came, and the `.delta` points that follow from them.
import { each } from '#proto/steps.ts'
import { inTurns } from '../turns.ts'
import type { Deltas } from './deltas.ts'
import { seriesId } from './series.ts'
import type { Stage } from './stage.ts'
import { type BatchedPoint, logWriter, pointWriter, spanWriter } from './telemetry-writers.ts'

/** The first stage of every group. */
export function createTelemetryStage(deltas: Deltas): Stage {
  return {
    async apply(tx, { telemetry, batch }) {
      const { derived, commit } = await deltas.of(tx, telemetry.points)
      for (const point of derived) telemetry.points.push(point)
      const batched = <T>(records: T[]) => records.map((record) => ({ batch, record }))
      await tx.append(spanWriter, batched(telemetry.spans))
      await tx.append(logWriter, batched(telemetry.logs))
      const points: BatchedPoint[] = []
      await inTurns(each(telemetry.points, (record) => points.push({ batch, record, series: seriesId(record) })))
      await tx.append(pointWriter, points)
      return { committed: commit, rolledBack() {} }
    },
  }
}
