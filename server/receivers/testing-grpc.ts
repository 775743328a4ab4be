// testing-grpc.ts: OTLP/gRPC on a port of its own, for tests.
import { createLog } from '../log.ts'
import { createAdmission } from './admission.ts'
import { listenOtlpGrpc } from './otlp-grpc.ts'
import type { Receiver } from './otlp-http-server.ts'
import type { TestServer } from './testing.ts'

/** Admission that looks at requests alone: the memory of a process that runs every test is not the server's. */
export const requestsOnly = (bodyBytesMax: number) => createAdmission({ bodyBytesMax, residentBytes: () => 0 })

/** Takes calls for the ingest of a test server. */
export function listenGrpc({ ingest }: Pick<TestServer, 'ingest'>, bodyBytesMax: number): Promise<Receiver> {
  return listenOtlpGrpc({
    host: '127.0.0.1',
    port: 0,
    ingest,
    bodyBytesMax,
    admission: requestsOnly(bodyBytesMax),
    log: createLog('ERROR'),
  })
}
