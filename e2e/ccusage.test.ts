// ccusage.test.ts: `telltale report` beside ccusage on the same transcripts: equal where ccusage is right, and where not, why.
import { afterAll, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeFlag } from './doors.ts'
import { command, emptyEnvironment, newHome } from './telltale.ts'
import { served, summed } from './truth.ts'

const program = join(import.meta.dir, '../node_modules/.bin/ccusage')
const fixtures = join(import.meta.dir, '../fixtures')
const homes: string[] = []
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

type Numbers = { input: number; cacheRead: number; cacheWrite: number; output: number; cost: number }

function machine(): string {
  const home = newHome()
  homes.push(home)
  return home
}

/** ccusage's numbers by model; its days are those of UTC. Costs only where it has them by model. */
async function ccusage(
  home: string,
  agent: 'claude' | 'codex',
): Promise<Record<string, Omit<Numbers, 'cost'> & { cost?: number }>> {
  const child = Bun.spawn([program, agent, 'daily', '--json', '--offline', '--timezone', 'UTC'], {
    env: { ...emptyEnvironment(home), CLAUDE_CONFIG_DIR: join(home, '.claude'), CODEX_HOME: join(home, '.codex') },
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const { daily } = JSON.parse(await new Response(child.stdout).text())
  const models: Record<string, Omit<Numbers, 'cost'> & { cost?: number }> = {}
  for (const day of daily) {
    const rows =
      agent === 'claude'
        ? day.modelBreakdowns
        : Object.entries(day.models).map(([modelName, of]) => ({ modelName, ...(of as object) }))
    for (const { modelName, inputTokens, cacheReadTokens, cacheCreationTokens, outputTokens, cost } of rows)
      models[modelName] = {
        input: inputTokens,
        cacheRead: cacheReadTokens,
        cacheWrite: cacheCreationTokens,
        output: outputTokens,
        ...(cost === undefined ? {} : { cost: Math.round(cost * 1e9) }),
      }
  }
  return models
}

/** Ours by model. */
async function telltale(home: string, tool: string): Promise<Record<string, Numbers>> {
  expect((await command(home, [...homeFlag(home), 'import', tool, '--json'])).exitCode).toBe(0)
  const { stdout } = await command(home, [...homeFlag(home), 'report', 'model', '--json', '--tz', 'UTC'])
  const models: Record<string, Numbers> = {}
  for (const row of JSON.parse(stdout).rows)
    if (row.model && row.totalTokens > 0)
      models[row.model] = {
        input: row.inputTokens,
        cacheRead: row.cacheReadTokens,
        cacheWrite: row.cacheWriteTokens,
        output: row.outputTokens,
        cost: Math.round(row.costUsd * 1e9),
      }
  return models
}

const here = test.skipIf(!existsSync(program))

here(
  'Claude Code: every model’s tokens are equal, and its cost to the nano-dollar',
  async () => {
    const home = machine()
    cpSync(join(fixtures, 'claude-code/transcripts'), home, { recursive: true })
    const theirs = await ccusage(home, 'claude')
    expect(Object.keys(theirs).length).toBeGreaterThan(4)
    expect(await telltale(home, 'claude-code')).toEqual(theirs as Record<string, Numbers>)
  },
  60_000,
)

here(
  'Codex: equal without subagents; of a subagent’s session ccusage leaves out what was really served',
  async () => {
    const home = machine()
    cpSync(join(fixtures, 'codex/transcripts'), home, { recursive: true })
    const theirs = await ccusage(home, 'codex')
    const ours = await telltale(home, 'codex')
    // What the maker served is the judge. It also served requests for no session's file, which no reader of files can know.
    const inFiles = new Set(
      readdirSync(join(home, '.codex/sessions'), { recursive: true, encoding: 'utf8' }).flatMap(
        (name) => /rollout-.*?([0-9a-f-]{36})\.jsonl$/.exec(name)?.slice(1) ?? [],
      ),
    )
    const all = served('codex').filter(({ session, kind }) => inFiles.has(session) && kind !== 'utility')
    const spawning = new Set(all.filter(({ kind }) => kind === 'subagent').map(({ model }) => model))
    expect(spawning.size).toBeGreaterThan(0)
    for (const [model, { cost: _, ...numbers }] of Object.entries(ours)) {
      const truth = Object.values(summed(all.filter((request) => request.model === model)))
      const sum = (field: 'inputTokens' | 'cacheReadTokens' | 'outputTokens') =>
        truth.reduce((n, of) => n + of[field], 0)
      expect([model, numbers.input, numbers.cacheRead, numbers.output]).toEqual([
        model,
        sum('inputTokens'),
        sum('cacheReadTokens'),
        sum('outputTokens'),
      ])
      if (!spawning.has(model)) expect(theirs[model]).toEqual(numbers)
      // Its rule for replayed history takes the beginning of every spawned thread for a copy.
      else expect(theirs[model]!.input + theirs[model]!.cacheRead).toBeLessThan(numbers.input + numbers.cacheRead)
    }
  },
  60_000,
)

/** A home with one session: a real request of Claude Code, changed. */
function oneRequest(change: (record: any) => any[]): string {
  const home = machine()
  const folder = join(fixtures, 'claude-code/transcripts/.claude/projects/-home-dev-project')
  const line = readFileSync(join(folder, '9f86bdd1-e720-4efd-a4d4-a23229471452.jsonl'), 'utf8')
    .split('\n')
    .findLast((text) => /"usage"/.test(text) && /"id":"msg_/.test(text))!
  const target = join(home, '.claude/projects/-home-dev-project')
  mkdirSync(target, { recursive: true })
  const lines = change(JSON.parse(line)).map((record) => `${JSON.stringify(record)}\n`)
  writeFileSync(join(target, '9f86bdd1-e720-4efd-a4d4-a23229471452.jsonl'), lines.join(''))
  return home
}
const model = 'claude-sonnet-4-5-20250929'
const withUsage = (record: any, usage: object) => ({
  ...record,
  message: { ...record.message, model, usage: { ...record.message.usage, ...usage } },
})
const plain = {
  cache_creation_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
}

here(
  'a placeholder that a stream leaves before the final numbers counts for neither',
  async () => {
    const home = oneRequest((record) => [
      withUsage(
        { ...record, uuid: crypto.randomUUID() },
        { ...plain, input_tokens: 3, cache_read_input_tokens: 0, output_tokens: 1 },
      ),
      withUsage(record, { ...plain, input_tokens: 3, cache_read_input_tokens: 0, output_tokens: 700 }),
    ])
    const ours = await telltale(home, 'claude-code')
    expect(ours[model]).toMatchObject({ input: 3, output: 700 })
    expect(await ccusage(home, 'claude')).toEqual(ours)
  },
  60_000,
)

here(
  'a request of more than 200,000 tokens costs the higher rate as a whole; ccusage charges only what lies above',
  async () => {
    const home = oneRequest((record) => [
      withUsage(record, { ...plain, input_tokens: 1_000, cache_read_input_tokens: 300_000, output_tokens: 1_000 }),
    ])
    const ours = (await telltale(home, 'claude-code'))[model]!
    const theirs = (await ccusage(home, 'claude'))[model]!
    const { cost, ...tokens } = ours
    expect(theirs).toMatchObject(tokens)
    // $6, $0.60 and $22.50 a million: input, cache read, output above the limit; $3, $0.30 and $15 below it.
    expect(cost).toBe(1_000 * 6_000 + 300_000 * 600 + 1_000 * 22_500)
    expect(theirs.cost).toBe(1_000 * 3_000 + 200_000 * 300 + 100_000 * 600 + 1_000 * 15_000)
  },
  60_000,
)
