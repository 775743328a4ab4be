// extra-routes.ts: routes of the API's port that reach beyond server/api: imports of transcripts.
import type { Hono } from 'hono'
import type { Config } from '../config.ts'
import type { Core } from '../core.ts'

/** Mounted beside the API's own routes, in the server and in commands that work without one. */
export function extraRoutes(_config: Config, _core: Core): Hono[] {
  return []
}
