// setup.test.ts: for every agent, the compiled program applies, checks and takes back its setup on realistic configurations:
// what was there before is there again, byte for byte.
import { afterAll, expect, test } from 'bun:test'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import {
  claudeConfigs,
  codexConfigs,
  copilotConfigs,
  type Given,
  geminiConfigs,
  opencodeConfigs,
} from '../server/commands/setup-configs.ts'
import { command, newHome } from './telltale.ts'

const homes: string[] = []
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** Puts a configuration where the agent has it, behind links where it says so. */
function put(home: string, path: string, { text, linked, mode }: Given): void {
  mkdirSync(dirname(path), { recursive: true })
  if (text === undefined) return
  const real = linked ? join(home, 'dotfiles/file') : path
  mkdirSync(dirname(real), { recursive: true })
  writeFileSync(real, text, { mode: mode ?? 0o644 })
  if (linked) symlinkSync(relative(dirname(path), real), path)
}

/** Every file under a folder with its bytes and mode, links as where they lead; without our own state. */
function everything(home: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(home, name)
    const status = lstatSync(path)
    if (name.startsWith('.telltale') || status.isDirectory()) continue
    found[name] = status.isSymbolicLink()
      ? 'a link'
      : `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path).toString('base64')}`
  }
  return found
}

const agents = [
  { tool: 'claude-code', path: '.claude/settings.json', configs: claudeConfigs },
  { tool: 'codex', path: '.codex/config.toml', configs: codexConfigs },
  { tool: 'gemini', path: '.gemini/settings.json', configs: geminiConfigs },
  { tool: 'opencode', path: '.config/opencode/opencode.json', configs: opencodeConfigs },
  { tool: 'copilot', path: '.config/Code/User/settings.json', configs: copilotConfigs },
]

test.each(agents)(
  '$tool',
  async ({ tool, path: where, configs }) => {
    // Missing and empty, and at least eight that people have.
    expect(configs.length).toBeGreaterThanOrEqual(10)
    for (const given of configs) {
      const home = newHome()
      homes.push(home)
      const path = join(home, where)
      put(home, path, given)
      const before = everything(home)
      const run = async (...flags: string[]) => (await command(home, ['setup', tool, ...flags])).exitCode
      expect([given.name, await run('--check')]).toEqual([given.name, 1])
      expect([given.name, await run('--apply', '--hooks', '--yes')]).toEqual([given.name, 0])
      const applied = readFileSync(path, 'utf8')
      expect([given.name, await run('--check')]).toEqual([given.name, 0])
      expect([given.name, await run('--apply', '--hooks', '--yes')]).toEqual([given.name, 0])
      expect(readFileSync(path, 'utf8')).toBe(applied)
      expect([given.name, await run('--undo', '--yes')]).toEqual([given.name, 0])
      expect([given.name, everything(home)]).toEqual([given.name, before])
      if (given.text === undefined) expect(existsSync(path)).toBe(false)
    }
  },
  180_000,
)

test('without a terminal and without --yes nothing is written, and that is said', async () => {
  const home = newHome()
  homes.push(home)
  put(home, join(home, '.claude/settings.json'), { name: '', text: '{}\n' })
  const { exitCode, stderr } = await command(home, ['setup', 'claude-code', '--apply'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--yes')])
  expect(readFileSync(join(home, '.claude/settings.json'), 'utf8')).toBe('{}\n')
})
