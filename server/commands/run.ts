// run.ts: `telltale run -- COMMAND`: an agent with its telemetry pointed here by its environment alone, and what it used.
import { constants } from 'node:os'
import { agents } from '#importers/index.ts'
import type { SetupOptions } from '#proto/setup.ts'
import type { Config } from '../config.ts'
import { createLog } from '../log.ts'
import { callerHeaders } from '../server-file.ts'
import { UsageError } from '../usage-error.ts'
import { type Client, connect } from './client.ts'
import { documentOf } from './document.ts'
import { readText } from './edit-file.ts'
import { openRunDoor, type RunDoor } from './run-door.ts'
import { runAttribute, runEnvironment } from './run-environment.ts'
import { giveBackLeft, makeRunFolder, type RunFolder } from './run-folder.ts'
import { runText, type SessionSums, sessionSums, usedBetween } from './run-sums.ts'
import { type OwnServer, startServer } from './serve.ts'
import { environmentOf } from './setup-state.ts'

export type RunOptions = { json?: boolean; quiet?: boolean; budget?: string }

/** How long a server that went is looked for before its place is taken. */
const triesMax = 20

/**
 * Runs the command and exits as it does (128 and the number for a signal), or with 3 when it cost more than the budget. Its
 * output is its own: the summary goes to stderr; with `--json` one line comes last on stdout.
 */
export async function run(config: Config, command: string[], options: RunOptions): Promise<number> {
  const budget = budgetOf(options.budget)
  if (command.length === 0)
    throw new UsageError('give the command after --, such as: telltale run -- claude -p "hello"')
  const program = Bun.which(command[0]!, { PATH: process.env.PATH ?? '' })
  if (!program) throw new UsageError(`${JSON.stringify(command[0])} is not found in PATH`)
  // A server of our own keeps what it makes to its owner; what the agent makes is the agent's.
  const umask = process.umask()
  const started = new Date()
  const runId = crypto.randomUUID()
  giveBackLeft(config.home)
  const server = new Server(config)
  await server.client()
  const before = new Map<string, SessionSums>()
  const door = openRunDoor(config.bodyBytesMax, server.forward, async (session) => {
    const sums = await sessionSums(await server.client(), session, started.toISOString()).catch(() => none)
    before.set(session, sums)
  })
  const folders: RunFolder[] = []
  try {
    const environment = environmentWith(config, door, runId, folders)
    const end = await runCommand(command, environment, umask, options.json === true)
    await door.idle()
    const used = await usedBy(await server.client(), door, before, runId, started)
    const isOver = budget !== undefined && (used.totals.costUsd ?? 0) > budget
    if (options.json) {
      const { totals, models, sessions } = used
      const durationMs = Date.now() - started.getTime()
      const budgeted = budget === undefined ? {} : { budgetUsd: budget, budgetExceeded: isOver }
      const document = { command, ...end.told, durationMs, sessions, ...totals, models, ...budgeted }
      process.stdout.write(`${end.isLineOpen ? '\n' : ''}${documentOf(document)}`)
    } else if (!options.quiet) process.stderr.write(runText(used, used.sessions.length))
    if (isOver && !options.quiet) process.stderr.write(`telltale: it cost more than the budget of $${budget}\n`)
    return isOver ? 3 : end.code
  } finally {
    for (const folder of folders) folder.giveBack()
    await door.stop()
    await server.close()
  }
}

const none: SessionSums = { models: new Map(), toolCalls: 0 }

function budgetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text.replace(/^\$/, ''))
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new UsageError(`--budget: ${JSON.stringify(text)} is no amount; use dollars, such as 2.50`)
}

/** The server that runs, or one of our own while none does. */
class Server {
  #own: OwnServer | undefined
  #client: Client | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(readonly config: Config) {}

  /** @throws Error when there is none and none can be started. */
  client(): Promise<Client> {
    const turn = this.#turn.then(() => this.#found())
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #found(): Promise<Client> {
    if (this.#client) return this.#client
    for (let tries = 1; ; tries++) {
      // One without its OTLP ports does not help an agent.
      const running = await connect(this.config)
      if (running?.server?.otlpUrl) {
        this.#client = running
        return running
      }
      try {
        this.#own = await this.#started()
      } catch (error) {
        // Another run may be starting one, or ending its own.
        if (tries >= triesMax) throw error
        await Bun.sleep(100)
      }
    }
  }

  /**
   * On the usual ports where they are free: an agent that `setup` was applied to sends there whatever its environment says.
   */
  async #started(): Promise<OwnServer> {
    const local = { ...this.config, host: '127.0.0.1', apiPort: 0 }
    const log = createLog('ERROR')
    try {
      return await startServer(local, log)
    } catch (error) {
      if (!(error instanceof Error) || !/port \d+ is in use/.test(error.message)) throw error
      return startServer({ ...local, otlpPort: 0, grpcPort: 0 }, log)
    }
  }

