// import.test.ts: imports into the real database: what is counted, what a second time changes, what comes back.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { remove } from '../ingest/removal/removal.ts'
import { allTools, type Bench, fixtures, openBench } from './testing.ts'

let bench: Bench
afterEach(() => bench.close())

const usageSql = `
  select tool, session_id, model, sum(requests)::bigint as requests, sum(input_tokens)::bigint as input, sum(output_tokens)::bigint as output,
    sum(cache_read_tokens)::bigint as read, sum(cache_write_tokens)::bigint as write
  from model_calls where status = 'ok' group by all order by all`
const ledger = () => bench.all(usageSql)
const everything = async () => ({
  calls: await ledger(),
  tools: await bench.all('select tool, session_id, call_id, tool_name, success from tool_calls order by all'),
  messages: await bench.all(
    'select tool, session_id, message_key, role, content, tool_output from messages order by all',
  ),
  sessions: await bench.all('select tool, session_id, title, project, branch from sessions order by all'),
})

describe('the recordings of all five agents', () => {
  beforeEach(async () => {
    bench = await openBench(allTools)
  })

  test('give the truth per session and model, minus what files do not hold', async () => {
    const summary = await bench.import()
    const rows = await ledger()
    type Served = {
      kind: string
      status: number
      model: string
      thread_id?: string
      usage: Record<string, number> | null
    }
    const truth = new Map<string, { requests: bigint; output: bigint; read: bigint }>()
    for (const tool of allTools) {
      const expected = JSON.parse(readFileSync(join(fixtures, tool, 'expected.json'), 'utf8')) as {
        sessions: { session_id: string; requests: Served[] }[]
      }
      for (const { session_id, requests } of expected.sessions) {
        for (const { kind, status, model, thread_id, usage } of requests) {
          if (status !== 200 || !usage || kind === 'utility') continue
          const key = `${tool} ${thread_id ?? session_id} ${model}`
          const sum = truth.get(key) ?? { requests: 0n, output: 0n, read: 0n }
          const thoughts = tool === 'gemini' ? (usage.reasoning ?? 0) : 0
          sum.requests++
          sum.output += BigInt((usage.output ?? 0) + thoughts)
          sum.read += BigInt(usage.cache_read ?? 0)
          truth.set(key, sum)
        }
      }
    }
    // README of the recordings: the process ended before it wrote this session's last answer of 48 tokens.
    const lost = truth.get('claude-code 0b75956a-87fd-49bb-bb16-5c83247bc2cc claude-opus-4-8')!
    const stored = new Map(rows.map((row) => [`${row.tool} ${row.session_id} ${row.model}`, row]))
    const missing = [...truth.keys()].filter((key) => !stored.has(key))
    for (const [key, row] of stored) {
      const expected = truth.get(key)!
      const short = expected === lost ? { requests: 1n, output: 48n } : { requests: 0n, output: 0n }
      expect([key, row.requests, row.output]).toEqual([
        key,
        expected.requests - short.requests,
        expected.output - short.output,
      ])
    }
    // Threads without a rollout (titles), sessions whose process wrote no file.
    expect(missing.every((key) => /^(codex|claude-code|gemini) /.test(key))).toBe(true)
    expect(stored.size).toBeGreaterThan(30)
    expect(summary.skipped).toEqual([])
    const calls = Object.values(summary.tools).reduce((sum, tool) => sum + tool.calls, 0)
    expect(calls).toBe(Number((await bench.all('select sum(requests) as n from model_calls'))[0]!.n))
    expect(
      Object.values(summary.tools).every(({ duplicates, newFiles, files }) => duplicates === 0 && newFiles === files),
    ).toBe(true)
  })

  test('a second import finds nothing new and changes nothing, also after a restart', async () => {
    await bench.import()
    const before = await everything()
    await bench.restart()
    const again = await bench.import()
    expect(await everything()).toEqual(before)
    for (const tool of Object.values(again.tools))
      expect(tool).toMatchObject({ newFiles: 0, unchangedFiles: tool.files, calls: 0, duplicates: 0 })
    expect(again.bytes).toBe(0)
  })

  test('a forced import reads everything again and changes nothing', async () => {
    const first = await bench.import()
    const before = await everything()
    const forced = await bench.import({ force: true })
    expect(await everything()).toEqual(before)
    for (const [tool, { calls, duplicates, totalTokens }] of Object.entries(forced.tools))
      expect([calls, duplicates, totalTokens]).toEqual([
        first.tools[tool]!.calls,
        calls,
        first.tools[tool]!.totalTokens,
      ])
  })

  test('a dry run tells what would be new and stores nothing', async () => {
    const dry = await bench.import({ dryRun: true })
    expect((await bench.all('select count(*) as n from model_calls'))[0]!.n).toBe(0n)
    expect((await bench.all('select count(*) as n from import_files'))[0]!.n).toBe(0n)
    const real = await bench.import()
    expect(dry.tools).toEqual(real.tools)
    expect(dry.dryRun).toBe(true)
  })

  test('a window imports only its time, and a plain import later brings the rest', async () => {
    const day = (text: string) => BigInt(Date.parse(text)) * 1_000_000n
    await bench.import({ tools: ['claude-code'], from: day('2026-11-22T03:55:00Z'), to: day('2026-11-22T03:56:00Z') })
    const [part] = await bench.all(
      'select count(*) as n, min(epoch_ns(time)) as first, max(epoch_ns(time)) as last from model_calls',
    )
    expect(Number(part!.n)).toBeGreaterThan(0)
    expect(
      (part!.first as bigint) >= day('2026-11-22T03:55:00Z') && (part!.last as bigint) < day('2026-11-22T03:56:00Z'),
    ).toBe(true)
    await bench.import({ tools: ['claude-code'] })
    const windowed = await ledger()
    const fresh = await openBench(allTools)
    await fresh.import({ tools: ['claude-code'] })
    expect(windowed).toEqual(await fresh.all(usageSql))
    await fresh.close()
  })

  test('purge takes out what was imported of this tool only, and reads it in again', async () => {
    await bench.import()
    const before = await everything()
    await bench.core.store.transaction((tx) => tx.run("update model_calls set input_tokens = 0 where tool = 'codex'"))
    const summary = await bench.import({ tools: ['codex'], purge: true })
    expect(await everything()).toEqual(before)
    expect(summary.tools.codex).toMatchObject({ duplicates: 0 })
  })

  test('what was deleted stays away from a plain import and comes back when forced', async () => {
    await bench.import({ tools: ['opencode', 'claude-code'] })
    const before = await ledger()
    const session = 'ses_dfe9085fbffeIqdl0oSXpC3pAR'
    await remove(bench.core.store, bench.core.ledger, { what: 'sessions', from: 0n, to: 0n, session })
    const without = before.filter(({ session_id }) => session_id !== session)
    expect(await ledger()).toEqual(without)
    // Even when the store is read again because it was touched.
    const now = new Date()
    utimesSync(join(bench.home, '.local/share/opencode/opencode.db'), now, now)
    await bench.import({ tools: ['opencode'] })
    expect(await ledger()).toEqual(without)
    await bench.import({ tools: ['opencode'], force: true })
    expect(await ledger()).toEqual(before)
  })
})

