// transcript.test.ts: what is read from OpenCode's stores, against the truth of the recordings and trap by trap.
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  expectedTotals,
  fixtures,
  readTree,
  requestsOf,
  sessionsOf,
  toolCallsOf,
  totalsOf,
  transcriptOf,
} from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

const root = join(fixtures, 'opencode/transcripts/.local/share/opencode')
const before = readdirSync(root)
const reading = readTree(transcripts, root)

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'telltale-opencode-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const modifiedUnixNano = 1_900_000_000_000_000_000n
function readAll(path: string, watermark: unknown = undefined) {
  const slices = [...transcripts.readWhole!({ path, root: dirname(path), modifiedUnixNano }, watermark)]
  return { slices, calls: slices.flatMap(({ telemetry }) => telemetry.calls), watermark: slices.at(-1)?.watermark }
}

describe('the recordings', () => {
  test('equal the truth per session and model, but for the title calls that the store does not hold', () => {
    const expected = expectedTotals('opencode', ({ kind }) => kind !== 'utility', undefined)
    expect(totalsOf(reading.telemetry)).toEqual(expected)
    expect(Object.keys(expected)).toHaveLength(7)
  })

  test('nothing is lost, and nothing is left beside the store', () => {
    expect(reading.skipped).toEqual([])
    expect(readdirSync(root)).toEqual(before)
  })

  test('tool calls have outcome by exit code, lines and time', () => {
    const calls = [...toolCallsOf(reading.telemetry).values()].filter(
      ({ sessionId }) => sessionId === 'ses_dfe8fdf0bffegc4rf93kB3H9oB',
    )
    expect(
      calls.map(({ toolName, success, linesAdded, linesRemoved }) => [toolName, success, linesAdded, linesRemoved]),
    ).toEqual([
      ['bash', true, undefined, undefined],
      ['read', true, undefined, undefined],
      ['write', true, 4, 0],
      ['edit', true, 2, 1],
      ['bash', false, undefined, undefined],
      ['read', false, undefined, undefined],
      ['bash', true, undefined, undefined],
      ['read', true, undefined, undefined],
      ['edit', true, 1, 1],
      ['bash', true, undefined, undefined],
    ])
    expect(calls.every(({ durationMs }) => (durationMs ?? -1) >= 0)).toBe(true)
  })

  test('the transcript is in order, sessions have title, folder and version, costs are those that OpenCode reports', () => {
    const told = transcriptOf(reading.telemetry, 'ses_dfe8fdf0bffegc4rf93kB3H9oB')
    expect(told.slice(0, 4).map(({ role, toolName, content }) => [role, toolName ?? content.slice(0, 30)])).toEqual([
      ['user', '"Add a greet() function to src'],
      ['assistant', "I'll look at the project first"],
      ['tool_use', 'bash'],
      ['tool_result', 'bash'],
    ])
    expect(sessionsOf(reading.telemetry).get('ses_dfe8fdf0bffegc4rf93kB3H9oB')).toMatchObject({
      title: 'Project work',
      cwd: '/home/dev/project',
      version: '1.18.33',
    })
    const cost = requestsOf(reading.telemetry)
      .filter(({ sessionId }) => sessionId === 'ses_dfe8fdf0bffegc4rf93kB3H9oB')
      .reduce((sum, { reportedCostNanoUsd }) => sum + (reportedCostNanoUsd ?? 0), 0)
    expect(cost).toBe(60_516_000)
  })

  test('nothing new gives no request again beyond a day, and a changed message gives only what changed', () => {
    const path = join(home, 'opencode.db')
    copyFileSync(join(root, 'opencode.db'), path)
    const first = readAll(path)
    const database = new Database(path)
    const later = 1795321472029 + 10 * 86_400_000
    database.run('update message set time_updated = ? where id = ?', [later, 'msg_2016f82480017qH5GfWpu2AzNy'])
    database.run('update session set time_updated = ? where id = ?', [later, 'ses_dfe9085fbffeIqdl0oSXpC3pAR'])
    database.close()
    const second = readAll(path, JSON.parse(JSON.stringify(first.watermark)))
    const third = readAll(path, second.watermark)
    expect(second.watermark).toEqual({ updated: later })
    expect(third.calls.map(({ messageId }) => messageId)).toEqual(['msg_2016f82480017qH5GfWpu2AzNy'])
  })
})

// ── traps ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function store(name: string): { path: string; database: Database } {
  const folder = join(home, name)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'opencode.db')
  const database = new Database(path)
  database.run(`create table session (id text primary key, parent_id text, directory text, title text, version text,
    time_created integer, time_updated integer)`)
  database.run(
    'create table message (id text primary key, session_id text, time_created integer, time_updated integer, data text)',
  )
  database.run(
    'create table part (id text primary key, message_id text, session_id text, time_created integer, time_updated integer, data text)',
  )
  database.run("insert into session values ('ses_1', null, '/none/app', 't', '1', 1767225600000, 1767225600000)")
  return { path, database }
}

