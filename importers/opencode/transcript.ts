// transcript.ts: what OpenCode writes → our vocabulary.
import { basename, join } from 'node:path'
import type { Env, Transcripts } from '#proto/agent.ts'
import { readDatabase } from './transcript-database.ts'
import { isDocument, readDocument } from './transcript-documents.ts'

const isDatabase = (path: string) => /^opencode(-[\w.-]+)?\.db$/.test(basename(path))

export const transcripts: Transcripts = {
  pathVariable: 'TELLTALE_OPENCODE_PATH',
  roots,
  match: (path) => isDatabase(path) || isDocument(path),
  avoid: (folder) => others.has(basename(folder)),
  kind: () => 'whole',
  open: () => {
    throw new Error('OpenCode writes no lines')
  },
  readWhole: (file, watermark) => (isDatabase(file.path) ? readDatabase(file, watermark) : readDocument(file)),
}

/** What else lies in the data folder: copies of work trees, logs, programs. */
const others = new Set(['snapshot', 'log', 'bin', 'repos', 'worktree', 'tool-output', 'node_modules', 'cache'])

/** The data folder: `$XDG_DATA_HOME/opencode`, else `~/.local/share/opencode` on every system. */
function roots({ home, vars }: Env): string[] {
  return [join(vars.XDG_DATA_HOME || join(home, '.local', 'share'), 'opencode')]
}
