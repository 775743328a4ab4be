// grpc-unavailable.ts: the one gRPC status that makes exporters keep their data and come back.
import { Metadata, status } from '@grpc/grpc-js'
import { retryStatus } from './codec-response.ts'

/** UNAVAILABLE is what clients repeat; RetryInfo says when. */
export function unavailableStatus(message: string, retryAfterSeconds: number) {
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(retryStatus(status.UNAVAILABLE, message, retryAfterSeconds)))
  return { code: status.UNAVAILABLE, details: message, metadata }
}
