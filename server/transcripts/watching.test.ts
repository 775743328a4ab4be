// watching.test.ts: transcripts that grow, break off, rotate and vanish under a watch, into the real database.
import { Database } from 'bun:sqlite'
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
import { dirname, join } from 'node:path'
import { createLog } from '../log.ts'
import { allTools, type Bench, fixtures, openBench } from './testing.ts'
import { type TranscriptWatch, type WatchOptions, watchTranscripts } from './watching.ts'

let bench: Bench
let watch: TranscriptWatch | undefined
const logged: string[] = []

beforeEach(async () => {
  bench = await openBench()
  logged.length = 0
})
afterEach(async () => {
  await watch?.close()
  watch = undefined
  await bench.close()
})

async function start(options: Partial<WatchOptions> = {}): Promise<TranscriptWatch> {
  const log = createLog('WARN', (line) => logged.push(line))
  watch = await watchTranscripts({ tools: allTools, pollMs: 60_000, ...options }, { ...bench.deps, log })
  return watch
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return
    await Bun.sleep(25)
  }
  throw new Error('it did not happen in ten seconds')
}

const projects = () => join(bench.home, '.claude/projects/-x')
const session = (name: string) => join(projects(), `${name}.jsonl`)
let serial = 0
const answer = (sessionId: string, output = 1) => {
  serial++
  const message = {
    id: `m${serial}`,
    role: 'assistant',
    model: 'claude-opus-4-6',
    stop_reason: 'end_turn',
    content: [{ type: 'text', text: `answer ${serial}` }],
    usage: { input_tokens: 1, output_tokens: output },
  }
  return `${JSON.stringify({ type: 'assistant', uuid: `u${serial}`, sessionId, requestId: `r${serial}`, timestamp: new Date().toISOString(), message })}\n`
}
const outputs = async () =>
  Number((await bench.all('select coalesce(sum(output_tokens), 0)::bigint as n from model_calls'))[0]!.n)
const requests = async () => Number((await bench.all('select count(*) as n from model_calls'))[0]!.n)

