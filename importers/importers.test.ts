// Every recorded request of every agent, decoded as the receivers do, against what the provider really served.
import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AggregateField, CallObservation, Source, Telemetry } from '#proto/telemetry.ts'
import { noTelemetry } from '#proto/telemetry.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { example } from './example/index.ts'
import { agents, conventions, translate } from './index.ts'
import { append } from './otlp-batch.ts'
import { forgetBatches } from './recent.ts'
import { aggregateTotals, lines } from './recordings.ts'

type Served = {
  kind: string
  status: number
  model: string
  variant: string
  thread_id?: string
  usage: { input: number; output: number; cache_read?: number; cache_write?: number; reasoning?: number } | null
  tool_calls?: { id: string | null; name: string }[]
}
type Expected = { sessions: { session_id: string; variants: string[]; requests: Served[] }[] }
type Request = Served & { session: string }

const all = recordings()
const variants = [...new Set(all.map(({ name }) => name.split('/').slice(0, 2).join('/')))]

/** A recorded request, translated alone, as it arrives. */
function translated(recording: (typeof all)[number]): Telemetry {
  return translate(decode(recording.signal, recording.encoding, recording.body, 1n).telemetry)
}

function variantOf(name: string, order: <T>(list: T[]) => T[] = (list) => list): Telemetry {
  forgetBatches()
  const telemetry = noTelemetry()
  for (const recording of order(all.filter((one) => one.name.startsWith(`${name}/`))))
    append(telemetry, translated(recording))
  return telemetry
}

/** What the provider served in a variant, in order, with the session each request belongs to. */
function served(variant: string): Request[] {
  const [agent = '', name = ''] = variant.split('/')
  const path = join(import.meta.dir, '../fixtures', agent, 'expected.json')
  const { sessions } = JSON.parse(readFileSync(path, 'utf8')) as Expected
  return sessions
    .filter((session) => session.variants.includes(name))
    .flatMap(({ session_id, requests }) =>
      requests.filter((one) => one.variant === name).map((one) => ({ ...one, session: one.thread_id ?? session_id })),
    )
}

type Totals = Record<string, Record<string, number>>

