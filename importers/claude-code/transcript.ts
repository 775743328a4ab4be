// transcript.ts: what Claude Code writes → our vocabulary.
import { lstatSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { TranscriptFile, Transcripts } from '#proto/agent.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import type { Names } from './transcript-context.ts'
import { claudeRoots, isClaudeTranscript } from './transcript-places.ts'
import { claudeReader } from './transcript-reader.ts'

export const transcripts: Transcripts = {
  pathVariable: 'TELLTALE_CLAUDE_PATH',
  roots: claudeRoots,
  match: isClaudeTranscript,
  kind: () => 'lines',
  open: (file, state) => claudeReader(file, state, namesOf(file)),
}

/**
 * Whose lines a file holds: `agent-<id>.jsonl` is a subagent's, with its kind and the call that started it in
 * `agent-<id>.meta.json`; the name of any other is the session's id.
 */
function namesOf(file: TranscriptFile): Names {
  const name = basename(file.path, '.jsonl')
  const agentId = /^agent-(.+)$/.exec(name)?.[1]
  if (!agentId) return { sessionId: name }
  const parent = /[/\\]([^/\\]+)[/\\]subagents[/\\]/.exec(file.path)?.[1]
  const meta = objectOf(parseJson(besides(file.path.replace(/\.jsonl$/, '.meta.json'))))
  const [agent, toolUseId] = [textOf(meta.agentType), textOf(meta.toolUseId)]
  return {
    sessionId: parent ?? name,
    subagent: { agentId, ...(agent ? { agent } : {}), ...(toolUseId ? { toolUseId } : {}) },
  }
}

/** The text of a small regular file beside a transcript, `''` when there is none. */
function besides(path: string): string {
  try {
    const stat = lstatSync(path)
    return stat.isFile() && stat.size < 65_536 ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}