describe('where a watch begins', () => {
  test('the first one notes where files end: the history stays out, what is appended comes in, half lines included', async () => {
    mkdirSync(projects(), { recursive: true })
    writeFileSync(session('s'), answer('s', 100) + answer('s', 100).slice(0, 40))
    await start()
    const rest = answer('s', 3)
    // The line that was being written when the watch began is new; here its first half is lost by its writer.
    appendFileSync(session('s'), `\n${rest}`)
    await until(async () => (await outputs()) === 3)
    expect(await requests()).toBe(1)
    expect(watch!.status().roots.find(({ path }) => path.endsWith('.claude/projects'))?.files).toBe(1)
  })

  test('a reader that begins in the middle knows the session, its model and its totals', async () => {
    const recorded = join(
      fixtures,
      'codex/transcripts/.codex/sessions/2026/11/22/rollout-2026-11-22T04-00-36-01a20169-bb97-71b3-876f-4b0b26174663.jsonl',
    )
    const path = join(bench.home, '.codex/sessions/2026/11/22', recorded.split('/').at(-1)!)
    mkdirSync(dirname(path), { recursive: true })
    const lines = readFileSync(recorded, 'utf8')
      .split('\n')
      .filter((line) => line && !line.includes('token_usage_record'))
    const cut = lines.findIndex((line) => line.includes('"token_count"')) + 1
    writeFileSync(
      path,
      lines
        .slice(0, cut)
        .map((line) => `${line}\n`)
        .join(''),
    )
    await start()
    appendFileSync(
      path,
      lines
        .slice(cut)
        .map((line) => `${line}\n`)
        .join(''),
    )
    await until(async () => (await requests()) === 9)
    const [sum] = await bench.all(
      'select sum(output_tokens)::bigint as output, any_value(model) as model, any_value(project) as project from model_calls',
    )
    expect(sum).toEqual({ output: 2631n - 142n, model: 'gpt-5.5', project: 'project' })
  })

  test('with --backfill the history comes first', async () => {
    mkdirSync(projects(), { recursive: true })
    writeFileSync(session('s'), answer('s', 100))
    await start({ backfill: true })
    await watch!.catchUp()
    expect(await outputs()).toBe(100)
  })

  test('an import after the first watch brings the history that the watch left out', async () => {
    mkdirSync(projects(), { recursive: true })
    writeFileSync(session('s'), answer('s', 100))
    await start()
    appendFileSync(session('s'), answer('s', 3))
    await until(async () => (await outputs()) === 3)
    const summary = await bench.import()
    expect(await outputs()).toBe(103)
    expect(summary.tools['claude-code']).toMatchObject({ calls: 2, duplicates: 1 })
  })

  test('what an import reads beside the watch is not read again, and two imports take turns', async () => {
    mkdirSync(projects(), { recursive: true })
    writeFileSync(session('s'), answer('s', 100))
    await start()
    const summaries = await Promise.all([bench.import(), bench.import()])
    expect(summaries.map(({ tools }) => tools['claude-code']!.unchangedFiles)).toEqual([0, 1])
    const before = watch!.status().lastReadUnixMs
    utimesSync(session('s'), new Date(), new Date())
    await watch!.catchUp()
    expect(watch!.status().lastReadUnixMs).not.toBe(before)
    appendFileSync(session('s'), answer('s', 3))
    await until(async () => (await outputs()) === 103)
    expect(await bench.all("select calls::integer as calls from import_files where kind = 'lines'")).toEqual([
      { calls: 2 },
    ])
  })

  test('a folder that appears later is picked up, and its files are read from their beginning', async () => {
    await start({ pollMs: 50 })
    mkdirSync(projects(), { recursive: true })
    writeFileSync(session('s'), answer('s', 5))
    await until(async () => (await outputs()) === 5)
  })

  test('a restart goes on where the last commit was, with what was written meanwhile', async () => {
    mkdirSync(projects(), { recursive: true })
    await start()
    writeFileSync(session('s'), answer('s', 5))
    await until(async () => (await outputs()) === 5)
    await watch!.close()
    watch = undefined
    appendFileSync(session('s'), answer('s', 6))
    writeFileSync(session('new'), answer('new', 7))
    await bench.restart()
    await start()
    await watch!.catchUp()
    expect(await outputs()).toBe(18)
    expect(await requests()).toBe(3)
  })
})

