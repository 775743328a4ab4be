// serve.ts: the receivers, the API and the page, on one database, until a signal.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { agents } from '#importers/index.ts'
import type { Ask } from '../api/index.ts'
import { type ApiServer, listenApi } from '../api/serve.ts'
import type { Doors as ToldByDoors } from '../api/status/doors.ts'
import { version } from '../cli.ts'
import { type Config, checkExposure } from '../config.ts'
import { type Core, openCore } from '../core.ts'
import { createGiveBack } from '../ingest/removal/give-back.ts'
import { keepWithin } from '../ingest/removal/retention.ts'
import { createLog, type Log } from '../log.ts'
import { mcpRoutes } from '../mcp/http.ts'
import { createAdmission } from '../receivers/admission.ts'
import { storeHooks } from '../receivers/hooks.ts'
import { listenOtlpGrpc } from '../receivers/otlp-grpc.ts'
import { listenOtlpHttp, type Receiver } from '../receivers/otlp-http-server.ts'
import { removeServerFile, writeServerFile } from '../server-file.ts'
import { poolIsLargeEnough } from '../store/pool-check.ts'
import { poolThreads } from '../store/pool-size.ts'
import { createTranscripts, type TranscriptService } from '../transcripts/service.ts'
import { aboutMcp } from './about-mcp.ts'
import { extraRoutes } from './extra-routes.ts'
import { offerHistory } from './first-start.ts'
import { machineRoutes } from './machine-routes.ts'
import { ownMemory } from './own-memory.ts'
import { watchedTools } from './watch.ts'

/** `receive: false` opens no OTLP ports; `offer` tells of history that was never imported. */
export type ServeOptions = {
  watch?: boolean | string[]
  backfill?: boolean
  open?: boolean
  offer?: boolean
  receive?: boolean
}

/** Runs until SIGTERM or SIGINT; then finishes what is in flight, commits, checkpoints, and resolves. */
export async function serve(config: Config, options: ServeOptions = {}): Promise<void> {
  const log = createLog(config.logLevel)
  const stopped = stopSignal()
  const server = await startServer(config, log, options)
  try {
    for (const [name, url] of [
      ['dashboard', server.apiUrl],
      ['OTLP/HTTP', server.otlpUrl],
      ['OTLP/gRPC', server.grpcUrl],
    ])
      if (url) process.stdout.write(`${name}  ${url}\n`)
    if (options.offer && !options.backfill) void offerHistory(server.transcripts, log)
    if (options.open) openBrowser(server.apiUrl)
    const signal = await stopped
    log.info('stopping', { signal })
  } finally {
    await server.close()
  }
  // Its promise would keep the process until the database has ended it; everything is on disk.
  if (server.hasStuckStatement()) process.exit(0)
}

/** A server in this process. */
export type OwnServer = {
  apiUrl: string
  otlpUrl: string | null
  grpcUrl: string | null
  transcripts: TranscriptService
  /** Finishes what is in flight, commits, checkpoints. */
  close(): Promise<void>
  /** Whether the database works on a statement that it could not be made to stop. */
  hasStuckStatement(): boolean
}

/** Opens the database and the ports and leaves word of them in the home. @throws Error with a message for the user. */
export async function startServer(config: Config, log: Log, options: ServeOptions = {}): Promise<OwnServer> {
  process.umask(0o077)
  // Before anything is opened: a wrong name is said at once.
  const tools = watchedTools(options.watch)
  // A database that is not there yet has no tokens; nothing is made for a server that may not start.
  if (!existsSync(config.database)) checkExposure(config, false)
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  const ownerToken = randomBytes(32).toString('base64url')
  const core = await openCore(config, log, { ownerToken })
  const doors: Doors = { receivers: [], apiUrl: '', otlpUrl: null, grpcUrl: null }
  let stopRetention = async () => {}
  const transcripts = createTranscripts(core, config, log)
  async function close(): Promise<void> {
    await stopRetention()
    await transcripts.close()
    // Receivers first: whoever still sends is told to come back, and what was accepted is committed before the end.
    await Promise.all(doors.receivers.map((receiver) => receiver.stop(5000)))
    await core.close()
    await doors.api?.stop()
    removeServerFile(config.home)
  }
  try {
    checkExposure(config, core.tokens.required())
    await openDoors(config, core, transcripts, log, doors, options.receive ?? true)
    // Whoever hears that we run may write at once: what comes after that is new.
    if (tools.length > 0) await transcripts.watch({ tools, backfill: options.backfill })
    announce(config, doors, ownerToken)
    const limits = { seconds: config.retentionSeconds, bytes: config.retentionBytes }
    if (limits.seconds || limits.bytes) {
      const { store, ledger, ingest } = core
      const giveBack = createGiveBack({
        store,
        told: log.info,
        lastCommitUnixMs: () => ingest.stats().lastCommitUnixMs,
      })
      stopRetention = keepWithin(limits, { store, ledger, told: log.info, giveBack })
    }
  } catch (error) {
    await close()
    throw error
  }
  const { apiUrl, otlpUrl, grpcUrl } = doors
  return { apiUrl, otlpUrl, grpcUrl, transcripts, close, hasStuckStatement: () => core.store.queries().stuck > 0 }
}

