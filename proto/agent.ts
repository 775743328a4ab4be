// agent.ts: the questions an agent's folder in importers/ answers.
import type { MetricCatalogue } from './metric-facts.ts'
import type { Setup } from './setup.ts'
import type { Telemetry } from './telemetry.ts'

/** The environment a reader of transcripts looks at; given, never read from `process.env` inside importers. */
export type Env = { home: string; platform: NodeJS.Platform; vars: Record<string, string | undefined> }

/** One whole line of a transcript file without its end, and its number from 1. */
export type TranscriptLine = { text: string; line: number }

/** A transcript file as a reader is given it. */
export type TranscriptFile = {
  /** Absolute. */
  path: string
  /** The root it was found under, absolute. */
  root: string
  /** The file's time of change: stands in where a record has no time that can be true. */
  modifiedUnixNano: bigint
}

/** Something that could not be read as it stands; `line` from 1 where the file has lines. */
export type Skipped = { line?: number; reason: string }

/** What a slice of a file says. `unknown` counts records of types that this reader does not know. */
export type TranscriptSlice = { telemetry: Telemetry; skipped: Skipped[]; unknown?: Record<string, number> }

/**
 * Reads one file of one agent. It is fed whole lines in order and may keep state between them; `state()` is JSON that
 * is stored with the cursor, so that a reader opened later with it goes on as if it had never stopped. Every observation
 * has an id that follows from its record alone, so that reading a file again changes nothing.
 */
export type TranscriptReader = {
  /** Turns lines into records; a line that cannot be read is reported in `skipped`, never thrown. */
  read(lines: TranscriptLine[]): TranscriptSlice
  /** JSON that {@link Transcripts.open} takes. */
  state(): unknown
}

/** How a transcript source is laid out on disk. */
export type Transcripts = {
  /** The environment variable of ours that overrides the roots (contract §1). */
  pathVariable: string
  /** The folders the agent writes to on this machine, most specific first; they need not exist. */
  roots(env: Env): string[]
  /** Files outside a root that belong to it (an index of titles beside the folder of sessions); they need not exist. */
  companions?(root: string): string[]
  /** Whether a file under a root is one of the agent's transcripts. `path` is absolute. */
  match(path: string): boolean
  /** Folders under a root that hold no transcripts and may be large; they are not looked into. */
  avoid?(folder: string): boolean
  /** `lines`: append-only text read by the tail. `whole`: read at once when it changed (SQLite, JSON documents). */
  kind(path: string): 'lines' | 'whole'
  /** A reader for a `lines` file; `state` is what an earlier reader of the same file left. */
  open(file: TranscriptFile, state: unknown): TranscriptReader
  /**
   * Reads a `whole` file read-only and writes nothing beside it; `watermark` (JSON) is what the last call for this file
   * returned. It yields slice after slice, each with the watermark to store with it; nothing new yields nothing.
   *
   * @throws Error with `retry: true` when the file is busy and may be read later.
   */
  readWhole?(file: TranscriptFile, watermark: unknown): Iterable<TranscriptSlice & { watermark: unknown }>
}

/** Everything we know about one coding agent. */
export type Agent = {
  /** The folder's name and the TOOL of the command line. */
  id: string
  name: string
  /** Its colour on every screen, chart-1 … chart-8. */
  hue: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
  /** Whether a `service.name` is one of this agent's. */
  services(name: string): boolean
  /** Whether records that come from another service are nevertheless this agent's (by scope or attribute). */
  claims?(batch: Telemetry): boolean
  /**
   * Puts what the agent sent into our words: fills the hot columns, adds observations and derived points, and leaves out
   * records that are mined and not kept. Gets only this agent's records. It may remember, within bounds, what later
   * batches refer to; nothing may be wrong, only less told, where that is missing (after a restart). A request may hold 100,000
   * records: it yields after some (`each` of steps.ts), so that others have their turn.
   */
  otlp(batch: Telemetry): Generator<void, Telemetry>
  /**
   * Names under which this agent's ledger rows appear as metric points (contract §5), each absent when the agent sends
   * that metric itself or has none. `imported…` are used only for sessions whose own points never came by OTLP.
   */
  metrics: {
    tokens?: string
    cost?: string
    userFacingTokens?: string
    userFacingCost?: string
    importedTokens?: string
    importedCost?: string
  }
  /** What its metrics are called and mean; the page names all others after themselves. */
  metricCatalogue?: MetricCatalogue
  transcripts?: Transcripts
  /** One hook call's JSON → our words. `receivedUnixNano` stands in where the payload has no time. */
  hooks?(payload: unknown, receivedUnixNano: bigint): Telemetry
  /** What a person types to send this agent's telemetry here; shown on the page's empty state. */
  setupText(endpoint: { otlpUrl: string; grpcUrl: string }): string
  /** How the agent's own configuration is edited to the same end. */
  setup?: Setup
}
