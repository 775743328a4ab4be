// codec.ts: the body of a request → flat records, in either encoding of OTLP.

import { inTurns } from '../turns.ts'
import { type Decoded, DecodeError, type Signal } from './codec-batch.ts'
import { TooManyError } from './codec-budget.ts'
import { decodeJson, decodeJsonInSteps } from './codec-json.ts'
import { decodeProtobuf, decodeProtobufInSteps } from './codec-protobuf.ts'

export { type Decoded, DecodeError, type Signal, TooManyError }

/** The two encodings of OTLP/HTTP. */
export type Encoding = 'protobuf' | 'json'

/**
 * Decodes one Export…ServiceRequest. A record that cannot be read is counted in `rejected` and its neighbours are kept.
 *
 * @throws DecodeError when the body as a whole cannot be decoded, TooManyError when it would take too much memory.
 */
export function decode(signal: Signal, encoding: Encoding, body: Uint8Array, arrivalUnixNano: bigint): Decoded {
  return encoding === 'json' ? decodeJson(signal, body, arrivalUnixNano) : decodeProtobuf(signal, body, arrivalUnixNano)
}

/** The same, with others getting their turn while a large body is decoded. */
export async function decodeInTurns(
  signal: Signal,
  encoding: Encoding,
  body: Uint8Array,
  arrivalUnixNano: bigint,
): Promise<Decoded> {
  const steps = encoding === 'json' ? decodeJsonInSteps : decodeProtobufInSteps
  return inTurns<Decoded>(steps(signal, body, arrivalUnixNano))
}
