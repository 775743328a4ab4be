// setup.ts: `telltale setup TOOL`: what to set so that an agent sends its telemetry here; sets it, checks it, takes it back.
import { basename } from 'node:path'
import { confirm } from '@inquirer/prompts'
import { createTwoFilesPatch } from 'diff'
import { agents } from '#importers/index.ts'
import type { Agent } from '#proto/agent.ts'
import { type SetupFile, type SetupOptions, UnusableConfig } from '#proto/setup.ts'
import type { Config } from '../config.ts'
import { redactText } from '../ingest/privacy/secrets.ts'
import { readServerFile } from '../server-file.ts'
import { UsageError } from '../usage-error.ts'
import { printDocument } from './document.ts'
import { readText } from './edit-file.ts'
import { applyChange, changesOf, planUndo, undo } from './setup-record.ts'
import { environmentOf, type SetupState, setupFiles, setupState } from './setup-state.ts'

export type SetupCommandOptions = {
  apply?: boolean
  undo?: boolean
  check?: boolean
  endpoint?: string
  protocol?: string
  privacy?: string
  token?: string
  hooks?: boolean
  yes?: boolean
  json?: boolean
}

const protocols = ['grpc', 'http/protobuf', 'http/json'] as const
const print = (text: string) => void process.stdout.write(`${text}\n`)

/**
 * Without a verb it only prints.
 *
 * @throws UsageError for a tool, address or protocol that cannot be used; Error for a file that must not be touched.
 */
export async function setupCommand(config: Config, tool: string, options: SetupCommandOptions): Promise<void> {
  const known = agents.filter((agent) => agent.setup)
  const asked = tool === 'all' ? known : known.filter(({ id }) => id === tool)
  if (asked.length === 0) {
    const names = [...known.map(({ id }) => id), 'all'].join(', ')
    throw new UsageError(`there is no tool ${JSON.stringify(tool)} to set up; use one of ${names}`)
  }
  const verbs = [options.apply, options.undo, options.check].filter(Boolean).length
  if (verbs > 1) throw new UsageError('--apply, --undo and --check exclude each other')
  if (options.check) return check(config, asked, options)
  for (const agent of asked) {
    if (options.undo) await takeBack(config, agent, options)
    else if (options.apply) await apply(config, agent, options, tool === 'all')
    else show(config, agent, options)
  }
}

/** What the agent is to be told: the running server's addresses unless others are given. */
export function setupOptions(config: Config, agent: Agent, options: SetupCommandOptions): SetupOptions {
  const protocol = options.protocol ?? 'http/protobuf'
  if (!protocols.some((one) => one === protocol))
    throw new UsageError(`--protocol ${JSON.stringify(protocol)} is not known; use one of ${protocols.join(', ')}`)
  const server = readServerFile(config.home)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const given = options.endpoint === undefined ? undefined : base(options.endpoint)
  const grpcUrl = given ?? server?.grpcUrl ?? `http://${host}:${config.grpcPort}`
  if (protocol === 'grpc' && !given && (server ? server.grpcUrl === null : config.grpcPort === 0))
    throw new UsageError('gRPC is off here: use --protocol http/protobuf, or give --endpoint')
  return {
    otlpUrl: given ?? trimmed(server?.otlpUrl ?? `http://${host}:${config.otlpPort}`),
    grpcUrl: trimmed(grpcUrl),
    protocol: protocol as SetupOptions['protocol'],
    token: config.token,
    privacy: config.privacy,
    hooks: options.hooks ?? false,
    hook: `${ourProgram()} hook ${agent.id}${isUsualHome(config) ? '' : ` --home '${config.home}'`}`,
  }
}

const isUsualHome = (config: Config) => config.home === `${environmentOf(config).home}/.telltale`
const trimmed = (url: string) => url.replace(/\/+$/, '')

/** An address without the path of a signal, which every agent but Codex appends itself. */
function base(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new UsageError(`--endpoint ${JSON.stringify(endpoint)} is no address; give one such as http://127.0.0.1:4318`)
  return trimmed(trimmed(endpoint).replace(/\/v1\/(traces|metrics|logs)$/, ''))
}

/** How a shell finds this program: by name where that is us, else by its whole path. */
function ourProgram(): string {
  const path = process.execPath
  if (!basename(path).startsWith('telltale') || Bun.which('telltale') === path) return 'telltale'
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path}'`
}

function show(config: Config, agent: Agent, options: SetupCommandOptions): void {
  const wanted = setupOptions(config, agent, options)
  const plain = !options.protocol && !options.hooks && !wanted.token && wanted.privacy === 3
  if (plain) print(agent.setupText(wanted).trimEnd())
  const files = setupFiles(agent, config)
  if (!plain) for (const file of files) print(`# ${file.path}\n${file.plan(undefined, wanted).trimEnd()}\n`)
  print(`\n# telltale setup ${agent.id} --apply writes this into ${files.map(({ path }) => path).join(' and ')}`)
  warn(agent.setup!.warnings(environmentOf(config), wanted))
}

