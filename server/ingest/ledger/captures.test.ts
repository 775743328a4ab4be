// captures.test.ts: every recording of every agent, through decoder, translation and ledger into a database, against what
// the provider really served; each signal alone, all together, shuffled and doubled, and with the other doors.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hookToTelemetry } from '#importers/hooks.ts'
import { agents, translate } from '#importers/index.ts'
import { readTree } from '#importers/transcript-fixtures.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { decode, type Signal } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { createPrices } from '../prices/prices.ts'
import { chunks } from './chunks.ts'
import { rebuild } from './rebuild.ts'
import { batch, type Desk, emptyDesk, joined, ledgerRows, openDesk } from './testing.ts'

type Served = {
  kind: string
  status: number
  model: string
  variant: string
  thread_id?: string
  usage: { input: number; output: number; cache_read?: number; cache_write?: number; reasoning?: number } | null
}
type Request = Served & { session: string }
type Sums = {
  requests: number
  input: number
  cacheRead: number
  cacheWrite: number
  output: number
  reasoning: number
}

const fixtures = join(import.meta.dir, '../../../fixtures')
const all = recordings()
const variants = [...new Set(all.map(({ name }) => name.split('/').slice(0, 2).join('/')))]
const prices = createPrices()

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ price: prices.price })
})
afterAll(() => desk.close())

function served(agent: string, held: (request: Request) => boolean): Request[] {
  const path = join(fixtures, agent, 'expected.json')
  const { sessions } = JSON.parse(readFileSync(path, 'utf8')) as {
    sessions: { session_id: string; requests: Served[] }[]
  }
  return sessions
    .flatMap(({ session_id, requests }) => requests.map((one) => ({ ...one, session: one.thread_id ?? session_id })))
    .filter((one) => one.status === 200 && one.usage && held(one))
}

/** What was served, per session and model, in our words: Gemini's thoughts are part of our output. */
function truth(agent: string, told: Request[], withSession = true): Record<string, Sums> {
  const sums: Record<string, Sums> = {}
  for (const { session, model, usage } of told) {
    const key = `${withSession ? session : ''} ${model}`
    sums[key] ??= { requests: 0, input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
    const sum = sums[key]
    sum.requests++
    sum.input += usage?.input ?? 0
    sum.cacheRead += usage?.cache_read ?? 0
    sum.cacheWrite += usage?.cache_write ?? 0
    sum.output += (usage?.output ?? 0) + (agent === 'gemini' ? (usage?.reasoning ?? 0) : 0)
    sum.reasoning += usage?.reasoning ?? 0
  }
  return sums
}

async function ledgerSums(): Promise<Record<string, Sums>> {
  const rows = await desk.store.all(`
    select session_id || ' ' || model as key, sum(requests)::integer as requests, sum(input_tokens)::double as input,
      sum(cache_read_tokens)::double as "cacheRead", sum(cache_write_tokens)::double as "cacheWrite",
      sum(output_tokens)::double as output, sum(reasoning_tokens)::double as reasoning
    from model_calls group by 1 having sum(total_tokens) > 0 order by 1`)
  return Object.fromEntries(rows.map(({ key, ...sums }) => [key as string, sums as Sums]))
}

const withoutRequests = (sums: Record<string, Sums>) =>
  Object.fromEntries(Object.entries(sums).map(([key, { requests: _, ...tokens }]) => [key, tokens]))

function requestsOf(variant: string, signals?: readonly Signal[]): Telemetry[] {
  return all
    .filter(({ name, signal }) => name.startsWith(`${variant}/`) && (!signals || signals.includes(signal)))
    .map(({ signal, encoding, body }) => translate(decode(signal, encoding, body, 1n).telemetry))
}

async function keepAll(groups: Telemetry[]): Promise<void> {
  await emptyDesk(desk)
  for (const group of groups) await desk.keep(group)
}

/** The same order in groups of eight, which take a fifth of the time. */
const grouped = (groups: Telemetry[]): Telemetry[] => [...chunks(groups, 8)].map(joined)

/** A shuffle and a split into groups that are the same in every run. */
function shuffled(groups: Telemetry[], seed: number): Telemetry[] {
  let state = seed
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }
  const order = [...groups]
  for (let at = order.length - 1; at > 0; at--) {
    const other = next(at + 1)
    ;[order[at], order[other]] = [order[other] as Telemetry, order[at] as Telemetry]
  }
  const split: Telemetry[] = []
  for (let at = 0; at < order.length; ) {
    const size = 1 + next(4)
    split.push(joined(order.slice(at, at + size)))
    at += size
  }
  return split
}

