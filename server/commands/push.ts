// push.ts: `telltale push --to URL`: sends what is new in this machine's transcripts to a shared telltale.
import { hostname, userInfo } from 'node:os'
import { agents } from '#importers/index.ts'
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { reasonOf } from '#watcher/files.ts'
import { watchRoots } from '#watcher/watch.ts'
import { type Config, isLoopback } from '../config.ts'
import { createPrivacy } from '../ingest/privacy/privacy.ts'
import { oneLine } from '../log.ts'
import type { FileRecord } from '../transcripts/file-records.ts'
import { Progress } from '../transcripts/progress.ts'
import { isRead, lookAt, readFile, type Step } from '../transcripts/read-file.ts'
import { allTools, environmentOf, pathSettingsOf } from '../transcripts/service.ts'
import { filesOf, type SourceFile, sourcesOf } from '../transcripts/sources.ts'
import { UsageError } from '../usage-error.ts'
import { printDocument } from './document.ts'
import { progressBar } from './progress-bar.ts'
import { BatchRefused, createSender, type Sender } from './push-sender.ts'
import { bytes, count } from './words.ts'

export type PushOptions = { to?: string; tool?: string; as?: string; watch?: boolean; json?: boolean }

type Sums = { files: number; unchangedFiles: number; calls: number; toolCalls: number; messages: number }

/** Transcript text that goes at once: a fraction of a second's work for the server, and little to send again. */
const batchBytes = 4 * 1024 * 1024
/** A server that is started again is back by then. */
const patienceMs = 30_000
const settleMs = 300
const restMs = 5_000