describe('files that change between imports', () => {
  const source = join(
    fixtures,
    'claude-code/transcripts/.claude/projects/-home-dev-project/9f86bdd1-e720-4efd-a4d4-a23229471452.jsonl',
  )
  let path: string
  beforeEach(async () => {
    bench = await openBench(['claude-code'])
    path = join(bench.home, '.claude/projects/-home-dev-project/9f86bdd1-e720-4efd-a4d4-a23229471452.jsonl')
    for (const name of [
      '064f97c8-9a29-47af-9a92-4b67be272fde',
      '0b75956a-87fd-49bb-bb16-5c83247bc2cc',
      '8c2153be-42c4-453a-9391-565953c07092',
    ])
      rmSync(join(bench.home, `.claude/projects/-home-dev-project/${name}.jsonl`))
  })

  const half = () => {
    const text = readFileSync(source, 'utf8')
    const cut = text.indexOf('\n', text.length / 2) + 1
    return [text.slice(0, cut), text.slice(cut)] as const
  }
  const reference = async () => {
    const other = await openBench(['claude-code'])
    await other.import()
    const rows = (await other.all(usageSql)).filter(
      ({ session_id }) => session_id === '9f86bdd1-e720-4efd-a4d4-a23229471452',
    )
    await other.close()
    return rows
  }
  const own = async () =>
    (await ledger()).filter(({ session_id }) => session_id === '9f86bdd1-e720-4efd-a4d4-a23229471452')

  test('a file that grew is read on from where it was left', async () => {
    const [first, second] = half()
    writeFileSync(path, first)
    await bench.import()
    appendFileSync(path, second)
    const summary = await bench.import()
    expect(summary.bytes).toBe(Buffer.byteLength(second))
    expect(await own()).toEqual(await reference())
  })

  test('a last line without an end is imported, and not twice when it is ended', async () => {
    const text = readFileSync(source, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n')
    writeFileSync(path, text)
    await bench.import()
    const before = await everything()
    appendFileSync(path, '\n')
    await bench.import()
    expect(await everything()).toEqual(before)
  })

  test('a file that shrank, was replaced or disappeared takes nothing back', async () => {
    await bench.import()
    const before = await ledger()
    truncateSync(path, 2000)
    await bench.import()
    expect(await ledger()).toEqual(before)
    cpSync(source, `${path}.new`)
    renameSync(`${path}.new`, path)
    await bench.import()
    expect(await ledger()).toEqual(before)
    rmSync(path)
    await bench.import()
    expect(await ledger()).toEqual(before)
  })

  test('--path names the tool’s own folder', async () => {
    const elsewhere = join(bench.folder, 'elsewhere')
    cpSync(join(bench.home, '.claude/projects'), elsewhere, { recursive: true })
    rmSync(join(bench.home, '.claude'), { recursive: true })
    expect((await bench.import()).tools['claude-code']?.files).toBe(0)
    const summary = await bench.import({ tools: ['claude-code'], paths: [elsewhere] })
    expect(summary.tools['claude-code']?.calls).toBeGreaterThan(0)
  })

  test('an import that is stopped goes on where its last commit was', async () => {
    const stop = new AbortController()
    const { importTranscripts } = await import('./import.ts')
    const deps = { ...bench.deps, signal: stop.signal, progress: () => stop.abort() }
    await importTranscripts({ tools: ['claude-code'] }, deps)
    const part = await ledger()
    await bench.import()
    expect((await ledger()).length).toBeGreaterThan(part.length)
    expect(await own()).toEqual(await reference())
  })

  test('of more lost records than can be listed the number is told', async () => {
    const folder = join(bench.home, '.claude/projects/-home-dev-project')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'noise.jsonl'), 'no record\n'.repeat(1500))
    const { skipped, skippedCount } = await bench.import({ tools: ['claude-code'] })
    expect([skipped.length, skippedCount]).toEqual([1000, 1500])
  })

  test('a file that cannot be read is told and the others are imported', async () => {
    const database = join(bench.home, '.local/share/opencode')
    await Bun.write(join(database, 'opencode.db'), 'x'.repeat(5000))
    const summary = await bench.import()
    expect(summary.skipped.map(({ path }) => path)).toContain(join(database, 'opencode.db'))
    expect(summary.tools['claude-code']?.calls).toBeGreaterThan(0)
  })
})
