// transcript-store.ts: Copilot's `session-store.db`: usage by request of sessions whose events do not tell it.
import { lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TranscriptFile, TranscriptSlice } from '#proto/agent.ts'
import { projectOf, repositoryOf } from '../git-folder.ts'
import { countOf, numberOf, objectOf, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { nanosOf } from '../record-time.ts'
import { openSqlite } from '../sqlite-file.ts'
import { usageKey } from './keys.ts'
import { nanoUsdOfUnits, split } from './transcript-usage.ts'

const tool = 'copilot'
const pageRows = 500

/** The last row that was read; rows are only ever added. */
type Watermark = { row: number }

export function* readStore(
  file: TranscriptFile,
  stored: unknown,
): Generator<TranscriptSlice & { watermark: Watermark }> {
  let row = numberOf(objectOf(stored).row) ?? 0
  const database = openSqlite(file.path)
  try {
    if (!database.has('assistant_usage_events', 'id', 'session_id', 'model', 'input_tokens', 'output_tokens')) {
      const reason = 'not a store that this version knows: no table of usage'
      yield { telemetry: new RecordBatch(tool).build(), skipped: [{ reason }], watermark: { row } }
      return
    }
    const sessions = database.has('sessions', 'id', 'cwd')
    const told = new Map<string, boolean>()
    // Texts and bytes come after all numbers, so that no page would ever be the last.
    const [odd] = database.rows("select count(*) as events from assistant_usage_events where typeof(id) <> 'integer'")
    const without = numberOf(odd?.events) ?? 0
    if (without > 0) {
      const reason = `${without} records of usage without an id that is a number`
      yield { telemetry: new RecordBatch(tool).build(), skipped: [{ reason }], watermark: { row } }
    }
    for (;;) {
      const rows = database.rows(
        `select * from assistant_usage_events where typeof(id) = 'integer' and id > $row order by id limit ${pageRows}`,
        { $row: row },
      )
      if (rows.length === 0) return
      const batch = new RecordBatch(tool)
      const known = new Map<string, Record<string, unknown>>()
      for (const event of rows) {
        const sessionId = textOf(event.session_id) ?? ''
        const own = told.get(sessionId) ?? tellsUsage(file.path, sessionId)
        told.set(sessionId, own)
        if (own || sessionId === '') continue
        if (sessions && !known.has(sessionId))
          known.set(sessionId, database.rows('select * from sessions where id = $id', { $id: sessionId })[0] ?? {})
        addRequest(batch, file, sessionId, event, known.get(sessionId) ?? {})
      }
      row = numberOf(rows.at(-1)?.id) ?? row
      yield { telemetry: batch.build(), skipped: [], watermark: { row } }
    }
  } finally {
    database.close()
  }
}

function addRequest(
  batch: RecordBatch,
  file: TranscriptFile,
  sessionId: string,
  event: Record<string, unknown>,
  session: Record<string, unknown>,
): void {
  const time = nanosOf(utc(event.created_at)) ?? file.modifiedUnixNano
  const count = (name: string) => countOf(event[name]) ?? 0
  const counts = split(
    count('input_tokens'),
    count('cache_read_tokens'),
    count('cache_write_tokens'),
    count('output_tokens'),
    count('reasoning_tokens'),
  )
  const cwd = textOf(session.cwd)
  const repository = textOf(session.repository)
  const project =
    (repository && repositoryOf(repository.includes(':') ? repository : `https://github.com/${repository}`)) ??
    projectOf(cwd)
  const branch = textOf(session.branch)
  const agentId = textOf(event.agent_id) ?? textOf(event.parent_tool_call_id)
  batch.seen(sessionId, time)
  batch.session(sessionId, { serviceName: 'github-copilot', cwd, project, branch, title: textOf(session.summary) })
  batch.call({
    source: 'transcript',
    tool,
    sessionId,
    observationId: `${sessionId}:row:${event.id}`,
    keys: [],
    weakKey: usageKey(counts),
    timeUnixNano: time,
    durationMs: numberOf(event.duration_ms),
    ttftMs: numberOf(event.time_to_first_token_ms),
    status: 'ok',
    model: textOf(event.copilot_usage_model) ?? textOf(event.model) ?? '',
    stopReason: textOf(event.finish_reason),
    reportedCostNanoUsd: nanoUsdOfUnits(numberOf(event.total_nano_aiu)),
    quality: 'exact',
    ...counts,
    serviceName: 'github-copilot',
    project,
    branch,
    agentId,
    querySource: agentId ? 'subagent' : 'main',
    effort: textOf(event.reasoning_effort),
  })
}

/** SQLite's own times are UTC and do not say so. */
function utc(value: unknown): unknown {
  const text = textOf(value)
  return text && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : value
}

/** Whether the session's own events hold its usage, request by request (versions from 1.0.100): then they are the source. */
function tellsUsage(store: string, sessionId: string): boolean {
  if (!/^[\w-]+$/.test(sessionId)) return false
  const folder = join(dirname(store), 'session-state')
  return [join(folder, sessionId, 'events.jsonl'), join(folder, `${sessionId}.jsonl`)].some((path) => {
    try {
      return lstatSync(path).isFile() && readFileSync(path).includes('"session.usage_record"')
    } catch {
      return false
    }
  })
}