/** Truth in our words. Gemini's thoughts stand beside its output. */
function truth(variant: string, told: Request[], withSession = true): Totals {
  const totals: Totals = {}
  for (const { session, model, status, usage } of told) {
    if (status !== 200 || !usage) continue
    const key = `${withSession ? session : ''} ${model}`
    totals[key] ??= { requests: 0, input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
    const sum = totals[key]
    sum.requests!++
    sum.input! += usage.input
    sum.cacheRead! += usage.cache_read ?? 0
    sum.cacheWrite! += usage.cache_write ?? 0
    sum.output! += usage.output + (variant.startsWith('gemini/') ? (usage.reasoning ?? 0) : 0)
    sum.reasoning! += usage.reasoning ?? 0
  }
  return totals
}

/** What observations add up to, each request once. */
function counted(calls: CallObservation[]): Totals {
  const totals: Totals = {}
  for (const call of requests(calls)) {
    if (call.status !== 'ok') continue
    const key = `${call.sessionId} ${call.model}`
    totals[key] ??= { requests: 0, input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
    const sum = totals[key]
    sum.requests!++
    sum.input! += call.inputTokens
    sum.cacheRead! += call.cacheReadTokens
    sum.cacheWrite! += call.cacheWriteTokens
    sum.output! += call.outputTokens
    sum.reasoning! += call.reasoningTokens
  }
  return totals
}

const fieldNames: Partial<Record<AggregateField, string>> = {
  inputTokens: 'input',
  cacheReadTokens: 'cacheRead',
  cacheWriteTokens: 'cacheWrite',
  outputTokens: 'output',
  reasoningTokens: 'reasoning',
}

function aggregated(telemetry: Telemetry): Totals {
  const totals: Totals = {}
  for (const [key, fields] of Object.entries(aggregateTotals(telemetry.aggregates))) {
    const own: Record<string, number> = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 }
    for (const [field, value] of Object.entries(fields)) {
      const name = fieldNames[field as AggregateField]
      if (name) own[name] = value
    }
    totals[key] = own
  }
  return totals
}

const withoutRequests = (totals: Totals): Totals =>
  Object.fromEntries(Object.entries(totals).map(([key, { requests: _, ...sum }]) => [key, sum]))

/** Which of the served requests a signal tells; nothing when it has no numbers of them. */
type Told = (requests: Request[]) => Request[]
const everything: Told = (requests) => requests
/** OpenCode's plug-in leaves out session titles, and `opencode run` ends before its last exports. */
const first =
  (count: number): Told =>
  (requests) =>
    requests.filter(({ kind, status }) => kind !== 'utility' && status === 200).slice(0, count)

type Signals = { logs?: Told; traces?: Told; metrics?: Told; errors?: number; sessionless?: ('all' | 'metrics')[] }
const truths: Record<string, Signals> = {
  'claude-code/01-http-json': { logs: everything, metrics: everything },
  'claude-code/02-http-json-gzip-resume': { logs: everything, metrics: everything },
  'claude-code/03-http-protobuf': { logs: everything, metrics: everything },
  'claude-code/05-grpc': { logs: everything, metrics: everything },
  'claude-code/07-traces-beta-protobuf': { logs: everything, traces: everything, metrics: everything, errors: 1 },
  'claude-code/09-cumulative-errors-deny': { logs: everything, metrics: everything, errors: 1 },
  'claude-code/10-mixed-endpoints': { logs: everything, metrics: everything, sessionless: ['all'] },
  'codex/01-http-binary': {
    logs: everything,
    traces: everything,
    metrics: everything,
    errors: 1,
    sessionless: ['metrics'],
  },
  'codex/03-grpc': { logs: everything, traces: everything, metrics: everything, errors: 1, sessionless: ['metrics'] },
  'codex/04-http-subagent': { logs: everything, traces: everything, metrics: everything, sessionless: ['metrics'] },
  // The hard 400 of its second run came to nothing that was sent.
  'codex/05-logs-only-root-endpoint-errors': { logs: everything, errors: 1 },
  'codex/08-env-prefs-and-slow': { logs: everything, metrics: everything, errors: 1, sessionless: ['metrics'] },
  'gemini/01-http': { logs: everything, metrics: everything, errors: 1 },
  'gemini/02-grpc': { logs: everything, metrics: everything, errors: 1 },
  'gemini/04-http-subagent': { logs: everything, metrics: everything },
  'gemini/06-http-traces': { logs: everything, metrics: everything, errors: 1 },
  'gemini/08-http-delta-pref': { logs: everything, metrics: everything, errors: 1 },
  'opencode/01-http-protobuf': { logs: first(9), traces: first(4), metrics: first(9) },
  'opencode/03-grpc': { logs: first(9), traces: first(9), metrics: first(9) },
  'opencode/05-prefix-scale-gzip': { logs: first(1), metrics: first(1) },
  'opencode/06-native-otel-noplugin': { traces: everything, errors: 1 },
  'opencode/07-http-json-unsupported-falls-back-to-grpc': { logs: first(1), metrics: first(1) },
  'opencode/08-serve-delta-std-env': { logs: first(10), traces: first(10), metrics: first(10) },
  'copilot/01-http-json': { traces: everything, metrics: everything, errors: 1, sessionless: ['metrics'] },
  'copilot/02-http-protobuf-anthropic-resume': {
    traces: everything,
    metrics: everything,
    errors: 1,
    sessionless: ['metrics'],
  },
  'copilot/05-errors-deny': { traces: everything, metrics: everything, errors: 3, sessionless: ['metrics'] },
}

test('every recorded variant has its truth here', () => {
  expect(Object.keys(truths).sort()).toEqual([...variants].sort())
})

for (const variant of variants) {
  describe(variant, () => {
    const telemetry = variantOf(variant)
    const requested = served(variant)
    const { logs, traces, metrics, errors = 0, sessionless = [] } = truths[variant] ?? {}
    const of = (source: Source) => telemetry.calls.filter((call) => call.source === source)
    const named = !sessionless.includes('all')

    test('its logs alone give each session and model what was served', () => {
      expect(counted(of('otlp_logs'))).toEqual(logs ? truth(variant, logs(requested), named) : {})
    })

    test('its traces alone do', () => {
      if (variant === 'gemini/06-http-traces') {
        // Spans tell the prompt with its cached part and the answer without its thoughts.
        const [sum] = Object.values(truth(variant, requested))
        expect(counted(of('otlp_traces'))).toEqual({
          [`${requested[0]!.session} gemini-2.5-pro`]: {
            requests: 2,
            input: sum!.input! + sum!.cacheRead!,
            cacheRead: 0,
            cacheWrite: 0,
            output: sum!.output! - sum!.reasoning!,
            reasoning: 0,
          },
        })
        return
      }
      expect(counted(of('otlp_traces'))).toEqual(traces ? truth(variant, traces(requested)) : {})
    })

    test('its metrics alone do', () => {
      const sessions = named && !sessionless.includes('metrics')
      const expected = metrics ? truth(variant, metrics(requested), sessions) : {}
      expect(aggregated(telemetry)).toEqual(withoutRequests(expected))
    })

    test('logs and traces together count no request twice, and each failure once', () => {
      const told = logs ?? traces
      expect(counted(telemetry.calls)).toEqual(truth(variant, told?.(requested) ?? [], named))
      expect(requests(telemetry.calls).filter(({ status }) => status === 'error').length).toBe(errors)
    })

    test('its golden file says what became of it', () => {
      const [agent = '', name = ''] = variant.split('/')
      const path = join(import.meta.dir, agent, 'fixtures', `${name}.golden.json`)
      const text = `${JSON.stringify(lines(telemetry), null, 1)}\n`
      if (process.env.TELLTALE_GOLDEN === 'write') {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }
      expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : 'no golden file: make golden')
    })
  })
}

