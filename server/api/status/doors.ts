// doors.ts: what the receivers tell of themselves, for /api/status and /metrics.
import { z } from 'zod'
import type { AdmissionStats } from '../../receivers/admission.ts'
import type { ReceiverStats } from '../../receivers/receive.ts'
import type { PrometheusMetric } from './prometheus.ts'

/** The receivers of this process. A door that is off, or a process without doors, has none. */
export type Doors = {
  otlpHttp?: () => ReceiverStats
  otlpGrpc?: () => ReceiverStats
  admission?: () => AdmissionStats
  /** Whether slow queries leave threads for the writer; `null` while that is being found out. */
  poolIsLargeEnough?: () => boolean | null
}

export const Door = z.object({
  url: z.string(),
  requests: z.number().describe('bodies that were read whole'),
  bytes: z.number().describe('of their decompressed bodies'),
  bad: z.number().describe('could not be decoded'),
  unavailable: z.number().describe('were not stored and may be sent again'),
  lastReceivedAt: z.string().optional(),
  answers: z
    .array(z.object({ signal: z.string(), status: z.string(), count: z.number() }))
    .describe('by what was carried and the HTTP status or gRPC code that was answered'),
})
export type Door = z.infer<typeof Door>

export const Admission = z
  .object({
    requests: z.number(),
    bytes: z.number(),
    bytesMax: z.number(),
    waiting: z.number(),
    refused: z.number(),
    memoryIsHigh: z.boolean(),
  })
  .describe(
    'requests in progress, those that wait for room unread, and how many were told to come back before they were read',
  )

const nothing: ReceiverStats = {
  requests: 0,
  bytes: 0,
  bad: 0,
  unavailable: 0,
  lastReceivedUnixMs: null,
  answers: [],
}

export function doorOf(url: string, stats: (() => ReceiverStats) | undefined): Door {
  const { requests, bytes, bad, unavailable, lastReceivedUnixMs, answers } = stats?.() ?? nothing
  return {
    url,
    requests,
    bytes,
    bad,
    unavailable,
    lastReceivedAt: lastReceivedUnixMs === null ? undefined : new Date(lastReceivedUnixMs).toISOString(),
    answers: answers.map(({ cargo, status, count }) => ({ signal: cargo, status, count })),
  }
}

/** The same for Prometheus. */
export function doorMetrics({ otlpHttp, otlpGrpc, admission, poolIsLargeEnough }: Doors): PrometheusMetric[] {
  const doors = [
    ['http', otlpHttp?.()],
    ['grpc', otlpGrpc?.()],
  ] as const
  const open = doors.flatMap(([protocol, stats]) => (stats ? [{ protocol, stats }] : []))
  const metrics: PrometheusMetric[] = [
    {
      name: 'telltale_receiver_requests_total',
      help: 'Requests by protocol, signal and answer.',
      type: 'counter',
      samples: open.flatMap(({ protocol, stats }) =>
        stats.answers.map(({ cargo, status, count }) => ({
          labels: { protocol, signal: cargo, status },
          value: count,
        })),
      ),
    },
    {
      name: 'telltale_receiver_bytes_total',
      help: 'Decompressed bytes of received bodies.',
      type: 'counter',
      samples: open.map(({ protocol, stats }) => ({ labels: { protocol }, value: stats.bytes })),
    },
  ]
  const gauge = (name: string, help: string, value: number, type: 'gauge' | 'counter' = 'gauge') =>
    metrics.push({ name: `telltale_${name}`, help, type, samples: [{ value }] })
  const room = admission?.()
  if (room) {
    gauge('receiver_requests_in_progress', 'Requests that were let in and not answered yet.', room.requests)
    gauge('receiver_bytes_in_progress', 'What they have in memory.', room.bytes)
    gauge('receiver_requests_waiting', 'Requests that wait, unread, for room.', room.waiting)
    gauge('receiver_busy_total', 'Requests told to come back before they were read.', room.refused, 'counter')
    gauge('memory_is_high', 'Whether only little is let in at a time.', Number(room.memoryIsHigh))
  }
  const isLarge = poolIsLargeEnough?.() ?? null
  if (isLarge !== null) gauge('pool_is_large_enough', 'Whether slow queries leave threads to store.', Number(isLarge))
  return metrics
}
