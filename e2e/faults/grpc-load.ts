// grpc-load.ts: clients that send large gRPC messages as fast as they can, in a process of Node: in one of Bun with the test they stall
// themselves. Prints what was sent and heard.
//
// node grpc-load.js TARGET CLIENTS SECONDS RECORDS_MAX SEED
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import type { ServerFile } from '../telltale.ts'
import { LedgerClient, type Sent, ways } from './clients.ts'
import { randomFrom } from './settings.ts'

/** What a process prints at its end. */
export type LoadReport = {
  sent: Sent[]
  /** How often which code was heard; `14 bare` is UNAVAILABLE without RetryInfo: from a connection, not from the server. */
  codes: Record<string, number>
  /** Of each client, how many were acknowledged. */
  shares: number[]
  /** When the last client was done with its time, and when with what it had left, ms since 1970. */
  endedMs: number
}

const method = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
const bytes = (value: Buffer) => value
/** What the server says in its RetryInfo. */
const retryMs = 1000
/** Exporters' own default. */
const deadlineMs = 10_000

/** One exporter: a connection of its own, which it keeps. */
function exporter(target: string, codes: Record<string, number>) {
  const client = new Client(target, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  const send = (body: Uint8Array) =>
    new Promise<number>((resolve) => {
      const heard = (error: ServiceError | null) => {
        const isBare = error?.code === 14 && error.metadata.get('grpc-status-details-bin').length === 0
        const code = `${error?.code ?? 0}${isBare ? ' bare' : ''}`
        codes[code] = (codes[code] ?? 0) + 1
        // As long as RetryInfo says, as exporters do: 64 that came back at once spent the machine on messages that are refused.
        setTimeout(resolve, error ? retryMs : 0, error ? 503 : 200)
      }
      client.makeUnaryRequest(method, bytes, bytes, Buffer.from(body), { deadline: Date.now() + deadlineMs }, heard)
    })
  return { send, close: () => client.close() }
}

async function main([target, count, seconds, recordsMax, seed]: string[]): Promise<void> {
  const random = randomFrom(Number(seed))
  const codes: Record<string, number> = {}
  const way = ways.find(({ name }) => name === 'logs-grpc')!
  const nowhere = {} as ServerFile
  const exporters = Array.from({ length: Number(count) }, () => exporter(target!, codes))
  const clients = exporters.map(
    ({ send }, i) => new LedgerClient({ ...way, send: (_, body) => send(body) }, random, `-${i}`, Number(recordsMax)),
  )
  const until = Date.now() + Number(seconds) * 1000
  await Promise.all(clients.map((client) => client.run(nowhere, () => Date.now() < until)))
  const shares = clients.map((client) => client.heard.get(200) ?? 0)
  const endedMs = Date.now()
  await Promise.all(clients.map((client) => client.finish(nowhere)))
  for (const { close } of exporters) close()
  const report: LoadReport = { sent: clients.flatMap((client) => client.sent), codes, shares, endedMs }
  process.stdout.write(JSON.stringify(report))
}

await main(process.argv.slice(2))
