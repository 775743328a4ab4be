// submit.ts: hands a batch to the funnel and waits until it is on disk, however long the queue is.
import type { Telemetry } from '#proto/telemetry.ts'
import { type Ingest, type SubmitMeta, Unavailable } from '../ingest/ingest.ts'

/** Tries before trouble is told: a full queue empties in seconds, a full disk does not. */
const triesMax = 30

/** @throws Unavailable when it cannot be stored; nothing of it was. */
export async function submitted(ingest: Pick<Ingest, 'submit'>, telemetry: Telemetry, meta: SubmitMeta): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ingest.submit(telemetry, meta)
      return
    } catch (error) {
      if (!(error instanceof Unavailable) || tries >= triesMax || !/queue is full/.test(error.message)) throw error
      await Bun.sleep(100)
    }
  }
}
