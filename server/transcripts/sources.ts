// sources.ts: where each agent's transcripts are on this machine: what the user says, else what the agent knows.
import { isAbsolute, join, resolve } from 'node:path'
import type { Agent, Env, Transcripts } from '#proto/agent.ts'
import { filesUnder, type Unreadable } from '#watcher/files.ts'

/** One folder of one agent. */
export type Source = { agent: Agent; transcripts: Transcripts; root: string }

/** The roots that a setting names, by agent id (contract §1: `TELLTALE_CLAUDE_PATH` and its like). */
export type PathSettings = Partial<Record<string, readonly string[] | undefined>>

/** A file of an agent, and the root it was found under. */
export type SourceFile = { source: Source; path: string }

/**
 * The folders to look at: `paths` when given, else the setting, else the agent's own places. They need not exist. A folder
 * inside another one is left out.
 */
export function sourcesOf(
  agents: readonly Agent[],
  tools: readonly string[],
  env: Env,
  settings: PathSettings,
  paths?: readonly string[],
): Source[] {
  return agents
    .filter((agent) => tools.includes(agent.id) && agent.transcripts)
    .flatMap((agent) => {
      const transcripts = agent.transcripts as Transcripts
      const given = paths ?? settings[agent.id]
      const roots = given
        ? given.map((path) => absolute(path, env))
        : transcripts.roots(env).map((path) => resolve(path))
      return distinct(roots).map((root) => ({ agent, transcripts, root }))
    })
}

function absolute(path: string, env: Env): string {
  if (path === '~' || path.startsWith('~/')) return join(env.home, path.slice(1))
  return isAbsolute(path) ? resolve(path) : resolve(process.cwd(), path)
}

function distinct(roots: string[]): string[] {
  return [...new Set(roots)].filter((root) => !roots.some((other) => root !== other && root.startsWith(`${other}/`)))
}

/** The files under a source, its companions included, and what could not be looked at. */
export function filesOf(source: Source): { files: SourceFile[]; unreadable: Unreadable[] } {
  const { transcripts, root } = source
  const roots = [root, ...(transcripts.companions?.(root) ?? [])]
  const found = roots.map((one) => filesUnder(one, transcripts.match, transcripts.avoid))
  return {
    files: found.flatMap(({ files }) => files.map((path) => ({ source, path }))),
    unreadable: found.flatMap(({ unreadable }) => unreadable),
  }
}
