// transcript.ts: what Copilot CLI writes → our vocabulary.
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Env, TranscriptFile, TranscriptSlice, Transcripts } from '#proto/agent.ts'
import { projectOf } from '../git-folder.ts'
import { RecordBatch } from '../record-batch.ts'
import { tool } from './transcript-context.ts'
import { eventsReader } from './transcript-events.ts'
import { readStore } from './transcript-store.ts'

const storeName = 'session-store.db'

export const transcripts: Transcripts = {
  pathVariable: 'TELLTALE_COPILOT_PATH',
  roots,
  companions: (root) => (basename(root) === 'session-state' ? [join(dirname(root), storeName)] : []),
  match: (path) =>
    [storeName, 'workspace.yaml', 'events.jsonl'].includes(basename(path)) ||
    /[/\\]session-state[/\\][^/\\]+\.jsonl$/.test(path),
  avoid: (folder) => ['rewind-file-snapshots', 'checkpoints', 'files', 'research'].includes(basename(folder)),
  kind: (path) => (path.endsWith('.jsonl') ? 'lines' : 'whole'),
  open: (file, state) => eventsReader(file, state, sessionOf(file.path)),
  readWhole: (file, watermark) =>
    basename(file.path) === storeName ? readStore(file, watermark) : readWorkspace(file),
}

/** `COPILOT_HOME`, else `~/.copilot` (with `XDG_STATE_HOME` as older versions had it). */
function roots({ home, vars }: Env): string[] {
  const homes = vars.COPILOT_HOME ? [vars.COPILOT_HOME] : [join(home, '.copilot')]
  if (!vars.COPILOT_HOME && vars.XDG_STATE_HOME) homes.push(join(vars.XDG_STATE_HOME, '.copilot'))
  return homes.map((folder) => join(folder, 'session-state'))
}

/** `<id>/events.jsonl`, in older versions `<id>.jsonl`. */
function sessionOf(path: string): string {
  return basename(path) === 'events.jsonl' ? basename(dirname(path)) : basename(path, '.jsonl')
}

/** The session's name, folder and branch: flat `key: value` lines. */
function* readWorkspace(file: TranscriptFile): Generator<TranscriptSlice & { watermark: null }> {
  const values = new Map<string, string>()
  for (const line of readFileSync(file.path, 'utf8').split('\n')) {
    const [, key, value] = /^(\w+): (.*?)\s*$/.exec(line) ?? []
    if (key && value) values.set(key, unquoted(value))
  }
  const batch = new RecordBatch(tool)
  const id = values.get('id') ?? basename(dirname(file.path))
  const cwd = values.get('cwd')
  batch.session(id, {
    serviceName: 'github-copilot',
    title: values.get('name') ?? values.get('summary'),
    cwd,
    project: projectOf(cwd),
    branch: values.get('branch'),
  })
  yield { telemetry: batch.build(), skipped: [], watermark: null }
}

function unquoted(value: string): string {
  if (/^".*"$/.test(value)) {
    try {
      return JSON.parse(value) as string
    } catch {
      return value.slice(1, -1)
    }
  }
  return /^'.*'$/.test(value) ? value.slice(1, -1).replaceAll("''", "'") : value
}
