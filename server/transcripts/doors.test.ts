// doors.test.ts: the same recorded sessions through telemetry, hooks and transcripts, in any order: each request once.
import { afterEach, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from '#proto/telemetry.ts'
import { decode, type Signal } from '../receivers/codec.ts'
import { storeHooks } from '../receivers/hooks.ts'
import { recordings } from '../receivers/testing.ts'
import { allTools, type Bench, fixtures, openBench } from './testing.ts'

let bench: Bench
afterEach(() => bench.close())

const sources: Record<Signal, Source> = { logs: 'otlp_logs', traces: 'otlp_traces', metrics: 'otlp_metrics' }

/** Everything that is told of an agent: each recorded request, each hook call, and the import of all its files. */
function tellings(tool: string): (() => Promise<unknown>)[] {
  const { ingest } = bench.core
  const sent = recordings()
    .filter(({ name }) => name.startsWith(`${tool}/`))
    .map(({ signal, encoding, body }) => () => {
      const { telemetry } = decode(signal, encoding, body, 1n)
      return ingest.submit(telemetry, { source: sources[signal], bytes: body.length })
    })
  const folder = join(fixtures, tool, 'hooks')
  const hook = storeHooks(ingest)
  const calls = (existsSync(folder) ? readdirSync(folder) : []).map(
    (name) => async () => hook(tool, JSON.parse(readFileSync(join(folder, name), 'utf8')), {} as never),
  )
  return [...sent, ...calls, () => bench.import({ tools: [tool] })]
}

type Served = {
  kind: string
  status: number
  model: string
  variant: string
  thread_id?: string
  usage: Record<string, number> | null
}
type Expected = {
  sessions: { session_id: string; requests: Served[]; totals: { tool_calls_total: number } }[]
}

/** Of which session and model a request is told; `undefined` when no door tells it. */
function told(tool: string, served: Served, sessionId: string): string | undefined {
  if (served.status !== 200 || !served.usage) return undefined
  // OpenCode's store does not hold the requests for titles; its own traces, without the plug-in, do.
  if (tool === 'opencode' && served.kind === 'utility' && !served.variant.startsWith('06')) return undefined
  // Telemetry without session ids tells a request that no file holds: it is counted, of an unknown session.
  const isLost = tool === 'claude-code' && served.kind === 'utility' && served.variant.startsWith('10')
  return `${isLost ? '' : (served.thread_id ?? sessionId)} ${served.model}`
}

function truth(tool: string) {
  const { sessions } = JSON.parse(readFileSync(join(fixtures, tool, 'expected.json'), 'utf8')) as Expected
  const requests: Record<string, number[]> = {}
  for (const { session_id, requests: all } of sessions) {
    for (const served of all) {
      const key = told(tool, served, session_id)
      if (key === undefined) continue
      const { input = 0, output = 0, cache_read = 0, cache_write = 0, reasoning = 0 } = served.usage ?? {}
      const all = [1, input, output + (tool === 'gemini' ? reasoning : 0), cache_read, cache_write]
      requests[key] = all.map((value, index) => value + (requests[key]?.[index] ?? 0))
    }
  }
  return { requests, toolCalls: sessions.reduce((sum, { totals }) => sum + totals.tool_calls_total, 0) }
}

async function stored() {
  const rows = await bench.all(`
    select session_id || ' ' || model as key, sum(requests)::integer as n, sum(input_tokens)::integer as i,
      sum(output_tokens)::integer as o, sum(cache_read_tokens)::integer as r, sum(cache_write_tokens)::integer as w
    from model_calls where status = 'ok' group by all`)
  const requests = Object.fromEntries(rows.map(({ key, n, i, o, r, w }) => [key, [n, i, o, r, w]]))
  const [tools] = await bench.all('select count(distinct call_id)::integer as n from tool_calls')
  return { requests, toolCalls: tools!.n }
}

/** Failures are told by some doors only: what matters is that no order makes one more of them. */
const failures = async () =>
  bench.all("select session_id, count(*)::integer as n from model_calls where status <> 'ok' group by all order by all")

function shuffled<T>(list: T[], seed: number): T[] {
  const mixed = [...list]
  let state = seed
  for (let at = mixed.length - 1; at > 0; at--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const other = Math.floor((state / 2_147_483_648) * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T]
  }
  return mixed
}

for (const tool of allTools) {
  describe(tool, () => {
    let first: unknown
    // One after the other, and several at once, which are stored in one transaction and take a third of the time.
    for (const [name, atOnce, order] of [
      ['telemetry first', 1, (list) => list],
      ['transcripts first', 8, (list) => [...list].reverse()],
      ['mixed', 8, (list) => shuffled(list, 7)],
    ] as [string, number, <T>(list: T[]) => T[]][]) {
      test(`${name}: each request and each tool call once, with exact numbers`, async () => {
        bench = await openBench([tool])
        const all = order(tellings(tool))
        for (let at = 0; at < all.length; at += atOnce)
          await Promise.all(all.slice(at, at + atOnce).map((tell) => tell()))
        expect(await stored()).toEqual(truth(tool))
        first ??= await failures()
        expect(await failures()).toEqual(first as Record<string, unknown>[])
      }, 30_000)
    }
  })
}
