// setup-state.ts: whether a tool is installed here, and whether its configuration sends telemetry to us.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Agent, Env } from '#proto/agent.ts'
import { type SetupFile, type SetupOptions, UnusableConfig } from '#proto/setup.ts'
import { type Config, userHome } from '../config.ts'
import { redactText } from '../ingest/privacy/secrets.ts'
import { readText } from './edit-file.ts'

/** What a file says: sends to us, to somebody else, nothing; or it cannot be read. */
export type FileState = {
  path: string
  state: 'here' | 'elsewhere' | 'off' | 'unreadable'
  endpoint?: string
  problem?: string
}

export type SetupState = {
  tool: string
  installed: boolean
  version?: string
  /** Every file says so. */
  configured: boolean
  hooks: boolean
  files: FileState[]
  warnings: string[]
}

export const environmentOf = (config: Config): Env => ({
  home: userHome(config.environment),
  platform: process.platform,
  vars: config.environment,
})

/** The files of an agent's setup; none for an agent that has no setup. */
export const setupFiles = (agent: Agent, config: Config): SetupFile[] =>
  agent.setup?.files(environmentOf(config), join(config.home, 'env')) ?? []

/** Reads the machine; `agent` must have a setup. Its program is run for its version unless that is not wanted. */
export async function setupState(
  agent: Agent,
  config: Config,
  options: SetupOptions,
  wanted: { version: boolean } = { version: true },
): Promise<SetupState> {
  const setup = agent.setup!
  const env = environmentOf(config)
  const program = Bun.which(setup.program, { PATH: env.vars.PATH ?? '' })
  const files = setupFiles(agent, config)
  const states = files.map((file) => fileState(file, env, options))
  const version = program && wanted.version ? await versionOf(program) : undefined
  return {
    tool: agent.id,
    installed: program !== null || setup.traces(env).some((folder) => existsSync(folder)),
    ...(version ? { version } : {}),
    configured: states.every(({ state }) => state === 'here'),
    hooks: files.some((file) => {
      try {
        return file.hooked?.(readText(file.path)) ?? false
      } catch {
        return false
      }
    }),
    files: states,
    warnings: setup.warnings(env, options),
  }
}

function fileState(file: SetupFile, env: Env, options: SetupOptions): FileState {
  const { path } = file
  try {
    // What a shell has already is what counts; the file is for the next one.
    const endpoint = (file.variable ? env.vars[file.variable] : undefined) ?? file.endpoint(readText(path))
    if (endpoint === undefined) return { path, state: 'off' }
    if (endpoint === '') return { path, state: 'here' }
    // An address may hold a password, and a parser quotes what it stumbled over; what doctor says is pasted into bug reports.
    return { path, state: isOurs(endpoint, options) ? 'here' : 'elsewhere', endpoint: redactText(endpoint) }
  } catch (error) {
    if (error instanceof UnusableConfig || error instanceof Error)
      return { path, state: 'unreadable', problem: redactText(error.message) }
    throw error
  }
}

/** The same host and port as one of ours; all names of the loopback are one. */
function isOurs(endpoint: string, { otlpUrl, grpcUrl }: SetupOptions): boolean {
  const asked = placeOf(endpoint)
  return asked !== undefined && (asked === placeOf(otlpUrl) || asked === placeOf(grpcUrl))
}

function placeOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  const host = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname) ? 'loopback' : hostname
  return `${host}:${port || (protocol === 'https:' ? '443' : '80')}`
}

async function versionOf(program: string): Promise<string | undefined> {
  try {
    const child = Bun.spawn([program, '--version'], {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'ignore',
      timeout: 5000,
    })
    const text = await new Response(child.stdout).text()
    return text.split('\n')[0]?.trim() || undefined
  } catch {
    return undefined
  }
}
