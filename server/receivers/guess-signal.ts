// guess-signal.ts: which signal a body without a path is. Codex uses its endpoint verbatim, so that its logs come to `/`.
import { logFields, metricFields, spanFields } from '#proto/otlp.gen.ts'
import { atOnce } from '#proto/steps.ts'
import type { Signal } from './codec-batch.ts'
import { decodeProtobufInSteps } from './codec-protobuf.ts'
import { WireReader } from './codec-wire.ts'

/**
 * The wire type of each field of Span, Metric and LogRecord. The envelopes around them are alike; the records are not:
 * field 1 is bytes, text or a fixed64, field 7 a fixed64, a message or a varint, and so on.
 */
const wireTypes = { traces: spanFields, metrics: metricFields, logs: logFields }

/** Records looked at; the rest of a request is of the same signal. */
const recordsMax = 20

/** Ordered by how much a signal demands of its records: a span needs ids, a metric points, a log record nothing. */
const signals: readonly Signal[] = ['traces', 'metrics', 'logs']

/**
 * Guesses the signal of a protobuf request. A request without records is empty whatever it is: logs.
 *
 * @throws when the bytes are not protobuf.
 */
export function guessSignal(body: Uint8Array): Signal {
  return atOnce(guessSignalInSteps(body))
}

/** The same in steps of a few milliseconds: it yields between them. */
export function* guessSignalInSteps(body: Uint8Array): Generator<void, Signal> {
  const fits = new Set<Signal>(signals)
  let records = 0
  eachField(new WireReader(body), 10, (envelope) =>
    eachField(envelope, 18, (scoped) =>
      eachField(scoped, 18, (record) => {
        if (++records <= recordsMax) weigh(record, fits)
      }),
    ),
  )
  const likely = signals.filter((signal) => fits.has(signal))
  if (records === 0 || likely.length === 0) return 'logs'
  if (likely.length === 1) return likely[0]!
  for (const signal of likely) if (yield* readsWell(signal, body)) return signal
  return 'logs'
}

/** Takes out the signals whose fields have another wire type than one of the record's. */
function weigh(record: WireReader, fits: Set<Signal>): void {
  while (record.pos < record.len) {
    const tag = record.tag()
    for (const signal of fits) {
      const expected = wireTypes[signal][tag >>> 3]
      // Packed and unknown fields say nothing.
      if (expected !== undefined && expected !== (tag & 7)) fits.delete(signal)
    }
    record.pass(tag)
  }
}

/** Records made only of messages and texts fit several signals; the right one reads them without rejecting any. */
function* readsWell(signal: Signal, body: Uint8Array): Generator<void, boolean> {
  if (signal === 'logs') return true
  try {
    const { telemetry, rejected } = yield* decodeProtobufInSteps(signal, body, 0n)
    return rejected === 0 && telemetry.spans.length + telemetry.points.length > 0
  } catch {
    // A text of one signal may be a message of another, and no good one.
    return false
  }
}

function eachField(r: WireReader, wanted: number, visit: (r: WireReader) => void): void {
  while (r.pos < r.len) {
    const tag = r.tag()
    if (tag !== wanted) {
      r.pass(tag)
      continue
    }
    const outer = r.enter()
    visit(r)
    r.pos = r.len
    r.leave(outer)
  }
}