describe('what happens to files', () => {
  beforeEach(() => mkdirSync(projects(), { recursive: true }))

  test('a line in two halves counts once', async () => {
    await start({ restMs: 100 })
    const line = answer('s', 4)
    writeFileSync(session('s'), line.slice(0, 50))
    await Bun.sleep(250)
    appendFileSync(session('s'), line.slice(50))
    await until(async () => (await outputs()) === 4)
    expect(await requests()).toBe(1)
    expect(logged).toEqual([])
  })

  test('a last line without an end is told when the file rests, and once', async () => {
    await start({ restMs: 100 })
    writeFileSync(session('s'), answer('s', 4).trimEnd())
    await until(async () => (await outputs()) === 4)
    appendFileSync(session('s'), `\n${answer('s', 5)}`)
    await until(async () => (await outputs()) === 9)
    expect(await requests()).toBe(2)
  })

  test('truncated, rewritten, replaced, rotated, deleted: nothing is lost and nothing counts twice', async () => {
    await start()
    const first = answer('s', 1)
    writeFileSync(session('s'), first)
    await until(async () => (await outputs()) === 1)
    truncateSync(session('s'), 0)
    appendFileSync(session('s'), answer('s', 10))
    await until(async () => (await outputs()) === 11)
    writeFileSync(session('s'), first + answer('s', 100))
    await until(async () => (await outputs()) === 111)
    // What is written to the old file right before another takes its place is read, too.
    appendFileSync(session('s'), answer('s', 1000))
    renameSync(session('s'), `${session('s')}.old`)
    writeFileSync(session('s'), answer('s', 10_000))
    await until(async () => (await outputs()) === 11_111)
    rmSync(projects(), { recursive: true })
    mkdirSync(projects(), { recursive: true })
    writeFileSync(session('s'), answer('s', 100_000))
    await until(async () => {
      watch!.status()
      await watch!.catchUp()
      return (await outputs()) === 111_111
    })
    expect(await requests()).toBe(6)
  })

  test('random pieces into several files, with restarts of the server in between, give exact totals', async () => {
    let random = 12_345
    const next = (below: number) => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
      return random % below
    }
    await start({ restMs: 60_000 })
    const names = ['a', 'b', 'c']
    const pending = new Map(names.map((name) => [name, '']))
    let written = 0
    for (let round = 0; round < 120; round++) {
      const name = names[next(names.length)]!
      const output = next(50)
      written += output
      const text = pending.get(name) + answer(name, output)
      const cut = round % 7 === 0 ? text.length : next(text.length)
      appendFileSync(session(name), text.slice(0, cut))
      pending.set(name, text.slice(cut))
      if (round % 20 === 19) await Bun.sleep(next(60))
      if (round % 40 === 39) {
        await watch!.close()
        watch = undefined
        await bench.restart()
        await start({ restMs: 60_000 })
      }
    }
    for (const name of names) appendFileSync(session(name), pending.get(name)!)
    await until(async () => {
      await watch!.catchUp()
      return (await requests()) === 120
    })
    expect(await outputs()).toBe(written)
  })

  test('a file that cannot be opened is told once, and the others go on', async () => {
    await start()
    Bun.spawnSync(['mkfifo', session('pipe')])
    writeFileSync(session('s'), answer('s', 2))
    await until(async () => (await outputs()) === 2)
    watch!.catchUp()
    await until(() => logged.some((line) => line.includes('pipe.jsonl')))
    expect(logged.filter((line) => line.includes('pipe.jsonl'))).toHaveLength(1)
  })

  test('a session that was removed stays away while what it goes on with comes in', async () => {
    await start()
    writeFileSync(session('s'), answer('s', 1))
    await until(async () => (await outputs()) === 1)
    const { remove } = await import('../ingest/removal/removal.ts')
    await remove(bench.core.store, bench.core.ledger, { what: 'sessions', from: 0n, to: 0n, session: 's' })
    await watch!.close()
    await start()
    await Bun.sleep(5)
    appendFileSync(session('s'), answer('s', 20))
    await until(async () => (await outputs()) === 20)
  })
})

test('OpenCode’s store is read as its write-ahead log grows', async () => {
  const folder = join(bench.home, '.local/share/opencode')
  mkdirSync(folder, { recursive: true })
  cpSync(join(fixtures, 'opencode/transcripts/.local/share/opencode/opencode.db'), join(folder, 'opencode.db'))
  const database = new Database(join(folder, 'opencode.db'))
  database.run('pragma journal_mode = wal')
  await start()
  expect(await requests()).toBe(0)
  const now = Date.now() + 1000
  const id = 'ses_dfe9085fbffeIqdl0oSXpC3pAR'
  const data = {
    role: 'assistant',
    modelID: 'gpt-5.5',
    providerID: 'openai',
    time: { created: now, completed: now },
    tokens: { input: 1, output: 2, reasoning: 0, cache: { read: 0, write: 0 } },
  }
  database.run('insert into message values (?, ?, ?, ?, ?)', ['msg_zzz', id, now, now, JSON.stringify(data)])
  database.run('update session set time_updated = ? where id = ?', [now, id])
  await until(async () => (await outputs()) === 2)
  expect(await requests()).toBe(1)
  database.close()
})
