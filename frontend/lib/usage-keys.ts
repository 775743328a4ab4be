// usage-keys.ts: what usage can be grouped and filtered by, with its name for people and its word in the filter line.
import { type Filter, termOf } from './filter.ts'
import type { UsageKey } from './shapes.ts'

/** In the order of the menus. */
export const usageKeys: readonly { key: UsageKey; word: string; label: string; many: string }[] = [
  { key: 'tool', word: 'agent', label: 'Agent', many: 'agents' },
  { key: 'model', word: 'model', label: 'Model', many: 'models' },
  { key: 'project', word: 'project', label: 'Project', many: 'projects' },
  { key: 'branch', word: 'branch', label: 'Branch', many: 'branches' },
  { key: 'session', word: 'session', label: 'Session', many: 'sessions' },
  { key: 'agent', word: 'subagent', label: 'Subagent', many: 'subagents' },
  { key: 'skill', word: 'skill', label: 'Skill', many: 'skills' },
  { key: 'mcpServer', word: 'mcp', label: 'MCP server', many: 'MCP servers' },
  { key: 'querySource', word: 'source', label: 'Purpose', many: 'purposes' },
  { key: 'user', word: 'user', label: 'User', many: 'users' },
  { key: 'host', word: 'host', label: 'Host', many: 'hosts' },
  { key: 'speed', word: 'speed', label: 'Speed', many: 'speeds' },
]

export function usageKey(key: string | undefined): (typeof usageKeys)[number] | undefined {
  return usageKeys.find((one) => one.key === key)
}

/** The conditions of a filter as parameters of /api/usage. */
export function usageFilterOf(filter: Filter): { [K in UsageKey]?: string } {
  const asked: { [K in UsageKey]?: string } = {}
  for (const { key, word } of usageKeys) {
    const value = termOf(filter, word)
    if (value !== undefined) asked[key] = value
  }
  return asked
}
