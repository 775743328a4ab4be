// extra-routes.ts: routes of the API's port that reach beyond server/api: transcripts of this machine.
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { z } from 'zod'
import { about } from '../api/describe.ts'
import { badRequest } from '../api/errors.ts'
import { exactly } from '../api/exactly.ts'
import { ImportFound, type ImportJob, ImportState } from '../api/import/shape.ts'
import { send } from '../api/json.ts'
import { bodyOf } from '../api/params.ts'
import type { Core } from '../core.ts'
import type { ImportStanding } from '../transcripts/import-job.ts'
import { type ImportRequest, readAiObserverRequest, readImportRequest } from '../transcripts/import-request.ts'
import { allTools, type TranscriptService } from '../transcripts/service.ts'
import { UsageError } from '../usage-error.ts'
import { pushRoutes } from './push-routes.ts'

/** Checked by {@link readImportRequest}, which the command line shares; here only named for the API's description. */
const ImportBody = exactly(
  {
    tool: z.unknown().optional().describe('an agent, or all; or ai-observer'),
    path: z.unknown().optional().describe("the tool's own folder; of ai-observer its database file"),
    from: z.unknown().optional().describe('YYYY-MM-DD'),
    to: z.unknown().optional().describe('YYYY-MM-DD, that day included'),
    force: z.unknown().optional().describe('read everything again'),
    dryRun: z.unknown().optional().describe('only tell what would be new'),
    purge: z.unknown().optional().describe('first delete what was imported of the tool in this time'),
    pricingMode: z.unknown().optional().describe('auto, calculate or display'),
  },
  ['yes', 'skipConfirm', 'verbose', 'json'],
)

/** Mounted beside the API's own routes, in the server and in commands that work without one. */
export function extraRoutes(core: Core, transcripts: TranscriptService): Hono[] {
  const routes = new Hono()
    .post(
      '/api/import',
      about(
        "Reads the agents' transcripts: a line of progress at a time, last the summary",
        undefined,
        'application/x-ndjson',
      ),
      bodyOf(ImportBody),
      (c) => {
        const options = asked(c.req.valid('json') as ImportRequest)
        c.header('content-type', 'application/x-ndjson')
        return stream(c, async (out) => {
          const stop = new AbortController()
          out.onAbort(() => stop.abort())
          try {
            for await (const line of transcripts.importing(options, stop.signal))
              await out.write(`${JSON.stringify(line)}\n`)
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error)
            await out.write(`${JSON.stringify({ error: 'Import failed', message })}\n`)
          }
        })
      },
    )
    .get(
      '/api/import/found',
      about('The agents found on this machine, and how much of their history was never read', ImportFound),
      async (c) =>
        send<ImportFound>(c, { agents: await transcripts.findAgents(), watch: transcripts.watching() ?? null }),
    )
    .get('/api/import/job', about('The import that runs, else the last one', ImportState), (c) =>
      send<ImportState>(c, stateOf(transcripts)),
    )
    .post(
      '/api/import/job',
      about('Begins an import that goes on by itself; one that runs already is answered', ImportState),
      bodyOf(ImportBody),
      (c) => {
        transcripts.begin(asked(c.req.valid('json') as ImportRequest))
        return send<ImportState>(c, stateOf(transcripts))
      },
    )
    .delete('/api/import/job', about('Stops the import that runs; the next one goes on there'), (c) => {
      transcripts.stop()
      return c.body(null, 204)
    })
  return [routes, pushRoutes(core)]
}

function asked(request: ImportRequest) {
  try {
    return readAiObserverRequest(request) ?? readImportRequest(request, allTools)
  } catch (error) {
    if (error instanceof UsageError) throw badRequest(error.message)
    throw error
  }
}

function stateOf(transcripts: TranscriptService): ImportState {
  const standing = transcripts.standing()
  return { job: standing ? jobOf(standing) : null }
}

function jobOf({ progress, summary, ...standing }: ImportStanding): ImportJob {
  const tools = summary && Object.values(summary.tools)
  const sum = (field: 'sessions' | 'calls' | 'costUsd') => tools?.reduce((total, tool) => total + tool[field], 0)
  return {
    state: standing.state,
    tools: [...standing.tools],
    dryRun: standing.dryRun,
    startedAt: new Date(standing.startedUnixMs).toISOString(),
    endedAt: standing.endedUnixMs === undefined ? undefined : new Date(standing.endedUnixMs).toISOString(),
    files: progress.files,
    filesDone: progress.filesDone,
    bytes: progress.bytes,
    bytesDone: progress.bytesDone,
    bytesPerSecond: standing.bytesPerSecond,
    secondsLeft: standing.secondsLeft,
    sessions: sum('sessions'),
    calls: sum('calls'),
    costUsd: sum('costUsd'),
    skipped: summary?.skipped.length,
    message: standing.message,
  }
}