  /** Hands a request to it; one whose server went is handed to the next. */
  readonly forward = async (
    path: string,
    init: { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> },
  ): Promise<Response> => {
    for (let tries = 1; ; tries++) {
      const { server } = await this.client()
      const headers = { ...init.headers, ...callerHeaders(this.config) }
      try {
        const response = await fetch(new URL(path, server!.otlpUrl), { method: 'POST', headers, body: init.body })
        if (response.status !== 503 || tries >= triesMax) return response
      } catch (error) {
        if (tries >= triesMax) throw error
      }
      if (!this.#own) this.#client = undefined
      await Bun.sleep(100)
    }
  }

  async close(): Promise<void> {
    await this.#own?.close()
  }
}

/** What the agent finds in its environment; agents that read files get folders, which have to be given back. */
function environmentWith(config: Config, door: RunDoor, runId: string, folders: RunFolder[]): Record<string, string> {
  const env = environmentOf(config)
  const options: SetupOptions = {
    otlpUrl: door.url,
    grpcUrl: door.url,
    protocol: 'http/protobuf',
    privacy: config.privacy,
    hooks: false,
    hook: '',
  }
  const variables = runEnvironment(env, options, runId)
  for (const { setup } of agents) {
    if (!setup?.runFolder) continue
    const { variable, folder, file } = setup.runFolder
    const real = folder(env)
    const planned = setup.files(env, config.home).find(({ path }) => path.endsWith(`/${file}`))
    if (!planned) continue
    try {
      const made = makeRunFolder(config.home, real, file, planned.plan(readText(planned.path), options))
      folders.push(made)
      variables[variable] = made.path
    } catch (error) {
      // A broken configuration is the agent's to tell; it runs without telemetry.
      process.stderr.write(
        `telltale: ${planned.path} is left as it is: ${error instanceof Error ? error.message : error}\n`,
      )
    }
  }
  return variables
}

type End = { code: number; told: { exitCode: number; signal?: string }; isLineOpen: boolean }

/** Runs it to its end with our own terminal, and passes on the signals that it does not get by itself. */
async function runCommand(
  command: string[],
  env: Record<string, string>,
  umask: number,
  isFollowed: boolean,
): Promise<End> {
  // Where a document follows into a file or pipe, it has to begin a line of its own.
  const passes = isFollowed && !process.stdout.isTTY
  const ours = process.umask(umask)
  const child = Bun.spawn(command, { env, stdin: 'inherit', stdout: passes ? 'pipe' : 'inherit', stderr: 'inherit' })
  process.umask(ours)
  const forwards = new Map<NodeJS.Signals, () => void>()
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) {
    // What a person types in the terminal reaches the whole group.
    const isTyped = (signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY
    const forward = () => {
      if (!isTyped) child.kill(signal)
    }
    forwards.set(signal, forward)
    process.on(signal, forward)
  }
  let last = 10
  if (child.stdout instanceof ReadableStream) {
    for await (const chunk of child.stdout) {
      last = chunk.at(-1) ?? last
      if (!process.stdout.write(chunk)) await new Promise<void>((resolve) => process.stdout.once('drain', resolve))
    }
  }
  await child.exited
  for (const [signal, forward] of forwards) process.off(signal, forward)
  // Bun's types allow a number, too; it is a name.
  const signal = child.signalCode as NodeJS.Signals | null
  const code = signal ? 128 + constants.signals[signal] : (child.exitCode ?? 1)
  return { code, told: { exitCode: code, ...(signal ? { signal } : {}) }, isLineOpen: last !== 10 }
}

/** Of the sessions that came by the door, and of those that say by an attribute that they are this run's. */
async function usedBy(
  client: Client,
  door: RunDoor,
  before: ReadonlyMap<string, SessionSums>,
  runId: string,
  started: Date,
) {
  const sessions = new Set([...door.sessions(), ...(await taggedSessions(client, runId))])
  const pairs: { before: SessionSums; after: SessionSums }[] = []
  for (const session of sessions) {
    const earlier = before.get(session) ?? (await sessionSums(client, session, started.toISOString()))
    pairs.push({ before: earlier, after: await sessionSums(client, session) })
  }
  return { ...usedBetween(pairs), sessions: [...sessions] }
}

async function taggedSessions(client: Client, runId: string): Promise<string[]> {
  const has = `session_id is not null and contains(resource_attributes, '"${runAttribute}":"${runId}"')`
  const parts = ['logs', 'spans', 'metric_points'].map((table) => `select session_id from ${table} where ${has}`)
  const sql = `select distinct session_id from (${parts.join(' union all ')})`
  try {
    const { rows } = await client.send<{ rows: unknown[][] }>('POST', '/api/sql', { sql, limit: 1000 })
    return rows.map(([session]) => String(session)).filter((session) => session !== '')
  } catch {
    // A large database may take too long for a question that is only for agents with addresses of their own.
    return []
  }
}
