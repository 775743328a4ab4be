// faults-process.ts: a process whose disk is full beyond a size that its parent sets line by line (RLIMIT_FSIZE), and which
// submits a batch for each line; started by faults.test.ts. Not part of the program.
import '../store/pool-size.ts'
import { dlopen, FFIType, ptr } from 'bun:ffi'
import { createInterface } from 'node:readline'
import { noAttributes } from '#proto/attributes.ts'
import { cold, noTelemetry } from '#proto/telemetry.ts'
import { openStore } from '../store/store.ts'
import { createIngest, Unavailable } from './ingest.ts'

const { symbols } = dlopen('libc.so.6', {
  setrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  signal: { args: [FFIType.i32, FFIType.u64], returns: FFIType.u64 },
})
const rlimitFileSize = 1
const signalFileSize = 25
const ignore = 1n
symbols.signal(signalFileSize, ignore)

/** What a child is told: send a batch, limit the size of files from now on, or move the log into the file. */
export type Order = { send: string; bytes: number } | { limitBytes: number } | { checkpoint: true }
/** What it answers. */
export type Answer = {
  status?: string
  refused?: string
  stored: number
  databaseBytes: number
  walBytes: number
  warnings: string[]
}

const warnings: string[] = []
const warn = (message: string) => void warnings.push(message)
const store = await openStore({ path: process.argv[2] as string, warn })
const ingest = await createIngest({ store, warn })
const resource = { attributes: noAttributes(), serviceName: 'full', droppedAttributesCount: 0, schemaUrl: '' }
const scope = { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }

/** A log record with a body that does not compress. */
function batch(id: string, bytes: number) {
  const log = {
    resource,
    scope,
    hot: cold(),
    timeUnixNano: 1n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    severityText: '',
    eventName: id,
    body: Buffer.from(crypto.getRandomValues(new Uint8Array(bytes / 2))).toString('hex'),
    attributes: noAttributes(),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
  }
  return { ...noTelemetry(), logs: [log] }
}

async function obey(order: Order): Promise<Pick<Answer, 'status' | 'refused'>> {
  if ('limitBytes' in order) {
    const limit = new BigUint64Array([BigInt(order.limitBytes), 0xffffffffffffffffn])
    return { status: String(symbols.setrlimit(rlimitFileSize, ptr(limit))) }
  }
  if ('checkpoint' in order) {
    return store.checkpoint().then(
      () => ({ status: 'done' }),
      (error: Error) => ({ refused: error.name }),
    )
  }
  try {
    const meta = { source: 'otlp_logs' as const, bodyHash: order.send, bytes: order.bytes }
    return { status: (await ingest.submit(batch(order.send, order.bytes), meta)).status }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return { refused: error.message }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const done = await obey(JSON.parse(line) as Order)
  // Reading goes on whatever the disk does.
  const [row] = await store.all('select count(*)::integer as stored from logs')
  console.log(JSON.stringify({ ...done, stored: row?.stored, ...store.size(), warnings }))
}
await ingest.close()
await store.close()
