// service.ts: door two of a running program: imports one after the other, the watch, and what agents are here.
import { agents } from '#importers/index.ts'
import type { Env } from '#proto/agent.ts'
import { type Config, userHome } from '../config.ts'
import type { Core } from '../core.ts'
import type { Log } from '../log.ts'
import { type AiObserverOptions, importAiObserver } from './ai-observer/import.ts'
import { loadRecords } from './file-records.ts'
import { type FoundAgent, findAgents } from './find-agents.ts'
import {
  type ImportDeps,
  type ImportOptions,
  type ImportProgress,
  type ImportSummary,
  importTranscripts,
} from './import.ts'
import { ImportJob, type ImportStanding } from './import-job.ts'
import type { PathSettings } from './sources.ts'
import { type TranscriptWatch, type WatchOptions, type WatchStatus, watchTranscripts } from './watching.ts'

/** One line of an import's answer: where it is, and at last what it did. */
export type ImportLine = { progress: ImportProgress } | ImportSummary

export type TranscriptService = {
  /** Imports and tells how far it is; the last line is the summary. One import waits for the other. */
  importing(options: ImportOptions | AiObserverOptions, signal?: AbortSignal): AsyncGenerator<ImportLine>
  import(
    options: ImportOptions | AiObserverOptions,
    progress?: (progress: ImportProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImportSummary>
  /** Begins an import that nobody has to wait for; one that runs is left to itself. */
  begin(options: ImportOptions | AiObserverOptions): void
  /** The import that runs, else the last one, however it was asked for. */
  standing(): ImportStanding | undefined
  /** Stops the import that runs, after what it is writing; the next one goes on there. */
  stop(): void
  /** Begins to watch; a second call adds nothing. */
  watch(options: WatchOptions): Promise<void>
  watching(): WatchStatus | undefined
  /** The agents of this machine, and what of theirs was never imported. */
  findAgents(): Promise<FoundAgent[]>
  /** Ends the watch, and imports where they are: they go on there another time. */
  close(): Promise<void>
}

export const allTools: readonly string[] = agents.filter(({ transcripts }) => transcripts).map(({ id }) => id)

/** The environment that agents look at for their own folders. */
export function environmentOf(config: Pick<Config, 'environment'>): Env {
  return { home: userHome(config.environment), platform: process.platform, vars: config.environment }
}

/** The roots that the user set, by agent (contract §1). */
export function pathSettingsOf(config: Config): PathSettings {
  return {
    'claude-code': config.claudePath,
    codex: config.codexPath,
    gemini: config.geminiPath,
    opencode: config.opencodePath,
    copilot: config.copilotPath,
  }
}

/** Text of transcripts that is committed at once, in bytes. */
export type ImportLimits = Pick<ImportDeps, 'commitBytes'>

export function createTranscripts(core: Core, config: Config, log: Log, limits: ImportLimits = {}): TranscriptService {
  const env = environmentOf(config)
  const settings = pathSettingsOf(config)
  const deps: ImportDeps = { core, agents, env, settings, pricingMode: config.pricingMode, ...limits }
  let watch: TranscriptWatch | undefined
  const running = new Set<Promise<unknown>>()
  const jobs = new Set<ImportJob>()
  let lastJob: ImportJob | undefined
  const stopping = new AbortController()

  async function run(
    options: ImportOptions | AiObserverOptions,
    progress?: (progress: ImportProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImportSummary> {
    const job = new ImportJob('path' in options ? ['ai-observer'] : options.tools, options.dryRun === true)
    const own: ImportDeps = {
      ...deps,
      progress: (where) => {
        job.told(where)
        progress?.(where)
      },
      signal: AbortSignal.any([stopping.signal, job.signal, ...(signal ? [signal] : [])]),
    }
    const work = 'path' in options ? importAiObserver(options, own) : importTranscripts(options, own)
    signal?.addEventListener('abort', () => job.stop())
    running.add(work)
    jobs.add(job)
    try {
      const summary = await work
      job.done(summary)
      return summary
    } catch (error) {
      job.failed(error)
      throw error
    } finally {
      running.delete(work)
      jobs.delete(job)
      lastJob = job
    }
  }

  async function* importing(
    options: ImportOptions | AiObserverOptions,
    signal?: AbortSignal,
  ): AsyncGenerator<ImportLine> {
    let latest: ImportProgress | undefined
    let wake = () => {}
    let done = false
    const result = run(
      options,
      (progress) => {
        latest = progress
        wake()
      },
      signal,
    ).finally(() => {
      done = true
      wake()
    })
    // Told again below; without this a failure before the first wait would count as nobody's.
    result.catch(() => {})
    while (!done) {
      await new Promise<void>((resolve) => {
        wake = resolve
        if (latest || done) resolve()
      })
      if (latest) yield { progress: latest }
      latest = undefined
    }
    yield await result
  }

  /** Imports take turns: the first that still runs is the one that reads. */
  const current = () => jobs.values().next().value ?? lastJob

  return {
    importing,
    import: run,
    begin(options) {
      if (jobs.size > 0) return
      run(options).catch((error: unknown) => log.error('the history could not be imported', { error }))
    },
    standing: () => current()?.standing(),
    stop() {
      for (const job of jobs) job.stop()
    },
    async watch(options) {
      watch ??= await watchTranscripts(options, { core, agents, env, settings, log })
    },
    watching: () => watch?.status(),
    async findAgents() {
      const records = await core.store.reader((reader) => loadRecords(reader, allTools))
      return findAgents(agents, env, settings, records)
    },
    async close() {
      stopping.abort()
      await watch?.close()
      watch = undefined
      await Promise.allSettled(running)
    },
  }
}
