// transcript-places.ts: where Claude Code and its desktop app keep transcripts, on each system.
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Env } from '#proto/agent.ts'

/** The folders of transcripts: those that the environment names, else the defaults, and the desktop app's. */
export function claudeRoots(env: Env): string[] {
  const { home, vars } = env
  const named = [
    ...list(vars.CLAUDE_CONFIG_DIR, ','),
    ...list(vars.CLAUDE_CONFIG_DIRS, env.platform === 'win32' ? ';' : ':'),
  ]
  const configs =
    named.length > 0 ? named : [join(home, '.claude'), join(vars.XDG_CONFIG_HOME || join(home, '.config'), 'claude')]
  return unique([
    ...configs.map((config) => (basename(config) === 'projects' ? config : join(config, 'projects'))),
    ...configs.map((config) => join(config, 'transcripts')),
    ...desktopFolders(env).map((folder) => join(folder, 'local-agent-mode-sessions')),
  ])
}

/** The desktop app's data folders; on Windows also that of the app from the store. */
function desktopFolders({ home, platform, vars }: Env): string[] {
  if (platform === 'darwin') return [join(home, 'Library', 'Application Support', 'Claude')]
  if (platform !== 'win32') return [join(vars.XDG_CONFIG_HOME || join(home, '.config'), 'Claude')]
  const local = vars.LOCALAPPDATA || join(home, 'AppData', 'Local')
  return [join(vars.APPDATA || join(home, 'AppData', 'Roaming'), 'Claude'), ...storeApps(join(local, 'Packages'))]
}

function storeApps(packages: string): string[] {
  try {
    return readdirSync(packages)
      .filter((name) => name.startsWith('Claude_'))
      .map((name) => join(packages, name, 'LocalCache', 'Roaming', 'Claude'))
  } catch {
    return []
  }
}

/** Files of other kinds that lie among the transcripts. */
const others = new Set(['audit.jsonl', 'history.jsonl'])

/** Sessions and subagents, at any depth: `<slug>/<id>.jsonl`, `<slug>/<id>/subagents/…/agent-<id>.jsonl`. */
export function isClaudeTranscript(path: string): boolean {
  const name = basename(path)
  return name.endsWith('.jsonl') && !others.has(name)
}

const list = (value: string | undefined, separator: string) =>
  (value ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const unique = (paths: string[]) => [...new Set(paths)]
