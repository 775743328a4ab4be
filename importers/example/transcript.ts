// transcript.ts: what the example agent writes → our vocabulary: one line a request.
import { basename, join } from 'node:path'
import type { Skipped, TranscriptFile, TranscriptReader, Transcripts } from '#proto/agent.ts'
import { eachRecord } from '../json-lines.ts'
import { countOf, textOf } from '../json-values.ts'
import { known, withoutOverlap } from '../otlp-counts.ts'
import { RecordBatch } from '../record-batch.ts'
import { RecordTimes } from '../record-time.ts'
import { requestKey } from './keys.ts'

const tool = 'example'

export const transcripts: Transcripts = {
  pathVariable: 'TELLTALE_EXAMPLE_PATH',
  roots: ({ home }) => [join(home, '.example', 'sessions')],
  match: (path) => path.endsWith('.jsonl'),
  kind: () => 'lines',
  open: reader,
}

/** What the reader remembers between lines goes into `state`, so that it can go on in another process. */
type State = { last?: string }

function reader(file: TranscriptFile, saved: unknown): TranscriptReader {
  const state: State = { ...(saved as State | undefined) }
  const times = new RecordTimes(file.modifiedUnixNano, state.last === undefined ? undefined : BigInt(state.last))
  const sessionId = basename(file.path, '.jsonl')
  return {
    read(lines) {
      const batch = new RecordBatch(tool)
      const skipped: Skipped[] = []
      for (const { text, line } of lines) {
        eachRecord(
          text,
          (record) => {
            const requestId = textOf(record.requestId)
            if (!requestId) return
            const { time } = times.of(record.time)
            batch.seen(sessionId, time)
            batch.call(
              known({
                source: 'transcript' as const,
                tool,
                sessionId,
                observationId: requestId,
                keys: [requestKey(requestId)],
                timeUnixNano: time,
                status: 'ok' as const,
                model: textOf(record.model) ?? '',
                requestId,
                quality: 'exact' as const,
                ...withoutOverlap({
                  input: countOf(record.input),
                  cached: countOf(record.cached),
                  output: countOf(record.output),
                }),
              }),
            )
          },
          (reason) => skipped.push({ line, reason }),
        )
      }
      return { telemetry: batch.build(), skipped }
    },
    state: (): State => (times.last === undefined ? {} : { last: String(times.last) }),
  }
}