function warn(warnings: string[]): void {
  for (const warning of warnings) process.stderr.write(`note: ${warning}\n`)
}

async function check(config: Config, asked: Agent[], options: SetupCommandOptions): Promise<void> {
  const states: SetupState[] = []
  for (const agent of asked) states.push(await setupState(agent, config, setupOptions(config, agent, options)))
  if (options.json) printDocument({ tools: Object.fromEntries(states.map(({ tool, ...state }) => [tool, state])) })
  else for (const state of states) printState(state)
  // Asked for all, a tool that is not here need not be set up.
  const matter = states.length > 1 ? states.filter(({ installed }) => installed) : states
  if (matter.some(({ configured }) => !configured)) process.exitCode = 1
}

const said = { here: 'sends here', elsewhere: 'sends to', off: 'sends nothing', unreadable: 'cannot be read:' }

function printState({ tool, installed, version, configured, hooks, files, warnings }: SetupState): void {
  const found = installed ? `installed${version ? ` (${version})` : ''}` : 'not installed'
  print(`${tool}: ${configured ? 'configured' : 'not configured'}, ${found}${hooks ? ', hooks on' : ''}`)
  for (const { path, state, endpoint, problem } of files)
    print(`  ${path}: ${said[state]}${state === 'elsewhere' ? ` ${endpoint}` : ''}${problem ? ` ${problem}` : ''}`)
  if (installed) warn(warnings)
}

type Planned = { file: SetupFile; before: string | undefined; after: string }

async function apply(
  config: Config,
  agent: Agent,
  options: SetupCommandOptions,
  onlyInstalled: boolean,
): Promise<void> {
  const wanted = setupOptions(config, agent, options)
  if (onlyInstalled && !(await setupState(agent, config, wanted)).installed) {
    print(`${agent.id}: not installed, left alone`)
    return
  }
  // Every file is planned before one is written, so that a broken one leaves all as they are.
  const plans = setupFiles(agent, config)
    .map((file) => planned(file, wanted))
    .filter(({ before, after }) => before !== after)
  warn(agent.setup!.warnings(environmentOf(config), wanted))
  if (plans.length === 0) {
    print(`${agent.id}: configured already, nothing to change`)
    return
  }
  for (const { file, before, after } of plans) print(difference(file.path, before, after))
  if (!options.yes) {
    if (!process.stdin.isTTY) throw new UsageError("this would change the tool's configuration as shown: say --yes")
    if (!(await confirm({ message: `Change the configuration of ${agent.name}?`, default: true }))) {
      print('nothing was changed')
      return
    }
  }
  for (const { file, before, after } of plans) {
    const copy = applyChange(config.home, agent.id, file.path, before, after)
    print(`${file.path}: written${copy ? `; as it was: ${copy}` : ''}`)
    if (file.sourced) print(`  add to your shell's profile:  . '${file.path}'`)
  }
  print(`${agent.id}: configured; it takes effect when the tool starts next (--undo takes it back)`)
}

function planned(file: SetupFile, options: SetupOptions): Planned {
  const before = readText(file.path)
  try {
    return { file, before, after: file.plan(before, options) }
  } catch (error) {
    if (error instanceof UnusableConfig) throw new Error(`${file.path} is left as it is: ${error.message}`)
    throw error
  }
}

async function takeBack(config: Config, agent: Agent, options: SetupCommandOptions): Promise<void> {
  if (changesOf(config.home, agent.id).length === 0) {
    print(`${agent.id}: nothing to take back`)
    return
  }
  const plan = planUndo(config.home, agent.id)
  for (const { path, text } of plan.files) {
    const now = readText(path)
    if (now !== text) print(difference(path, now, text))
  }
  if (!options.yes && process.stdin.isTTY && !(await confirm({ message: 'Take it back?', default: true }))) return
  undo(config.home, agent.id, plan)
  for (const { path, removed } of plan.files) print(`${path}: ${removed ? 'removed' : 'as it was'}`)
}

/** What is shown of a change; beside it a configuration may hold the keys of models. */
const difference = (path: string, before: string | undefined, after: string | undefined) =>
  redactText(
    createTwoFilesPatch(
      before === undefined ? '/dev/null' : path,
      after === undefined ? '/dev/null' : path,
      before ?? '',
      after ?? '',
      '',
      '',
      { context: 2 },
    ).replace(/^=+\n/, ''),
  )