type Doors = {
  receivers: Receiver[]
  api?: ApiServer
  apiUrl: string
  otlpUrl: string | null
  grpcUrl: string | null
}

async function openDoors(
  config: Config,
  core: Core,
  transcripts: TranscriptService,
  log: Log,
  doors: Doors,
  receive: boolean,
): Promise<void> {
  const { host, frontendUrl, bodyBytesMax, otlpPort, grpcPort, apiPort } = config
  const { authorize } = core.tokens
  const admission = createAdmission({ bodyBytesMax, residentBytes: ownMemory(core.store) })
  const told: ToldByDoors = { admission: admission.stats, poolIsLargeEnough: tryPool(log) }
  const common = { host, frontendUrl, authorize, bodyBytesMax, admission, ingest: core.ingest, log }
  if (receive) {
    const hooks = storeHooks(core.ingest)
    const otlp = await claim('--otlp-port', otlpPort, () => listenOtlpHttp({ ...common, port: otlpPort, hooks }))
    doors.receivers.push(otlp)
    doors.otlpUrl = urlOf(host, otlp.port)
    told.otlpHttp = otlp.stats
  }
  if (receive && grpcPort !== 0) {
    const grpc = await claim('--grpc-port', grpcPort, () => listenOtlpGrpc({ ...common, port: grpcPort }))
    doors.receivers.push(grpc)
    doors.grpcUrl = urlOf(host, grpc.port)
    told.otlpGrpc = grpc.stats
  }
  const urls = { otlpUrl: doors.otlpUrl ?? '', grpcUrl: doors.grpcUrl }
  const mounts = [
    ...extraRoutes(core, transcripts),
    machineRoutes(config),
    (ask: Ask) => mcpRoutes(ask, version, aboutMcp),
  ]
  const { page } = await import('./page-import.ts')
  const shown = { page, core, agents, doors: told, version, startedAt: new Date(), urls, mounts }
  doors.api = await claim('--api-port', apiPort, () => listenApi({ ...common, ...shown, port: apiPort }))
  doors.apiUrl = urlOf(host, doors.api.port)
}

/** Finds out beside everything else whether slow queries leave threads for the writer; asked later, `null` is "not yet". */
function tryPool(log: Log): () => boolean | null {
  let isEnough: boolean | null = null
  poolIsLargeEnough().then(
    (answer) => {
      isEnough = answer
      if (!answer) log.warn(`slow queries can delay what arrives: start with UV_THREADPOOL_SIZE=${poolThreads} set`)
    },
    (error) => log.warn('whether the work pool is large enough could not be tried', { error }),
  )
  return () => isEnough
}

/** Opens a port; a failure names the flag that chooses another. */
async function claim<T>(flag: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const message = error instanceof Error ? error.message : String(error)
    if (/EADDRINUSE|in use/i.test(`${code} ${message}`)) {
      throw new Error(`port ${port} is in use by another program; stop it, or choose another port with ${flag}`)
    }
    if (/EACCES|permission/i.test(`${code} ${message}`)) {
      throw new Error(`port ${port} may not be opened by this user; choose one above 1023 with ${flag}`)
    }
    throw new Error(`port ${port} (${flag}) cannot be opened: ${message}`)
  }
}

/** The address a person types: loopback by its number, IPv6 in brackets, "every address" as this machine. */
function urlOf(host: string, port: number): string {
  const shown =
    host === '0.0.0.0' || host === 'localhost' || host === '::1'
      ? '127.0.0.1'
      : host === '::'
        ? '[::1]'
        : host.includes(':')
          ? `[${host}]`
          : host
  return `http://${shown}:${port}`
}

/** Leaves word of the ports for commands of this home. */
function announce(config: Config, { apiUrl, otlpUrl, grpcUrl }: Doors, ownerToken: string): void {
  writeServerFile(
    config.home,
    { pid: process.pid, version, startedAt: new Date().toISOString(), apiUrl, otlpUrl: otlpUrl ?? '', grpcUrl },
    ownerToken,
  )
}

/** The first SIGTERM or SIGINT; a second one ends at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1)
        asked = true
        resolve(signal)
      })
    }
  })
}

function openBrowser(url: string): void {
  const command =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', url]
        : ['xdg-open', url]
  try {
    Bun.spawn(command, { stdout: 'ignore', stderr: 'ignore', stdin: 'ignore' }).unref()
  } catch {
    // No browser to be opened from here: the URL stands on the screen.
  }
}
