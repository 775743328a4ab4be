// transcript.ts: what Codex writes → our vocabulary.
import { basename, dirname, join } from 'node:path'
import type { Env, TranscriptFile, TranscriptReader, Transcripts } from '#proto/agent.ts'
import { eachRecord } from '../json-lines.ts'
import { textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { nanosOf } from '../record-time.ts'
import { codexReader } from './transcript-reader.ts'

const indexName = 'session_index.jsonl'

export const transcripts: Transcripts = {
  pathVariable: 'TELLTALE_CODEX_PATH',
  roots: (env) => homes(env).flatMap((home) => [join(home, 'sessions'), join(home, 'archived_sessions')]),
  companions: (root) => (basename(root) === 'sessions' ? [join(dirname(root), indexName)] : []),
  match: (path) => /^rollout-.+\.jsonl$/.test(basename(path)) || basename(path) === indexName,
  kind: () => 'lines',
  open: (file, state) => (basename(file.path) === indexName ? titleReader() : codexReader(file, state, threadOf(file))),
}

/** `CODEX_HOME`, which may be a list, else `~/.codex`. */
function homes({ home, vars }: Env): string[] {
  const named = (vars.CODEX_HOME ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return named.length > 0 ? [...new Set(named)] : [join(home, '.codex')]
}

/** `rollout-<time>-<thread id>.jsonl` */
function threadOf(file: TranscriptFile): string {
  const name = basename(file.path, '.jsonl')
  return /^rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-(.+)$/.exec(name)?.[1] ?? name
}

/** The index of titles, append-only: the newest line of a thread names it. */
function titleReader(): TranscriptReader {
  return {
    read(lines) {
      const batch = new RecordBatch('codex')
      const skipped: { line: number; reason: string }[] = []
      for (const { text, line } of lines) {
        eachRecord(
          text,
          (record) => {
            const id = textOf(record.id)
            const title = textOf(record.thread_name)
            if (id && title) batch.session(id, { title, lastTimeUnixNano: nanosOf(record.updated_at) })
          },
          (reason) => skipped.push({ line, reason }),
        )
      }
      return { telemetry: batch.build(), skipped }
    },
    state: () => null,
  }
}
