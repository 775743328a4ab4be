// find-agents.ts: which agents are installed here, by the transcripts they keep, and how much of it we have not read.
import { closeSync, openSync, readSync } from 'node:fs'
import type { Agent, Env } from '#proto/agent.ts'
import type { FileRecord } from './file-records.ts'
import { isRead, lookAt } from './read-file.ts'
import { filesOf, type PathSettings, sourcesOf } from './sources.ts'

/** What is known of one agent on this machine. */
export type FoundAgent = {
  id: string
  name: string
  hue: number
  /** Its folders that exist. */
  paths: string[]
  files: number
  bytes: number
  /** When it last wrote, ms since 1970; null when it has no transcripts. */
  lastWrittenUnixMs: number | null
  /** Its version as its newest transcript says, where that is quickly seen. */
  version: string | null
  /** Files and bytes that were never imported: what a first import would read. */
  newFiles: number
  newBytes: number
}

/** Looks for the agents; reads folders and one beginning of a file each, so that it takes milliseconds. */
export function findAgents(
  agents: readonly Agent[],
  env: Env,
  settings: PathSettings,
  records: ReadonlyMap<string, FileRecord> = new Map(),
): FoundAgent[] {
  return agents.map((agent) => {
    const found: FoundAgent = {
      id: agent.id,
      name: agent.name,
      hue: agent.hue,
      paths: [],
      files: 0,
      bytes: 0,
      lastWrittenUnixMs: null,
      version: null,
      newFiles: 0,
      newBytes: 0,
    }
    let newest: string | undefined
    for (const source of sourcesOf(agents, [agent.id], env, settings)) {
      const { files } = filesOf(source)
      if (files.length > 0) found.paths.push(source.root)
      for (const { path } of files) {
        const kind = source.transcripts.kind(path)
        const look = lookAt(path, kind)
        if (!look) continue
        found.files++
        found.bytes += look.size
        if (found.lastWrittenUnixMs === null || look.mtimeMs > found.lastWrittenUnixMs) {
          found.lastWrittenUnixMs = look.mtimeMs
          newest = path
        }
        const record = records.get(path)
        if (record && record.fromOffset === 0 && (record.cursor.offset > 0 || isRead(path, kind, record))) continue
        found.newFiles++
        found.newBytes += look.size
      }
    }
    if (newest) found.version = versionIn(newest)
    return found
  })
}

const beginningBytes = 64 * 1024

/** The version that the beginning of a transcript names. */
function versionIn(path: string): string | null {
  if (!path.endsWith('.jsonl')) return null
  try {
    const descriptor = openSync(path, 'r')
    try {
      const buffer = Buffer.alloc(beginningBytes)
      const text = buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, beginningBytes, 0))
      return /"(?:version|cli_version|copilotVersion)":"(\d+\.\d+[\w.+-]*)"/.exec(text)?.[1] ?? null
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return null
  }
}
