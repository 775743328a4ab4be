// doctor-export.ts: sends a record of our own through every OTLP door, finds it in the database and takes it out again.
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { Writer } from 'protobufjs/minimal'
import type { Client as ApiClient } from './client.ts'

/** The service that test records come from; nothing of it stays. */
export const testService = 'telltale-doctor'

const timeoutMs = 5_000

export type TestExport = { door: 'HTTP/JSON' | 'HTTP/protobuf' | 'gRPC'; problem?: string }

/**
 * Every door gets a record with a text that is nowhere else, and has to have it in the database when it answers.
 *
 * @param headers what the doors ask for.
 */
export async function testExports(
  api: ApiClient,
  otlpUrl: string,
  grpcUrl: string | null,
  headers: Record<string, string>,
): Promise<TestExport[]> {
  const time = BigInt(Date.now()) * 1_000_000n
  const doors: [TestExport['door'], (text: string) => Promise<void>][] = [
    ['HTTP/JSON', (text) => post(otlpUrl, 'application/json', JSON.stringify(jsonRequest(text, time)), headers)],
    ['HTTP/protobuf', (text) => post(otlpUrl, 'application/x-protobuf', protobufRequest(text, time), headers)],
  ]
  if (grpcUrl) doors.push(['gRPC', (text) => call(grpcUrl, protobufRequest(text, time), headers)])
  const results: TestExport[] = []
  try {
    for (const [door, send] of doors) {
      const text = `test ${door} ${crypto.randomUUID()}`
      try {
        // Counted, not searched: the privacy tier may take the text out.
        const before = await stored(api)
        await send(text)
        const isStored = (await stored(api)) === before + 1
        results.push(isStored ? { door } : { door, problem: 'it was acknowledged and is not in the database' })
      } catch (error) {
        results.push({ door, problem: error instanceof Error ? error.message : String(error) })
      }
    }
  } finally {
    const range = { from: '2000-01-01', to: new Date(Date.now() + 86_400_000).toISOString() }
    for await (const _ of api.lines('/api/delete', { what: 'logs', service: testService, ...range, compact: false }));
  }
  return results
}

async function stored(api: ApiClient): Promise<number> {
  const query = new URLSearchParams({ service: testService, from: '2000-01-01', limit: '1' })
  return (await api.get<{ total: number }>(`/api/logs?${query}`)).total
}

function jsonRequest(text: string, time: bigint): object {
  const attributes = [{ key: 'service.name', value: { stringValue: testService } }]
  const record = { timeUnixNano: String(time), body: { stringValue: text } }
  return { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords: [record] }] }] }
}

/** The same as {@link jsonRequest}, by the field numbers of `logs.proto`. */
function protobufRequest(text: string, time: bigint): Uint8Array<ArrayBuffer> {
  const message = (field: number, inner: (writer: Writer) => void) => (writer: Writer) => {
    inner(writer.uint32((field << 3) | 2).fork())
    writer.ldelim()
  }
  const string = (field: number, value: string) => (writer: Writer) =>
    void writer.uint32((field << 3) | 2).string(value)
  const all =
    (...parts: ((writer: Writer) => void)[]) =>
    (writer: Writer) => {
      for (const part of parts) part(writer)
    }
  const fixed64 = (field: number, value: bigint) => (writer: Writer) =>
    void writer
      .uint32((field << 3) | 1)
      .fixed32(Number(value & 0xffffffffn))
      .fixed32(Number(value >> 32n))
  const attribute = message(1, all(string(1, 'service.name'), message(2, string(1, testService))))
  const record = message(2, all(fixed64(1, time), message(5, string(1, text))))
  const writer = Writer.create()
  message(1, all(message(1, attribute), message(2, record)))(writer)
  return new Uint8Array(writer.finish())
}

async function post(
  otlpUrl: string,
  contentType: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<void> {
  const response = await fetch(new URL('/v1/logs', otlpUrl), {
    method: 'POST',
    headers: { ...headers, 'content-type': contentType },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  })
  const answer = await response.text()
  if (!response.ok)
    throw new Error(`it answered ${response.status}${contentType.endsWith('json') ? `: ${answer}` : ''}`)
}

async function call(grpcUrl: string, message: Uint8Array, headers: Record<string, string>): Promise<void> {
  const { protocol, host } = new URL(grpcUrl)
  const client = new Client(host, protocol === 'https:' ? credentials.createSsl() : credentials.createInsecure())
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  const same = (value: Buffer) => value
  try {
    await new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(
        '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
        same,
        same,
        Buffer.from(message),
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error) => (error ? reject(error) : resolve()),
      )
    })
  } finally {
    client.close()
  }
}