/** The files of a folder with all that a reader could change of them. */
function looks(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort()
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name)
      // By another process: in this one it would take the writer's locks along.
      const hash = Bun.spawnSync(['cksum', path]).stdout.toString()
      const { size, mtimeMs, ino, mode } = lstatSync(path)
      return [name, `${size} ${mtimeMs} ${ino} ${mode} ${hash}`]
    }),
  )
}

const data = (more: object = {}) => ({
  role: 'assistant',
  modelID: 'gpt-5.5',
  providerID: 'openai',
  time: { created: 1767225600000, completed: 1767225601000 },
  tokens: { input: 10, output: 5, reasoning: 2, cache: { read: 3, write: 0 } },
  cost: 0,
  ...more,
})
const add = (database: Database, id: string, message: object | string) =>
  database.run('insert into message values (?, ?, ?, ?, ?)', [
    id,
    'ses_1',
    1767225600000,
    1767225600000,
    typeof message === 'string' ? message : JSON.stringify(message),
  ])
const addStep = (database: Database, id: string, message: string, output: number) =>
  database.run('insert into part values (?, ?, ?, ?, ?, ?)', [
    id,
    message,
    'ses_1',
    1,
    1,
    JSON.stringify({ type: 'step-finish', tokens: { input: 1, output } }),
  ])