/** Which of the served requests a signal tells. */
type Told = (requests: Request[]) => Request[]
const everything: Told = (requests) => requests
/** OpenCode's plug-in knows no title calls, and `opencode run` ends before its last exports (README of the recordings). */
const first =
  (count: number): Told =>
  (requests) =>
    requests.filter(({ kind }) => kind !== 'utility').slice(0, count)

type Signals = { logs?: Told; traces?: Told; metrics?: Told }
const claude: Signals = { logs: everything, metrics: everything }
const told: Record<string, Signals> = {
  'claude-code/07-traces-beta-protobuf': { ...claude, traces: everything },
  'codex/01-http-binary': { logs: everything, traces: everything, metrics: everything },
  'codex/03-grpc': { logs: everything, traces: everything, metrics: everything },
  'codex/04-http-subagent': { logs: everything, traces: everything, metrics: everything },
  'codex/05-logs-only-root-endpoint-errors': { logs: everything },
  'codex/08-env-prefs-and-slow': { logs: everything, metrics: everything },
  'opencode/01-http-protobuf': { logs: first(9), traces: first(4), metrics: first(9) },
  'opencode/03-grpc': { logs: first(9), traces: first(9), metrics: first(9) },
  'opencode/05-prefix-scale-gzip': { logs: first(1), metrics: first(1) },
  'opencode/06-native-otel-noplugin': { traces: everything },
  'opencode/07-http-json-unsupported-falls-back-to-grpc': { logs: first(1), metrics: first(1) },
  'opencode/08-serve-delta-std-env': { logs: first(10), traces: first(10), metrics: first(10) },
}
const toldByAgent: Record<string, Signals> = {
  'claude-code': claude,
  gemini: { logs: everything, metrics: everything },
  copilot: { traces: everything, metrics: everything },
}
/** Counters of these agents name no session; one variant of Claude Code was told to leave it out everywhere. */
const metricsWithoutSession = new Set(['codex', 'copilot'])
const withoutSession = new Set(['claude-code/10-mixed-endpoints'])
/** Spans of Gemini CLI tell neither the cached part nor the thoughts; beside the logs they are not believed. */
const tracesAreCoarse = new Set(['gemini/06-http-traces'])

for (const [index, variant] of variants.entries()) {
  const [agent = '', name = ''] = variant.split('/')
  const { logs, traces, metrics } = told[variant] ?? toldByAgent[agent] ?? {}
  const requested = served(agent, (request) => request.variant === name)
  const named = !withoutSession.has(variant)

  describe(variant, () => {
    for (const [signal, tells] of [
      ['logs', logs],
      ['traces', traces],
    ] as const)
      test.skipIf(tracesAreCoarse.has(variant) && signal === 'traces')(
        `${signal} alone give the truth, or nothing where they have no numbers`,
        async () => {
          await keepAll(requestsOf(variant, [signal]))
          expect(await ledgerSums()).toEqual(tells ? truth(agent, tells(requested), named) : {})
        },
      )

    test('metrics alone give the tokens of the truth', async () => {
      await keepAll(requestsOf(variant, ['metrics']))
      const sums = truth(agent, metrics?.(requested) ?? [], named && !metricsWithoutSession.has(agent))
      expect(withoutRequests(await ledgerSums())).toEqual(withoutRequests(sums))
    })

    let rows: Awaited<ReturnType<typeof ledgerRows>>
    test('all together give the truth once, and no counter is added to it', async () => {
      await keepAll(requestsOf(variant))
      const tells = logs ?? traces ?? (() => [])
      expect(await ledgerSums()).toEqual(truth(agent, tells(requested), named))
      expect(await desk.store.all("select * from model_calls where quality = 'aggregate'")).toEqual([])
      rows = await ledgerRows(desk.store)
    })

    test('shuffled and doubled, in other groups, and rebuilt: the same rows', async () => {
      // Each recording in another order and in other groups; any order at all is what ledger.property.test.ts tries.
      await keepAll(shuffled([...requestsOf(variant), ...requestsOf(variant)], index + 1))
      expect(await ledgerRows(desk.store)).toEqual(rows)
      const still = { added: 0, removed: 0, changed: 0 }
      const report = await rebuild(desk.store, { price: prices.price, mode: 'auto' }, { ledger: desk.ledger })
      expect(report).toMatchObject({ calls: still, toolCalls: still, sessions: still, commits: still })
    })
  })
}

