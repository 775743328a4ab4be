// testing.ts: a core in a temporary folder, and trees of transcripts, for tests of imports and watches.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { agents } from '#importers/index.ts'
import type { Env } from '#proto/agent.ts'
import { loadConfig } from '../config.ts'
import { type Core, openCore } from '../core.ts'
import { createLog } from '../log.ts'
import { type ImportDeps, type ImportOptions, type ImportSummary, importTranscripts } from './import.ts'

export const fixtures = resolve(import.meta.dir, '../../fixtures')
export const allTools = agents.map(({ id }) => id)

export type Bench = {
  folder: string
  /** The user's home: transcripts are put below it. */
  home: string
  core: Core
  deps: ImportDeps
  import(options?: Partial<ImportOptions>): Promise<ImportSummary>
  /** Closes and opens the database, as a restart does. */
  restart(): Promise<void>
  all(sql: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** Opens an empty database, with the recorded transcripts of these agents in the user's home. */
export async function openBench(recorded: readonly string[] = []): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-transcripts-'))
  const home = join(folder, 'home')
  mkdirSync(home)
  for (const agent of recorded) cpSync(join(fixtures, agent, 'transcripts'), home, { recursive: true })
  const config = loadConfig({ home: join(folder, 'telltale') }, { HOME: home })
  mkdirSync(config.home, { recursive: true })
  const log = createLog('ERROR')
  const env: Env = { home, platform: 'linux', vars: {} }
  const bench: Bench = {
    folder,
    home,
    core: await openCore(config, log),
    get deps() {
      return { core: bench.core, agents, env, settings: {}, pricingMode: 'auto' as const }
    },
    import: (options = {}) => importTranscripts({ tools: allTools, ...options }, bench.deps),
    async restart() {
      await bench.core.close()
      bench.core = await openCore(config, log)
    },
    all: (sql) => bench.core.store.all(sql),
    async close() {
      await bench.core.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}
