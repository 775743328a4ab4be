// history-questions.ts: what the page asks of the history on the server's machine, and tells it to read.
import type { ImportFound, ImportState } from '../../server/api/import/shape.ts'
import type { Question } from '../lib/answers.ts'
import { request, sendJson } from '../request.ts'

const importFoundPath = '/api/import/found'
const importJobPath = '/api/import/job'

/** The agents found on the server's machine, and what of their history was never read. */
export const importFound = (): Question<ImportFound> => ({
  key: importFoundPath,
  topics: [],
  ask: (signal) => request(importFoundPath, { signal }),
})
/** The import that runs; one begun elsewhere (a terminal) shows by what it stores. */
export const importJob = (): Question<ImportState> => ({
  key: importJobPath,
  topics: ['sessions', 'usage'],
  spacingMs: 400,
  ask: (signal) => request(importJobPath, { signal }),
})
/** Begins to read the history of some agents; it goes on when this page is closed. */
export const beginImport = (tool: string) => sendJson<ImportState>('POST', importJobPath, { tool })
export const stopImport = () => request<void>(importJobPath, { method: 'DELETE' })
