// transcript-places.ts: where Gemini CLI keeps chats, and what a chat's place says of it.
import { lstatSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Env } from '#proto/agent.ts'

/** The folder of each home: `GEMINI_DATA_DIR` is the data folder itself, `GEMINI_CLI_HOME` stands for the user's home. */
export function geminiRoots({ home, vars }: Env): string[] {
  if (vars.GEMINI_DATA_DIR) return list(vars.GEMINI_DATA_DIR).map((folder) => join(folder, 'tmp'))
  return list(vars.GEMINI_CLI_HOME || home).map((folder) => join(folder, '.gemini', 'tmp'))
}

const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** `<project>/chats/session-….jsonl`, the older `.json`, and subagents in `chats/<parent session>/<id>.jsonl`. */
export function isGeminiChat(path: string): boolean {
  return /[/\\]chats[/\\](?:session-[^/\\]+\.jsonl?|[^/\\]+[/\\][^/\\]+\.jsonl?)$/.test(path)
}

/** The file's own name, and the session of the parent for a subagent's. */
export function chatPlace(path: string): { name: string; parent?: string } {
  const name = basename(path).replace(/\.jsonl?$/, '')
  const folder = basename(dirname(path))
  return folder === 'chats' ? { name } : { name, parent: folder }
}

/** The folder of a project, which Gemini CLI writes beside its chats (`.project_root`), or into `projects.json`. */
export function projectRoot(path: string): string | undefined {
  const chats = path.search(/[/\\]chats[/\\]/)
  if (chats < 0) return undefined
  const project = path.slice(0, chats)
  const own = small(join(project, '.project_root'))?.trim()
  if (own) return own
  try {
    const index = JSON.parse(small(join(dirname(dirname(project)), 'projects.json')) ?? '{}') as {
      projects?: Record<string, string>
    }
    return Object.entries(index.projects ?? {}).find(([, name]) => name === basename(project))?.[0]
  } catch {
    return undefined
  }
}

function small(path: string): string | undefined {
  try {
    const stat = lstatSync(path)
    return stat.isFile() && stat.size < 1024 * 1024 ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}