describe('tool calls', () => {
  const ids = (variant: string, source?: Source) =>
    [
      ...new Set(
        variantOf(variant)
          .toolCalls.filter((call) => !source || call.source === source)
          .map(({ callId }) => callId),
      ),
    ].sort()
  const asked = (variant: string) =>
    served(variant)
      .flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id ?? ''))
      .sort()

  const told: [string, Source[]][] = [
    ['claude-code/01-http-json', ['otlp_logs']],
    ['claude-code/05-grpc', ['otlp_logs']],
    ['claude-code/07-traces-beta-protobuf', ['otlp_logs', 'otlp_traces']],
    ['codex/01-http-binary', ['otlp_logs', 'otlp_traces']],
    ['codex/03-grpc', ['otlp_logs', 'otlp_traces']],
    ['opencode/03-grpc', ['otlp_traces']],
    ['opencode/06-native-otel-noplugin', ['otlp_traces']],
    ['opencode/08-serve-delta-std-env', ['otlp_traces']],
    ['copilot/01-http-json', ['otlp_traces']],
    ['copilot/05-errors-deny', ['otlp_traces']],
  ]
  for (const [variant, sources] of told) {
    for (const source of sources) {
      test(`${variant}: ${source} has the ids that the model gave, each once`, () => {
        expect(ids(variant, source)).toEqual(asked(variant))
      })
    }
  }

  test('a script of Codex is told by the tools it calls', () => {
    const { toolCalls } = variantOf('codex/04-http-subagent')
    const tools = new Map(toolCalls.map(({ callId, toolName }) => [callId, toolName]))
    expect([...tools.values()].sort()).toEqual([
      'apply_patch',
      'exec_command',
      'exec_command',
      'spawn_agent',
      'wait_agent',
    ])
  })

  test('Gemini CLI’s events, spans and files have one id for a call, also where the model gave none', () => {
    for (const variant of ['gemini/01-http', 'gemini/04-http-subagent']) {
      expect(ids(variant, 'otlp_logs')).toEqual(ids(variant, 'otlp_traces'))
      expect(ids(variant).length).toBe(asked(variant).length)
    }
  })

  test('failures are failures, whatever the agent calls them', () => {
    const failed = (variant: string) =>
      [...new Set(variantOf(variant).toolCalls.flatMap(({ callId, success }) => (success === false ? [callId] : [])))]
        .length
    // A failing test run and a missing file.
    expect(failed('claude-code/07-traces-beta-protobuf')).toBe(2)
    expect(failed('codex/01-http-binary')).toBe(2)
    expect(failed('copilot/01-http-json')).toBe(2)
    // Gemini CLI and OpenCode call a command that failed a success.
    expect(failed('gemini/01-http')).toBe(1)
    expect(failed('opencode/08-serve-delta-std-env')).toBe(1)
  })

  test('decisions are told: two refused by a rule', () => {
    const rejected = (variant: string) =>
      new Set(variantOf(variant).toolCalls.flatMap(({ callId, decision }) => (decision === 'reject' ? [callId] : [])))
        .size
    expect(rejected('claude-code/09-cumulative-errors-deny')).toBe(2)
    expect(rejected('copilot/05-errors-deny')).toBe(2)
    expect(rejected('claude-code/01-http-json')).toBe(0)
  })
})

describe('order', () => {
  for (const variant of variants) {
    test(`${variant}: requests in any order, and sent twice, say the same`, () => {
      const { kept: _, ...straight } = lines(variantOf(variant))
      const { kept: __, ...shuffled } = lines(variantOf(variant, (list) => [...list, ...list].sort(bySeed(7))))
      expect(shuffled).toEqual(straight)
    })
  }

  /** A shuffle that is the same in every run. */
  function bySeed(seed: number) {
    const places = new Map<unknown, number>()
    let state = seed
    const place = (item: unknown): number => {
      const known = places.get(item)
      if (known !== undefined) return known
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      places.set(item, state)
      return state
    }
    return (a: unknown, b: unknown) => place(a) - place(b)
  }
})

describe('the folder', () => {
  const folders = readdirSync(import.meta.dir).filter((name) => statSync(join(import.meta.dir, name)).isDirectory())

  test('has one agent a folder', () => {
    expect(folders.sort()).toEqual([...agents, conventions, example].map(({ id }) => id).sort())
  })

  test('has a README and an own colour for each agent', () => {
    expect(folders.filter((name) => !existsSync(join(import.meta.dir, name, 'README.md')))).toEqual([])
    expect(new Set([...agents, conventions].map(({ hue }) => hue)).size).toBe(agents.length + 1)
  })
})
