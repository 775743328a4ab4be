// clients.ts: four clients that send numbered records and remember which of them were acknowledged.
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Client, credentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import type { ServerFile } from '../telltale.ts'

/** Elsewhere when another runtime is given this file in one piece with its own (grpc-overload.test.ts). */
const protoFolder = process.env.PROTO_FOLDER ?? `${import.meta.dir}/../../proto`

const schema = protobuf.loadSync(
  ['trace', 'metrics', 'logs'].map((signal) => `${protoFolder}/opentelemetry/${signal}-service.proto`),
)
const encoded = (type: string, request: object): Uint8Array => {
  const message = schema.lookupType(`opentelemetry.proto.collector.${type}`)
  return message.encode(message.fromObject(request)).finish()
}

/** A request that was sent: what it holds, and whether the server said that it is on disk. */
export type Sent = { id: string; records: number; acknowledged: boolean }

/** One client's way of sending: its records carry `<id>/<index>`. */
type Way = {
  name: 'logs-json' | 'spans-protobuf' | 'points-json' | 'logs-grpc'
  /** The body of a request. `sequence` counts the client's requests from 1. */
  body(id: string, records: number, sequence: number): Uint8Array
  /** What the server answered; throws when the connection broke. */
  send(server: ServerFile, body: Uint8Array): Promise<number>
}

const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'kill-test' } }] }
/** Long enough that the write-ahead log moves into the file every second or so: some kills fall into that. */
const filler = [
  { key: 'filler', value: { stringValue: 'x'.repeat(2000) } },
  { key: 'number', value: { intValue: '9007199254740993' } },
]
/** A request of thousands of records is about filling row groups, not about bytes. */
const fillerOf = (records: number) => (records > 1000 ? filler.slice(1) : filler)
const nanoseconds = () => String(BigInt(Date.now()) * 1_000_000n)
const each = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const json = (value: object) => new TextEncoder().encode(JSON.stringify(value))

const logs = (id: string, count: number) => ({
  resourceLogs: [
    {
      resource,
      scopeLogs: [
        {
          logRecords: each(count, (i) => ({
            timeUnixNano: nanoseconds(),
            body: { stringValue: `${id}/${i}` },
            attributes: fillerOf(count),
          })),
        },
      ],
    },
  ],
})
const hexId = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes)))

async function post(url: string, body: Uint8Array, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers })
  await response.arrayBuffer()
  return response.status
}

/** gRPC codes as the HTTP statuses that mean the same to an exporter. */
const statuses: Record<number, number> = { 3: 400, 7: 403, 8: 429, 12: 404, 14: 503, 16: 401 }

export const ways: Way[] = [
  {
    name: 'logs-json',
    body: (id, count) => json(logs(id, count)),
    send: ({ otlpUrl }, body) => post(`${otlpUrl}/v1/logs`, body, { 'content-type': 'application/json' }),
  },
  {
    name: 'spans-protobuf',
    body: (id, count) =>
      gzipSync(
        encoded('trace.v1.ExportTraceServiceRequest', {
          resourceSpans: [
            {
              resource,
              scopeSpans: [
                {
                  spans: each(count, (i) => ({
                    traceId: hexId(16),
                    spanId: hexId(8),
                    name: `${id}/${i}`,
                    startTimeUnixNano: nanoseconds(),
                    endTimeUnixNano: nanoseconds(),
                    attributes: filler,
                  })),
                },
              ],
            },
          ],
        }),
      ),
    send: ({ otlpUrl }, body) =>
      post(`${otlpUrl}/v1/traces`, body, { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }),
  },
  {
    name: 'points-json',
    // Each point is of a counter of its client; its value is the number of the request.
    body: (id, count, sequence) =>
      json({
        resourceMetrics: [
          {
            resource,
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: 'kill.counter',
                    unit: id,
                    sum: {
                      aggregationTemporality: 2,
                      isMonotonic: true,
                      dataPoints: each(count, (i) => ({
                        startTimeUnixNano: '1000',
                        timeUnixNano: nanoseconds(),
                        asInt: String(sequence),
                        attributes: [
                          { key: 'client', value: { stringValue: id.replace(/-\d+$/, '') } },
                          { key: 'series', value: { intValue: String(i) } },
                        ],
                      })),
                    },
                  },
                ],
              },
            ],
          },
        ],
      }),
    send: ({ otlpUrl }, body) => post(`${otlpUrl}/v1/metrics`, body, { 'content-type': 'application/json' }),
  },
  {
    name: 'logs-grpc',
    body: (id, count) => encoded('logs.v1.ExportLogsServiceRequest', logs(id, count)),
    async send({ grpcUrl }, body) {
      const client = new Client(new URL(grpcUrl!).host, credentials.createInsecure())
      try {
        return await new Promise<number>((resolve, reject) => {
          client.makeUnaryRequest(
            '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
            (bytes: Buffer) => bytes,
            (bytes: Buffer) => bytes,
            Buffer.from(body),
            { deadline: Date.now() + 10_000 },
            (error, answer) => {
              if (answer) return resolve(200)
              // UNAVAILABLE without RetryInfo comes from the connection, not from the server.
              const said = error?.metadata?.get('grpc-status-details-bin')[0] !== undefined
              const status = error && (error.code !== 14 || said) ? statuses[error.code] : undefined
              if (status === undefined) reject(error)
              else resolve(status)
            },
          )
        })
      } finally {
        client.close()
      }
    },
  },
]

/** How often a client heard what: an HTTP status, or the one that a gRPC code stands for; 0 when it got no answer. */
export type Heard = Map<number, number>

/**
 * Sends request after request until `running` says no. What was not acknowledged is sent again first thing the next time,
 * as exporters do: whether it had been stored before or not, it must end up there once.
 */
export class LedgerClient {
  readonly sent: Sent[] = []
  readonly heard: Heard = new Map()
  #pending: { sent: Sent; body: Uint8Array } | undefined
  #sequence = 0

  /** @param name sets it apart from other clients of the same way. */
  constructor(
    readonly way: Way,
    readonly random: () => number,
    readonly name = '',
    /** The most records of a request, of 2 KB each; of more than 1,000 together they are small. */
    readonly recordsMax = 60,
  ) {}

  async run(server: ServerFile, running: () => boolean): Promise<void> {
    while (running()) {
      this.#pending ??= this.#next()
      const { sent, body } = this.#pending
      try {
        const status = await this.way.send(server, body)
        this.#hear(status)
        if (status !== 200) {
          // Exporters wait at least as long as they are told to; this one is in a hurry.
          await sleep(5)
          continue
        }
        sent.acknowledged = true
        this.#pending = undefined
      } catch {
        this.#hear(0)
        // The server is gone; so is the answer.
        await sleep(1)
      }
    }
  }

  /** Sends what is still not acknowledged, until it is. */
  async finish(server: ServerFile): Promise<void> {
    await this.run(server, () => this.sent.at(-1)?.acknowledged === false)
  }

  #hear(status: number): void {
    this.heard.set(status, (this.heard.get(status) ?? 0) + 1)
  }

  #next(): { sent: Sent; body: Uint8Array } {
    const records = 1 + Math.floor(this.random() * this.recordsMax)
    const sent: Sent = { id: `${this.way.name}${this.name}-${++this.#sequence}`, records, acknowledged: false }
    this.sent.push(sent)
    return { sent, body: this.way.body(sent.id, records, this.#sequence) }
  }
}
