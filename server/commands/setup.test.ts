// setup.test.ts: `telltale setup` against realistic configurations, on real files in a folder of its own.
import { afterEach, beforeEach, describe, expect, spyOn, test } from 'bun:test'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { readJson } from '#importers/json-config.ts'
import { loadConfig } from '../config.ts'
import { type SetupCommandOptions, setupCommand } from './setup.ts'
import {
  claudeConfigs,
  codexConfigs,
  copilotConfigs,
  type Given,
  geminiConfigs,
  opencodeConfigs,
} from './setup-configs.ts'

let home: string
let printed: string
let spies: { mockRestore(): void }[]

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'setup-')))
  printed = ''
  const collect = (text: unknown) => {
    printed += String(text)
    return true
  }
  spies = [
    spyOn(process.stdout, 'write').mockImplementation(collect),
    spyOn(process.stderr, 'write').mockImplementation(() => true),
  ]
})
afterEach(() => {
  for (const spy of spies) spy.mockRestore()
  rmSync(home, { recursive: true, force: true })
  process.exitCode = 0
})

/** Runs the command as in a machine whose home is the test's folder; gives back what it printed and its exit code. */
async function run(tool: string, options: SetupCommandOptions, vars: Record<string, string> = {}, flags = {}) {
  printed = ''
  process.exitCode = 0
  await setupCommand(loadConfig(flags, { HOME: home, PATH: join(home, 'bin'), ...vars }), tool, {
    yes: true,
    ...options,
  })
  const code = process.exitCode
  process.exitCode = 0
  return { text: printed, code }
}

function put(path: string, { text, linked, mode }: Given): void {
  mkdirSync(dirname(path), { recursive: true })
  if (text === undefined) return
  const real = linked ? join(home, 'dotfiles', 'file') : path
  mkdirSync(dirname(real), { recursive: true })
  writeFileSync(real, text, { mode: mode ?? 0o644 })
  if (linked) symlinkSync(`${'../'.repeat(path.slice(home.length + 1).split('/').length - 1)}dotfiles/file`, path)
}

const agents = [
  { tool: 'claude-code', path: '.claude/settings.json', configs: claudeConfigs },
  { tool: 'codex', path: '.codex/config.toml', configs: codexConfigs },
  { tool: 'gemini', path: '.gemini/settings.json', configs: geminiConfigs },
  { tool: 'opencode', path: '.config/opencode/opencode.json', configs: opencodeConfigs },
  { tool: 'copilot', path: '.config/Code/User/settings.json', configs: copilotConfigs },
]

for (const { tool, path: relative, configs } of agents) {
  describe(tool, () => {
    for (const given of configs) {
      for (const hooks of [false, true]) {
        test(`${given.name}: apply, check, apply again and undo${hooks ? ' with hooks' : ''}`, async () => {
          const path = join(home, relative)
          put(path, given)
          const before = given.text === undefined ? undefined : readFileSync(path)

          expect((await run(tool, { check: true })).code).toBe(1)
          await run(tool, { apply: true, hooks })
          const applied = readFileSync(path, 'utf8')
          const parsed = tool === 'codex' ? parseToml(applied.replace('\uFEFF', '')) : readJson(applied)
          expect(Object.keys(parsed).length).toBeGreaterThan(0)
          expect((await run(tool, { check: true })).code).toBe(0)
          expect(printed).toContain(`${tool}: configured`)

          expect((await run(tool, { apply: true, hooks })).text).toContain('nothing to change')
          expect(readFileSync(path, 'utf8')).toBe(applied)
          if (given.text?.includes('\r\n')) expect(applied.replaceAll('\r\n', '')).not.toContain('\n')
          if (given.mode) expect(statSync(path).mode & 0o777).toBe(given.mode)
          if (given.linked) expect(lstatSync(path).isSymbolicLink()).toBe(true)

          await run(tool, { undo: true })
          expect(existsSync(path) ? readFileSync(path) : undefined).toEqual(before)
          if (given.linked) expect(lstatSync(path).isSymbolicLink()).toBe(true)
          expect(readdirSync(dirname(path)).filter((name) => name.includes('telltale'))).toEqual([])
        })
      }
    }

    test('a broken file is named, left as it is, and nothing else is written', async () => {
      const path = join(home, relative)
      const broken = tool === 'codex' ? 'model = "x\n' : '{ "a": 1, \n "b": }'
      put(path, { name: 'broken', text: broken })
      await expect(run(tool, { apply: true })).rejects.toThrow(`${path} is left as it is: line`)
      expect(readFileSync(path, 'utf8')).toBe(broken)
      expect(existsSync(join(home, '.telltale', 'env'))).toBe(false)
      expect((await run(tool, { check: true })).text).toContain('cannot be read')
    })
  })
}

test('what was there before is still there, in its order and with its comments', async () => {
  const given = claudeConfigs.find(({ name }) => name === 'four spaces and comments')!
  const path = join(home, '.claude/settings.json')
  put(path, given)
  await run('claude-code', { apply: true })
  const applied = readFileSync(path, 'utf8')
  let from = 0
  for (const line of given.text!.split('\n').filter((line) => line.trim() !== '' && line !== '}')) {
    expect(applied.indexOf(line, from)).toBeGreaterThanOrEqual(from)
    from = applied.indexOf(line, from) + line.length
  }
  expect(applied).toContain('\n        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"')
})

