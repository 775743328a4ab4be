// import-request.ts: what is asked of an import, on the command line or through the API, checked once.
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { UsageError } from '../usage-error.ts'
import type { AiObserverOptions } from './ai-observer/import.ts'
import type { ImportOptions } from './import.ts'

/** As it is typed or sent: days as `YYYY-MM-DD`, both included, in the zone of this machine; or moments in RFC 3339. */
export type ImportRequest = {
  tool?: unknown
  path?: unknown
  from?: unknown
  to?: unknown
  force?: unknown
  dryRun?: unknown
  purge?: unknown
  pricingMode?: unknown
}

/** The options that are of no use to a copy of a whole file. */
const transcriptsOnly = ['from', 'to', 'force', 'purge', 'pricingMode'] as const

/**
 * What is asked when `tool` is `ai-observer`, nothing otherwise.
 *
 * @throws UsageError that names the option, the value and what would be valid.
 */
export function readAiObserverRequest(request: ImportRequest): AiObserverOptions | undefined {
  const { tool, path } = request
  if (tool !== 'ai-observer') return undefined
  if (typeof path !== 'string' || path.trim() === '')
    throw new UsageError('ai-observer: name its database file, such as ~/.ai-observer/data.duckdb')
  if (!isAbsolute(path)) throw new UsageError(`path: ${JSON.stringify(path)} is not absolute`)
  for (const name of transcriptsOnly)
    if (request[name] !== undefined && request[name] !== null && request[name] !== false)
      throw new UsageError(`${name}: an ai-observer file is copied whole and once; use only dry-run with it`)
  return { path, dryRun: truth('dryRun', request.dryRun) }
}

const modes = ['auto', 'calculate', 'display'] as const

/** @throws UsageError that names the option, the value and what would be valid. */
export function readImportRequest(request: ImportRequest, tools: readonly string[]): ImportOptions {
  const tool = request.tool ?? 'all'
  if (typeof tool !== 'string' || (tool !== 'all' && !tools.includes(tool)))
    throw new UsageError(
      `tool: ${JSON.stringify(tool)} is not known; use one of ${[...tools, 'all'].join(', ')}, or ai-observer with its file`,
    )
  const path = request.path ?? undefined
  if (path !== undefined && (typeof path !== 'string' || path.trim() === ''))
    throw new UsageError(`path: ${JSON.stringify(path)} is not a folder`)
  if (path !== undefined && tool === 'all')
    throw new UsageError('path: a folder is one tool’s; name the tool whose files it holds')
  // A folder that is missing is nothing to say of an agent's own place, but of one that was typed.
  if (path !== undefined && !path.startsWith('~') && !existsSync(path))
    throw new UsageError(`path: there is no ${JSON.stringify(path)}; name the tool’s own folder`)
  const from = momentOf('from', request.from, 0)
  const to = momentOf('to', request.to, 1)
  if (from !== undefined && to !== undefined && from >= to) throw new UsageError('from: it is after the end (to)')
  const mode = request.pricingMode ?? undefined
  if (mode !== undefined && !modes.includes(mode as 'auto'))
    throw new UsageError(`pricing-mode: ${JSON.stringify(mode)} is not valid; use one of ${modes.join(', ')}`)
  return {
    tools: tool === 'all' ? tools : [tool],
    ...(path === undefined ? {} : { paths: [path] }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    force: truth('force', request.force),
    dryRun: truth('dryRun', request.dryRun),
    purge: truth('purge', request.purge),
    ...(mode === undefined ? {} : { pricingMode: mode as (typeof modes)[number] }),
  }
}

function truth(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false
  if (value === true) return true
  throw new UsageError(`${name}: ${JSON.stringify(value)} is not valid; use true or false`)
}

/** Midnight of a local day (`days` later), or a moment; ns since 1970. */
function momentOf(name: string, value: unknown, days: 0 | 1): bigint | undefined {
  if (value === undefined || value === null) return undefined
  const wrong = new UsageError(`${name}: ${JSON.stringify(value)} is not a day; use YYYY-MM-DD, such as 2026-03-31`)
  if (typeof value !== 'string') throw wrong
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value)
  if (day) {
    const [year, month, date] = day.slice(1).map(Number) as [number, number, number]
    const midnight = new Date(year, month - 1, date)
    if (midnight.getMonth() !== month - 1 || midnight.getDate() !== date) throw wrong
    return BigInt(new Date(year, month - 1, date + days).getTime()) * 1_000_000n
  }
  const milliseconds = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(milliseconds)) throw wrong
  return BigInt(milliseconds) * 1_000_000n
}