/** @throws UsageError for an address or tool that cannot be used; Error when the server cannot be reached or refuses. */
export async function push(config: Config, options: PushOptions): Promise<void> {
  const to = addressOf(options.to)
  const tools = toolsOf(options.tool)
  if (to.protocol === 'http:' && !isLoopback(to.hostname.replace(/^\[|\]$/g, '')))
    process.stderr.write(`telltale: ${to.origin} is not encrypted: whoever is on the way can read what is sent\n`)
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
  const host = options.as?.trim() || hostname()
  const { signal } = stopping
  const sender = createSender({
    to,
    token: config.token,
    host,
    user: userName(),
    patienceMs: options.watch ? undefined : patienceMs,
    signal,
  })
  const pushing = new Pushing(config, tools, sender)
  const started = performance.now()
  try {
    await pushing.begin()
    await pushing.all(!options.json)
    if (options.watch) await follow(pushing, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  report(pushing, { to, host, json: options.json === true, durationMs: Math.round(performance.now() - started) })
}

function addressOf(to: string | undefined): URL {
  if (to !== undefined && URL.canParse(to) && /^https?:$/.test(new URL(to).protocol)) return new URL(to)
  throw new UsageError(
    `--to: ${to === undefined ? 'give the address of the other telltale’s page' : `${JSON.stringify(to)} is no address`}, such as --to http://server:8080`,
  )
}

function toolsOf(tool: string | undefined): readonly string[] {
  if (tool === undefined || tool === 'all') return allTools
  const named = tool.split(',')
  for (const one of named)
    if (!allTools.includes(one))
      throw new UsageError(`--tool: ${JSON.stringify(one)} is not known; use ${allTools.join(', ')} or all`)
  return named
}

/** The name under which this user works here; a container may have none. */
function userName(): string | undefined {
  try {
    return userInfo().username || undefined
  } catch {
    return undefined
  }
}

/** What is read and sent; how far is what the other side says. */
class Pushing {
  readonly sources
  readonly skipped: { path: string; line?: number; reason: string }[] = []
  readonly sums: Record<string, Sums> = {}
  readBytes = 0
  #records = new Map<string, FileRecord>()
  #telemetry: Telemetry = noTelemetry()
  #reached = new Map<string, FileRecord>()
  #waiting = 0
  readonly #privacy

  constructor(
    config: Config,
    tools: readonly string[],
    readonly sender: Sender,
  ) {
    this.sources = sourcesOf(agents, tools, environmentOf(config), pathSettingsOf(config))
    // What this machine would not keep does not leave it either.
    this.#privacy = createPrivacy({ tier: config.privacy, redact: config.redact })
    for (const tool of tools) this.sums[tool] = { files: 0, unchangedFiles: 0, calls: 0, toolCalls: 0, messages: 0 }
  }

  async begin(): Promise<void> {
    this.#records = new Map((await this.sender.files()).map((record) => [record.path, record]))
  }

  /** Everything there is, the newest first. */
  async all(isShown: boolean): Promise<void> {
    const found: { file: SourceFile; size: number; modifiedMs: number }[] = []
    for (const source of this.sources) {
      const { files, unreadable } = filesOf(source)
      for (const { path, reason } of unreadable) this.skipped.push({ path, reason })
      for (const file of files) {
        const sums = this.sums[source.agent.id]!
        const kind = source.transcripts.kind(file.path)
        sums.files++
        const look = lookAt(file.path, kind)
        if (isRead(file.path, kind, this.#records.get(file.path))) sums.unchangedFiles++
        else if (look) found.push({ file, size: look.size, modifiedMs: look.mtimeMs })
      }
    }
    found.sort((a, b) => b.modifiedMs - a.modifiedMs)
    const bar = progressBar(isShown)
    const sizes = found.map(({ size }) => size)
    const progress = new Progress(sizes, (where) => bar.show(where))
    try {
      for (const { file } of found) {
        await this.read(file, true, (read) => progress.read(file.path, read))
        progress.fileDone()
      }
      await this.flush()
      progress.end()
    } finally {
      bar.stop()
    }
  }

  /** What is new in one file; sent when enough has gathered. `unfinished`: also a last line without an end. */
  async read(file: SourceFile, unfinished: boolean, told: (bytes: number) => void = () => {}): Promise<void> {
    const { path, source } = file
    const known = this.#reached.get(path) ?? this.#records.get(path)
    const kind = source.transcripts.kind(path)
    if (isRead(path, kind, known)) return
    const steps = readFile(file, known, { unfinished, fromBeginning: known !== undefined && known.fromOffset > 0 })
    for (;;) {
      let next: IteratorResult<Step, void>
      try {
        next = await steps.next()
      } catch (error) {
        // One file that cannot be read is one file.
        this.skipped.push({ path, reason: reasonOf(error) })
        return
      }
      if (next.done) return
      await this.#add(path, next.value)
      told(next.value.bytes)
    }
  }

  async #add(path: string, step: Step): Promise<void> {
    for (const skipped of step.skipped) this.skipped.push({ path, ...skipped })
    // A slice stands alone where it is large, so that one that is refused takes no other with it.
    if (this.#waiting > 0 && this.#waiting + step.bytes > batchBytes) await this.flush()
    const { calls, toolCalls, messages } = step.telemetry
    const sums = this.sums[step.record.tool]!
    sums.calls += calls.length
    sums.toolCalls += toolCalls.length
    sums.messages += messages.length
    this.readBytes += step.bytes
    this.#waiting += step.bytes
    const kept = this.#privacy.apply(step.telemetry)
    for (const kind of Object.keys(kept) as (keyof Telemetry)[])
      for (const record of kept[kind]) (this.#telemetry[kind] as unknown[]).push(record)
    this.#reached.set(path, step.record)
    if (this.#waiting >= batchBytes) await this.flush()
  }

  /** Sends what has gathered; when it resolves, that is on the other's disk, and so is how far it goes. */
  async flush(): Promise<void> {
    if (this.#reached.size === 0) return
    const telemetry = this.#telemetry
    const files = [...this.#reached.values()]
    try {
      await this.sender.send(telemetry, files)
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error
      await this.sender.send(noTelemetry(), files)
      for (const { path } of files) this.skipped.push({ path, reason: `too large to be sent: ${error.message}` })
    }
    for (const file of files) this.#records.set(file.path, file)
    this.#telemetry = noTelemetry()
    this.#reached = new Map()
    this.#waiting = 0
  }
}

/** Sends what is written from now on, until a signal. */
async function follow(pushing: Pushing, signal: AbortSignal): Promise<void> {
  const due = new Map<string, { file: SourceFile; atMs: number; unfinished: boolean }>()
  let wake = () => {}
  const roots = pushing.sources.flatMap((source) =>
    [source.root, ...(source.transcripts.companions?.(source.root) ?? [])].map((path) => ({
      path,
      match: source.transcripts.match,
      avoid: source.transcripts.avoid,
      source,
    })),
  )
  const watching = watchRoots({
    roots,
    changed(path, root) {
      const { source } = root as (typeof roots)[number]
      due.set(path, { file: { source, path }, atMs: Date.now() + settleMs, unfinished: false })
      wake()
    },
    trouble: (message) => process.stderr.write(`telltale: ${oneLine(message)}\n`),
  })
  signal.addEventListener('abort', () => wake())
  try {
    while (!signal.aborted) {
      const now = Date.now()
      const ready = [...due.values()].filter(({ atMs }) => atMs <= now)
      for (const { file, unfinished } of ready) {
        due.delete(file.path)
        await pushing.read(file, unfinished)
        // A last line that stays without an end is told once its file is at rest.
        if (!unfinished && !due.has(file.path)) due.set(file.path, { file, atMs: now + restMs, unfinished: true })
      }
      await pushing.flush()
      const next = Math.min(...[...due.values()].map(({ atMs }) => atMs))
      await new Promise<void>((resolve) => {
        wake = resolve
        if (signal.aborted) resolve()
        else if (Number.isFinite(next)) setTimeout(resolve, Math.max(0, next - Date.now()))
      })
    }
  } finally {
    await watching.close()
  }
}

function report(
  pushing: Pushing,
  { to, host, json, durationMs }: { to: URL; host: string; json: boolean; durationMs: number },
): void {
  const { sums, skipped, readBytes, sender } = pushing
  if (json) {
    const answer = {
      to: to.origin,
      host,
      tools: sums,
      skipped,
      bytes: readBytes,
      sentBytes: sender.sentBytes(),
      durationMs,
    }
    printDocument(answer)
    return
  }
  for (const [tool, of] of Object.entries(sums)) {
    if (of.files === 0) continue
    process.stdout.write(
      `${tool.padEnd(12)}${count(of.files)} files (${count(of.unchangedFiles)} unchanged), ${count(of.calls)} requests, ${count(of.messages)} messages\n`,
    )
  }
  process.stdout.write(
    `pushed ${bytes(readBytes)} as ${bytes(sender.sentBytes())} to ${to.origin} in ${(durationMs / 1000).toFixed(1)} s\n`,
  )
  if (skipped.length > 0) process.stdout.write(`${count(skipped.length)} records could not be read\n`)
}