describe('traps', () => {
  test('output and reasoning are apart there and together here; a cost of 0 is a subscription, not a price', () => {
    const { path, database } = store('counts')
    add(database, 'msg_1', data())
    database.close()
    const [call] = readAll(path).calls
    expect(call).toMatchObject({
      inputTokens: 10,
      cacheReadTokens: 3,
      outputTokens: 7,
      reasoningTokens: 2,
      weakKey: '13/3/7',
      durationMs: 1000,
    })
    expect(call?.reportedCostNanoUsd).toBeUndefined()
  })

  test('the answer that sums a conversation up is a side call, whatever the mode is called', () => {
    const { path, database } = store('summed.db')
    add(database, 'msg_1', data({ summary: true, mode: 'build' }))
    database.close()
    expect(readAll(path).calls).toMatchObject([{ agent: 'compaction', querySource: 'auxiliary' }])
  })

  test('an older message of several steps is several requests; its own numbers are not one more', () => {
    const { path, database } = store('steps')
    add(database, 'msg_1', data())
    addStep(database, 'prt_1', 'msg_1', 4)
    addStep(database, 'prt_2', 'msg_1', 6)
    database.close()
    expect(readAll(path).calls.map(({ outputTokens }) => outputTokens)).toEqual([4, 6])
  })

  test('a message that is still being written is no request yet, an error is a failed one, broken JSON is told', () => {
    const { path, database } = store('errors')
    add(database, 'msg_1', data({ time: { created: 1767225600000 }, tokens: { input: 0, output: 0 } }))
    add(
      database,
      'msg_2',
      data({ tokens: { input: 0, output: 0 }, error: { name: 'APIError', data: { message: 'bad', statusCode: 400 } } }),
    )
    add(database, 'msg_3', data({ tokens: { input: 0, output: 0 }, error: { name: 'MessageAbortedError', data: {} } }))
    add(database, 'msg_4', '{"role":')
    database.close()
    const { calls, slices } = readAll(path)
    expect(calls).toMatchObject([{ status: 'error', statusCode: 400, errorType: 'APIError' }])
    expect(slices.flatMap(({ skipped }) => skipped)).toEqual([{ reason: 'message msg_4: not JSON' }])
  })

  test('a writer’s WAL is read with the store, and neither reading nor closing leaves a mark in its files', async () => {
    const { path, database } = store('wal')
    database.run('pragma journal_mode = wal')
    database.run('pragma wal_autocheckpoint = 0')
    add(database, 'msg_1', data())
    const before = looks(dirname(path))
    // In another process, as it is: what is closed in this one would take the writer's locks along.
    const script = `
      const { transcripts } = await import(${JSON.stringify(join(import.meta.dir, 'transcript.ts'))})
      const file = { path: ${JSON.stringify(path)}, root: ${JSON.stringify(dirname(path))}, modifiedUnixNano: 1n }
      console.log([...transcripts.readWhole(file, undefined)].flatMap((slice) => slice.telemetry.calls).length)`
    expect(Bun.spawnSync([process.execPath, '-e', script]).stdout.toString()).toBe('1\n')
    expect(looks(dirname(path))).toEqual(before)
    add(database, 'msg_2', data())
    database.close()
    expect(readAll(path).calls).toHaveLength(2)
  })

  test('a WAL that a crash left behind is read from a copy', () => {
    const { path, database } = store('crashed')
    database.run('pragma journal_mode = wal')
    database.run('pragma wal_autocheckpoint = 0')
    add(database, 'msg_1', data())
    const left = join(home, 'left')
    mkdirSync(left)
    for (const end of ['', '-wal']) copyFileSync(path + end, join(left, `opencode.db${end}`))
    database.close()
    chmodSync(left, 0o555)
    expect(readAll(join(left, 'opencode.db')).calls).toHaveLength(1)
    chmodSync(left, 0o755)
    expect(readdirSync(left).sort()).toEqual(['opencode.db', 'opencode.db-wal'])
  })

  test('a store without WAL files gets none', () => {
    const { path, database } = store('closed')
    database.run('pragma journal_mode = wal')
    add(database, 'msg_1', data())
    database.close()
    expect(readAll(path).calls).toHaveLength(1)
    expect(readdirSync(dirname(path))).toEqual(['opencode.db'])
  })

  test('of a transaction that is being written, or was never finished, what was committed before is read', () => {
    const { path, database } = store('open')
    add(database, 'msg_1', data())
    database.run('pragma cache_size = 1')
    database.run('begin exclusive')
    for (let n = 2; n < 200; n++) add(database, `msg_${n}`, data({ padding: 'x'.repeat(1000) }))
    const killed = join(home, 'killed')
    mkdirSync(killed)
    for (const end of ['', '-journal']) copyFileSync(path + end, join(killed, `opencode.db${end}`))
    for (const folder of [dirname(path), killed]) {
      const before = looks(folder)
      expect(Object.keys(before)).toEqual(['opencode.db', 'opencode.db-journal'])
      expect(readAll(join(folder, 'opencode.db')).calls).toHaveLength(1)
      expect(looks(folder)).toEqual(before)
    }
    database.run('rollback')
    database.close()
  })

  test('a damaged page takes what stands on it and not the sessions after it', () => {
    const { path, database } = store('damaged')
    database.run("insert into session values ('ses_2', null, '/none/app', 't', '1', 1767225600001, 1767225600001)")
    // Large enough that each has pages of its own.
    for (const session of ['ses_1', 'ses_2'])
      for (let n = 0; n < 3; n++)
        database.run('insert into message values (?, ?, 1, 1767225600000, ?)', [
          `msg_${session}_${n}`,
          session,
          JSON.stringify(data({ padding: `${'x'.repeat(20_000)}${session}-${n}${'y'.repeat(20_000)}` })),
        ])
    database.close()
    const bytes = readFileSync(path)
    const page = Math.floor(bytes.indexOf('ses_1-1') / 4096) * 4096
    bytes.fill(0xff, page, page + 4096)
    writeFileSync(path, bytes)
    const { calls, slices } = readAll(path)
    const told = slices.flatMap(({ skipped }) => skipped)
    expect(calls.filter(({ sessionId }) => sessionId === 'ses_2')).toHaveLength(3)
    expect(told.length).toBeGreaterThan(0)
    expect(told[0]?.reason).toContain('ses_1')
  })

  test('a store of an unknown shape is told, a corrupt one throws, and both leave the rest of the import alone', () => {
    const folder = join(home, 'strange')
    mkdirSync(folder)
    const path = join(folder, 'opencode.db')
    const database = new Database(path)
    database.run('create table other (x)')
    database.close()
    expect(readAll(path).slices[0]?.skipped).toHaveLength(1)
    writeFileSync(path, 'this is not a database, not at all, but long enough to be looked at')
    expect(() => readAll(path)).toThrow()
  })

  test('the older documents and the store they were moved into give the same requests', () => {
    const { path, database } = store('moved')
    add(database, 'msg_1', data())
    addStep(database, 'prt_1', 'msg_1', 7)
    database.close()
    const storage = join(dirname(path), 'storage')
    const write = (name: string, content: object) => {
      mkdirSync(dirname(join(storage, name)), { recursive: true })
      writeFileSync(join(storage, name), JSON.stringify(content))
    }
    write('session/proj/ses_1.json', {
      id: 'ses_1',
      parentID: 'ses_0',
      directory: '/none/app',
      title: 'old',
      time: { created: 1767225600000, updated: 1767225600000 },
    })
    write('message/ses_1/msg_1.json', { id: 'msg_1', sessionID: 'ses_1', ...data() })
    write('part/msg_1/prt_1.json', {
      id: 'prt_1',
      messageID: 'msg_1',
      sessionID: 'ses_1',
      type: 'step-finish',
      tokens: { input: 1, output: 7 },
    })
    writeFileSync(join(storage, 'part/msg_1/prt_2.json'), '')
    const { telemetry, skipped } = readTree(transcripts, dirname(path))
    expect(requestsOf(telemetry)).toHaveLength(1)
    expect(new Set(telemetry.calls.map(({ observationId }) => observationId)).size).toBe(1)
    expect(sessionsOf(telemetry).get('ses_1')?.parentSessionId).toBe('ses_0')
    expect(skipped.map(({ reason }) => reason)).toContain('an empty file')
  })
})

test('the data folder follows XDG_DATA_HOME; databases of any channel match, nothing else does', () => {
  expect(transcripts.roots({ home: '/h', platform: 'linux', vars: {} })).toEqual(['/h/.local/share/opencode'])
  expect(transcripts.roots({ home: '/h', platform: 'linux', vars: { XDG_DATA_HOME: '/x' } })).toEqual(['/x/opencode'])
  expect(
    ['/d/opencode.db', '/d/opencode-nightly.db', '/d/storage/message/ses_1/msg_1.json'].every(transcripts.match),
  ).toBe(true)
  expect(['/d/opencode.db-wal', '/d/auth.json', '/d/storage/migration'].some(transcripts.match)).toBe(false)
})
