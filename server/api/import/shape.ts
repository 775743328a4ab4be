// shape.ts: what /api/import tells: the history found on this machine, and how far its reading is.
import { z } from 'zod'

const FoundAgent = z.object({
  id: z.string(),
  name: z.string(),
  hue: z.number(),
  paths: z.array(z.string()).describe('its folders that hold transcripts'),
  files: z.number(),
  bytes: z.number(),
  lastWrittenUnixMs: z.number().nullable(),
  version: z.string().nullable().describe('as its newest transcript says'),
  newFiles: z.number().describe('files that were never imported'),
  newBytes: z.number(),
})

/** GET /api/import/found. */
export const ImportFound = z.object({
  agents: z.array(FoundAgent),
  watch: z.unknown().describe('what the watch of a running server reads; null when nothing is watched'),
})
export type ImportFound = z.infer<typeof ImportFound>

const ImportJob = z
  .object({
    state: z.enum(['running', 'done', 'stopped', 'failed']),
    tools: z.array(z.string()),
    dryRun: z.boolean(),
    startedAt: z.string(),
    endedAt: z.string().optional(),
    files: z.number().describe('all that are to be read'),
    filesDone: z.number(),
    bytes: z.number(),
    bytesDone: z.number(),
    bytesPerSecond: z.number(),
    secondsLeft: z.number().nullable().describe('null until the pace is known'),
    sessions: z.number().optional(),
    calls: z.number().optional(),
    costUsd: z.number().optional(),
    skipped: z.number().optional().describe('records that could not be read'),
    message: z.string().optional().describe('why it failed'),
  })
  .meta({ id: 'ImportJob' })
export type ImportJob = z.infer<typeof ImportJob>

/** GET and POST /api/import/job: the import that runs, else the last one of this process. */
export const ImportState = z.object({ job: ImportJob.nullable() })
export type ImportState = z.infer<typeof ImportState>