describe('all doors of one agent', () => {
  const roots: Record<string, string> = {
    'claude-code': '.claude/projects',
    codex: '.codex/sessions',
    gemini: '.gemini/tmp',
    opencode: '.local/share/opencode',
    copilot: '.copilot/session-state',
  }
  /** What neither telemetry nor files hold: calls for a title or for routing, where no telemetry came. */
  const held: Record<string, (request: Request, sent: Set<string>) => boolean> = {
    'claude-code': () => true,
    codex: ({ kind, variant }, sent) => kind !== 'utility' || sent.has(variant),
    gemini: ({ kind, variant }, sent) => kind !== 'utility' || sent.has(variant),
    opencode: ({ kind, variant }) => kind !== 'utility' || variant === '06-native-otel-noplugin',
    copilot: () => true,
  }

  for (const { id, transcripts } of agents) {
    const root = join(fixtures, id, 'transcripts', roots[id] as string)
    const files = () => readTree(transcripts!, root, { sliceLines: 50 }).telemetry
    const own = variants.filter((variant) => variant.startsWith(`${id}/`))
    const hooks = (): Telemetry[] => {
      const folder = join(fixtures, id, 'hooks')
      if (id !== 'claude-code') return []
      return readdirSync(folder).map(
        (name) =>
          hookToTelemetry(
            id,
            JSON.parse(readFileSync(join(folder, name), 'utf8')),
            BigInt(name.split('-')[0] as string) * 1_000_000n,
          ) ?? batch({}),
      )
    }
    const sent = new Set(own.map((variant) => variant.split('/')[1] as string))
    // A title call whose telemetry named no session is in no file either.
    const nowhere = ({ kind, variant }: Request) => kind === 'utility' && withoutSession.has(`${id}/${variant}`)
    const expected = truth(
      id,
      served(id, (request) => held[id]?.(request, sent) ?? true).map((request) =>
        nowhere(request) ? { ...request, session: '' } : request,
      ),
    )

    test(`${id}: telemetry, files and hooks in any order count each request once`, async () => {
      const otlp = own.flatMap((variant) => requestsOf(variant))
      await keepAll([...otlp, files(), ...hooks(), ...otlp])
      expect(await ledgerSums()).toEqual(expected)
      const rows = await ledgerRows(desk.store)
      await keepAll(grouped([files(), ...hooks(), ...otlp]))
      expect(await ledgerRows(desk.store)).toEqual(rows)
      await keepAll(shuffled([...hooks(), ...otlp, files(), ...otlp], 3))
      expect(await ledgerRows(desk.store)).toEqual(rows)
    }, 60_000)

    test(`${id}: one transcript is shown for a session, the file's`, async () => {
      await keepAll(grouped([...own.flatMap((variant) => requestsOf(variant)), ...hooks(), files()]))
      const [doors] = await desk.store.all(`
        select count(*) filter (where s.source <> 'transcript')::integer as other
        from session_messages as s
        where (s.tool, s.session_id) in (select (tool, session_id) from messages where source = 'transcript')`)
      expect(doors).toEqual({ other: 0 })
    }, 60_000)
  }
})