test('a setting of one signal that would win is put right too', async () => {
  put(join(home, '.claude/settings.json'), claudeConfigs.find(({ name }) => name === 'another backend per signal')!)
  await run('claude-code', { apply: true })
  const { env } = readJson(readFileSync(join(home, '.claude/settings.json'), 'utf8')) as { env: Record<string, string> }
  expect(env.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT).toBe('http://127.0.0.1:4318/v1/logs')
  expect(env.OTEL_METRICS_EXPORTER).toBe('console,otlp')
  expect(env.CLAUDE_CODE_ENABLE_TELEMETRY).toBe('1')
})

test('Codex gets the full path of each signal, and an exporter for its metrics', async () => {
  put(join(home, '.codex/config.toml'), codexConfigs.find(({ name }) => name === 'sub-tables')!)
  await run(
    'codex',
    { apply: true, endpoint: 'http://box:4318/v1/logs', protocol: 'http/json' },
    {},
    { token: 'tok en' },
  )
  const { otel, history } = parseToml(readFileSync(join(home, '.codex/config.toml'), 'utf8')) as Record<string, unknown>
  const to = (signal: string) => ({
    'otlp-http': {
      endpoint: `http://box:4318/v1/${signal}`,
      protocol: 'json',
      headers: { Authorization: 'Bearer tok en' },
    },
  })
  expect(otel).toEqual({
    log_user_prompt: true,
    environment: 'dev',
    exporter: to('logs'),
    trace_exporter: to('traces'),
    metrics_exporter: to('metrics'),
  })
  expect(history).toEqual({ persistence: 'none' })
})

test('the privacy tier decides what the tools are asked to send', async () => {
  await run('claude-code', { apply: true }, {}, { privacy: '1' })
  const env = () => (readJson(readFileSync(join(home, '.claude/settings.json'), 'utf8')) as { env: object }).env
  expect(env()).not.toHaveProperty('OTEL_LOG_USER_PROMPTS')
  await run('claude-code', { apply: true }, {}, { privacy: '2' })
  expect(env()).toMatchObject({ OTEL_LOG_USER_PROMPTS: '1', OTEL_LOG_ASSISTANT_RESPONSES: '0' })
  await run('claude-code', { apply: true }, {}, { privacy: '3' })
  expect(env()).toMatchObject({ OTEL_LOG_ASSISTANT_RESPONSES: '1', OTEL_LOG_TOOL_CONTENT: '1' })
  await run('claude-code', { undo: true })
  expect(existsSync(join(home, '.claude'))).toBe(false)
})

test('what others changed since stays when ours is taken back, and is refused when it cannot be told apart', async () => {
  const path = join(home, '.gemini/settings.json')
  put(path, { name: '', text: '{\n  "a": 1,\n  "b": 2,\n  "c": 3,\n  "d": 4\n}\n' })
  await run('gemini', { apply: true })
  writeFileSync(path, readFileSync(path, 'utf8').replace('"a": 1', '"a": 5'))
  await run('gemini', { undo: true })
  expect(readFileSync(path, 'utf8')).toBe('{\n  "a": 5,\n  "b": 2,\n  "c": 3,\n  "d": 4\n}\n')
  await run('gemini', { apply: true })
  writeFileSync(path, '{"all":"new"}')
  await expect(run('gemini', { undo: true })).rejects.toThrow('cannot be told apart')
  expect(readFileSync(path, 'utf8')).toBe('{"all":"new"}')
})

test("the tools' own variables say where their configuration lies", async () => {
  const vars = {
    CLAUDE_CONFIG_DIR: join(home, 'c'),
    CODEX_HOME: join(home, 'x'),
    GEMINI_CLI_HOME: join(home, 'g'),
    XDG_CONFIG_HOME: join(home, 'd'),
  }
  for (const folder of Object.values(vars)) mkdirSync(folder)
  await run('all', { apply: true }, vars)
  await run('gemini', { apply: true }, vars)
  await run('opencode', { apply: true }, vars)
  for (const file of ['c/settings.json', 'x/config.toml', 'g/.gemini/settings.json', 'd/opencode/opencode.json'])
    expect(existsSync(join(home, file))).toBe(true)
  expect(existsSync(join(home, '.claude'))).toBe(false)
})

test('a program in PATH is installed, and says its version', async () => {
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'bin', 'codex'), '#!/bin/sh\necho codex-cli 0.169.0\n', { mode: 0o755 })
  const { tools } = JSON.parse((await run('codex', { check: true, json: true })).text)
  expect(tools.codex).toMatchObject({ installed: true, version: 'codex-cli 0.169.0', configured: false })
})

test('without a verb it prints what to set and touches nothing', async () => {
  for (const { tool } of agents) expect((await run(tool, {})).text).toContain('4318')
  expect((await run('codex', { protocol: 'grpc' })).text).toContain(
    'otlp-grpc = { endpoint = "http://127.0.0.1:4317" }',
  )
  expect(readdirSync(home)).toEqual([])
})

test('what cannot be used is refused by name', async () => {
  await expect(run('emacs', {})).rejects.toThrow('"emacs"')
  await expect(run('codex', { protocol: 'udp' })).rejects.toThrow('"udp"')
  await expect(run('codex', { endpoint: 'here' })).rejects.toThrow('"here"')
  await expect(run('codex', { apply: true, undo: true })).rejects.toThrow('exclude each other')
})
