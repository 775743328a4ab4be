// records.ts: committed records → what the live page is told of each: whole, or its metadata alone.
import { noAttributes } from '#proto/attributes.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { writeJson } from '../json.ts'
import { logRecord, rowOfLog } from '../logs/record.ts'
import { metricPoint, rowOfPoint } from '../metrics/point.ts'
import { rowOfSpan, span } from '../traces/span.ts'

/** What a client may subscribe to. */
export const topics = ['traces', 'metrics', 'logs', 'sessions', 'usage'] as const
export type Topic = (typeof topics)[number]

/** One record as it is sent; its texts are made when the first client wants them. */
export type LiveRecord = { service: string; sessionId: string; whole(): string; metadata(): string }

/** A record that is larger is told by its metadata: a frame must fit through. */
const recordBytesMax = 256 * 1024

/** Fields that hold what people and agents wrote; metadata is a record without them. */
const content: Partial<Record<Topic, readonly string[]>> = {
  traces: ['spanAttributes', 'resourceAttributes', 'scopeAttributes', 'events', 'links', 'statusMessage'],
  logs: ['body', 'logAttributes', 'resourceAttributes', 'scopeAttributes'],
  metrics: ['attributes', 'resourceAttributes', 'scopeAttributes', 'exemplars'],
  sessions: ['title'],
}

/**
 * A record from the shape that the REST lists answer. `bare` gives the same shape where its content costs nothing to make;
 * it is left out of the metadata anyway.
 */
export function liveRecord(
  topic: Topic,
  service: string,
  sessionId: string,
  shape: () => object,
  bare: () => object = shape,
): LiveRecord {
  let whole: string | undefined
  let about: string | undefined
  const metadata = () => {
    if (about === undefined) {
      const left: Record<string, unknown> = { ...bare() }
      for (const field of content[topic] ?? []) delete left[field]
      about = writeJson(left)
    }
    return about
  }
  return {
    service,
    sessionId,
    metadata,
    whole() {
      whole ??= writeJson(shape())
      return whole.length > recordBytesMax ? metadata() : whole
    },
  }
}

const none = noAttributes()

/** The records of a committed group, by topic. */
export function recordsOf(batch: Telemetry): { topic: Topic; records: LiveRecord[] }[] {
  const kinds: { topic: Topic; records: LiveRecord[] }[] = [
    {
      topic: 'traces',
      records: batch.spans.map((from) =>
        liveRecord(
          'traces',
          from.resource.serviceName,
          from.hot.sessionId,
          () => span(rowOfSpan(from)),
          () => span(rowOfSpan({ ...from, attributes: none, events: [], links: [] })),
        ),
      ),
    },
    {
      topic: 'logs',
      records: batch.logs.map((from) =>
        liveRecord(
          'logs',
          from.resource.serviceName,
          from.hot.sessionId,
          () => logRecord(rowOfLog(from)),
          () => logRecord(rowOfLog({ ...from, attributes: none, body: null })),
        ),
      ),
    },
    {
      topic: 'metrics',
      records: batch.points.map((from) =>
        liveRecord(
          'metrics',
          from.resource.serviceName,
          from.hot.sessionId,
          () => metricPoint(rowOfPoint(from)),
          () => metricPoint(rowOfPoint({ ...from, attributes: none, exemplars: [] })),
        ),
      ),
    },
  ]
  return kinds.filter(({ records }) => records.length > 0)
}
