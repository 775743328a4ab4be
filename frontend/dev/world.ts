// world.ts: a month of invented but consistent work of five agents. Development only.

export type Call = {
  time: number
  sessionId: string
  tool: string
  model: string
  project: string
  branch: string
  input: number
  cacheRead: number
  cacheWrite: number
  output: number
  reasoning: number
  costUsd: number | null
  error: boolean
  durationMs: number
}
export type ToolCall = {
  time: number
  sessionId: string
  tool: string
  name: string
  durationMs: number
  success: boolean
  rejected: boolean
}
export type Work = {
  sessionId: string
  tool: string
  project: string
  branch: string
  title: string
  start: number
  end: number
  prompts: number
  calls: Call[]
  toolCalls: ToolCall[]
  active: boolean
}

/** Numbers that look random and are the same every time. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

export const agents = [
  {
    id: 'claude-code',
    name: 'Claude Code',
    hue: 2,
    models: ['claude-sonnet-4-5-20250929', 'claude-opus-4-1-20250805', 'claude-haiku-4-5-20251001'],
    weight: 5,
  },
  { id: 'codex', name: 'Codex', hue: 3, models: ['gpt-5.6-sol', 'gpt-5-codex'], weight: 3 },
  { id: 'gemini', name: 'Gemini CLI', hue: 1, models: ['gemini-3-pro', 'gemini-2.5-flash'], weight: 2 },
  { id: 'opencode', name: 'opencode', hue: 7, models: ['qwen3-coder-480b'], weight: 1 },
  { id: 'copilot', name: 'Copilot CLI', hue: 6, models: ['gpt-5-mini'], weight: 1 },
] as const

const prices: Record<string, [number, number, number, number] | null> = {
  'claude-sonnet-4-5-20250929': [3, 0.3, 3.75, 15],
  'claude-opus-4-1-20250805': [15, 1.5, 18.75, 75],
  'claude-haiku-4-5-20251001': [1, 0.1, 1.25, 5],
  'gpt-5.6-sol': [1.75, 0.175, 1.75, 14],
  'gpt-5-codex': [1.25, 0.125, 1.25, 10],
  'gemini-3-pro': [2, 0.2, 2, 12],
  'gemini-2.5-flash': [0.3, 0.03, 0.3, 2.5],
  'qwen3-coder-480b': null,
  'gpt-5-mini': [0.25, 0.025, 0.25, 2],
}
const projects = [
  'acme/storefront',
  'acme/payments-api',
  'telltale',
  'acme/infra',
  'notes',
  'wind/weather-station',
  'acme/mobile-app',
]
const branches = ['main', 'feature/checkout', 'fix/retry-storm', 'chore/deps']
const titles = [
  'Add a greet() function to src/app.js, run the tests and fix what fails',
  'Explain why the retry storm happens when the payment provider is slow',
  'Migrate the order table to the new schema without downtime',
  'Write an end-to-end test for the checkout with an expired card',
  'Find the memory leak in the image worker',
  'Refactor the authentication middleware into its own package',
  'Update all dependencies and mend what breaks',
  'Why is the build 40 seconds slower since Tuesday?',
  'Draft the release notes for 2.4 from the commits',
  'Make the settings page work on a phone',
  'Replace moment.js with Temporal',
  'Review the pull request about rate limits',
]
export const toolNames = [
  'Bash',
  'Read',
  'Edit',
  'Grep',
  'Write',
  'Glob',
  'Task',
  'WebFetch',
  'TodoWrite',
  'mcp__github__create_issue',
]

/** All work up to `now`. */
export function work(now: number, days = 34): Work[] {
  const next = random(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!
  const lots = agents.flatMap((agent) => Array.from({ length: agent.weight }, () => agent))
  const all: Work[] = []
  const dayMs = 86_400_000
  for (let day = days; day >= 0; day--) {
    const midnight = Math.floor(now / dayMs) * dayMs - day * dayMs
    const weekday = new Date(midnight).getUTCDay()
    const many = weekday === 0 || weekday === 6 ? Math.floor(next() * 3) : 4 + Math.floor(next() * 9)
    for (let index = 0; index < many; index++) {
      const agent = pick(lots)
      let start = midnight + (7 + next() * 13) * 3_600_000
      if (day === 0) start = Math.min(start, now - 60_000 - next() * 5 * 3_600_000)
      const sessionId = `${hex(next, 8)}-${hex(next, 4)}-4${hex(next, 3)}-a${hex(next, 3)}-${hex(next, 12)}`
      const project = pick(projects)
      const branch = pick(branches)
      const model = next() < 0.7 ? agent.models[0] : pick(agent.models)
      const calls: Call[] = []
      const toolCalls: ToolCall[] = []
      let time = start
      let context = 9_000 + next() * 9_000
      const turns = 3 + Math.floor(next() ** 2 * 60)
      for (let turn = 0; turn < turns && time < now; turn++) {
        const durationMs = 900 + next() ** 3 * 40_000
        const output = Math.floor(60 + next() ** 2 * 1_800)
        const fresh = Math.floor(next() * 60) + 4
        const cacheWrite = Math.floor(next() * 2_600)
        const price = prices[model]
        const error = next() < 0.018
        const tokens = error ? [0, 0, 0, 0] : [fresh, Math.floor(context), cacheWrite, output]
        calls.push({
          time,
          sessionId,
          tool: agent.id,
          model,
          project,
          branch,
          input: tokens[0]!,
          cacheRead: tokens[1]!,
          cacheWrite: tokens[2]!,
          output: tokens[3]!,
          reasoning: Math.floor(tokens[3]! * 0.3),
          costUsd: price ? tokens.reduce((sum, count, kind) => sum + (count * price[kind]!) / 1e6, 0) : null,
          error,
          durationMs,
        })
        context += cacheWrite + output
        time += durationMs
        const uses = next() < 0.8 ? 1 + Math.floor(next() * 2) : 0
        for (let use = 0; use < uses; use++) {
          const tookMs = 15 + next() ** 5 * 60_000
          toolCalls.push({
            time,
            sessionId,
            tool: agent.id,
            name: toolNames[Math.floor(next() ** 1.6 * toolNames.length)]!,
            durationMs: tookMs,
            success: next() > 0.06,
            rejected: next() < 0.02,
          })
          time += tookMs
        }
        time += next() ** 3 * 240_000
      }
      const end = Math.min(now, time)
      all.push({
        sessionId,
        tool: agent.id,
        project,
        branch,
        title: pick(titles),
        start,
        end,
        prompts: 1 + Math.floor(turns / 6),
        calls,
        toolCalls,
        active: now - end < 120_000,
      })
    }
  }
  return all.sort((a, b) => b.end - a.end)
}

export function hex(next: () => number, digits: number): string {
  let text = ''
  while (text.length < digits) text += Math.floor(next() * 16).toString(16)
  return text
}
