// statusline.ts: Claude Code's statusLine command: its JSON on stdin, one line on stdout, fast with and without a server.
import { callerHeaders, readServerFile } from '../server-file.ts'
import { UsageError } from '../usage-error.ts'
import { dollars } from './words.ts'

export type StatuslineOptions = {
  home: string
  token?: string | undefined
  /** A text with `{session}`, `{today}`, `{block}`, `{left}`, `{context}`, `{model}` and `{project}`. */
  format?: string | undefined
  stdin?: () => Promise<string>
  now?: Date
  /** How long the line waits for the server, ms. */
  waitMs?: number
}

/** What the agent waits at most for the server; then the line says what the agent itself knows. */
const serverMs = 25

/** A part whose number is not known is left out, with what joins it to the next. */
const usual = ['{session} session', '{today} today', '{block} block, {left} left', '{context} context', '{model}']

/** What Claude Code tells, as far as the line needs it; every part may be missing in another version. */
type Told = {
  session_id?: unknown
  model?: { display_name?: unknown; id?: unknown }
  workspace?: { project_dir?: unknown; current_dir?: unknown }
  cost?: { total_cost_usd?: unknown }
  context_window?: {
    used_percentage?: unknown
    context_window_size?: unknown
    current_usage?: Record<string, unknown> | null
  }
}
type Costs = {
  session?: number | undefined
  today?: number | undefined
  /** The five hours of a subscription that are running. */
  block?: { cost: number; left: string }
}
type Answer = {
  sessionCostUsd: number | null
  todayCostUsd: number | null
  block: { end: string; costUsd: number } | null
}

const fields = ['session', 'today', 'block', 'left', 'context', 'model', 'project'] as const

/** @throws Error when stdin holds no JSON object; UsageError for a format with an unknown field. */
export async function statusline(options: StatuslineOptions): Promise<string> {
  const { format } = options
  for (const [, field] of (format ?? '').matchAll(/\{(\w*)\}/g)) {
    if (!fields.some((one) => one === field))
      throw new UsageError(`--format: there is no {${field}}; use ${fields.map((one) => `{${one}}`).join(', ')}`)
  }
  const told = read(await (options.stdin ?? readStdin)())
  const costs = await ask(options, told)
  const own = numberOf(told.cost?.total_cost_usd)
  const session = costs.session ?? own
  const context = contextOf(told)
  const values: Record<(typeof fields)[number], string | undefined> = {
    session: session === undefined ? undefined : dollars(cents(session)),
    today: costs.today === undefined ? undefined : dollars(cents(costs.today)),
    block: costs.block === undefined ? undefined : dollars(cents(costs.block.cost)),
    left: costs.block?.left,
    context: context === undefined ? undefined : `${Math.round(context)}%`,
    model: textOf(told.model?.display_name) ?? textOf(told.model?.id),
    project: textOf(told.workspace?.project_dir ?? told.workspace?.current_dir)
      ?.split(/[\\/]/)
      .findLast((part) => part !== ''),
  }
  const fill = (part: string) => part.replace(/\{(\w+)\}/g, (_, name: (typeof fields)[number]) => values[name] ?? '–')
  if (format !== undefined) return fill(format)
  const isKnown = (part: string) => values[/\{(\w+)\}/.exec(part)![1] as (typeof fields)[number]] !== undefined
  return usual.filter(isKnown).map(fill).join(' · ')
}

function read(text: string): Told {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Told below.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Told
  throw new Error(
    'statusline reads the JSON that Claude Code gives its statusLine command; set {"statusLine":{"type":"command","command":"telltale statusline"}} in its settings',
  )
}

/** The sums, when the server tells them in time: all in one answer, since every question costs some of it. */
async function ask(
  { home, token, now = new Date(), waitMs = serverMs }: StatuslineOptions,
  told: Told,
): Promise<Costs> {
  const server = readServerFile(home)
  if (!server) return {}
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString()
  const query = new URLSearchParams({ session: textOf(told.session_id) ?? '', from: midnight, to: now.toISOString() })
  try {
    const response = await fetch(new URL(`/api/statusline?${query}`, server.apiUrl), {
      signal: AbortSignal.timeout(waitMs),
      headers: callerHeaders({ home, token }),
    })
    if (!response.ok) return {}
    const { sessionCostUsd, todayCostUsd, block } = (await response.json()) as Answer
    const costs = { session: sessionCostUsd ?? undefined, today: todayCostUsd ?? undefined }
    if (!block) return costs
    const left = Math.max(0, Math.ceil((Date.parse(block.end) - now.getTime()) / 60_000))
    return {
      ...costs,
      block: { cost: block.costUsd, left: `${Math.floor(left / 60)}h ${String(left % 60).padStart(2, '0')}m` },
    }
  } catch {
    // Too late, or gone: the line says what the agent knows.
    return {}
  }
}

/** Percent of the model's window that the next request begins with. */
function contextOf({ context_window }: Told): number | undefined {
  const told = numberOf(context_window?.used_percentage)
  if (told !== undefined) return told
  const size = numberOf(context_window?.context_window_size)
  const usage = context_window?.current_usage
  if (!size || !usage) return undefined
  const parts = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens']
  return (100 * parts.reduce((sum, part) => sum + (numberOf(usage[part]) ?? 0), 0)) / size
}

/** A line that changes all the time shows cents. */
const cents = (value: number): number => Math.round(value * 100) / 100
const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
/** What comes from outside must not move the terminal's cursor. */
const textOf = (value: unknown) =>
  typeof value === 'string' && value !== '' ? value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '') : undefined

async function readStdin(): Promise<string> {
  return process.stdin.isTTY ? '' : await Bun.stdin.text()
}
