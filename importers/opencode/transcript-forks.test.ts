// transcript-forks.test.ts: a fork as OpenCode 1.18 writes it: its origin's messages under new ids, with their own times.
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transcripts } from './transcript.ts'

let folder: string
let database: Database
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-opencode-forks-'))
  database = new Database(join(folder, 'opencode.db'))
  database.run(`create table session (id text primary key, parent_id text, directory text, title text, version text,
    time_created integer, time_updated integer)`)
  for (const table of ['message', 'part'])
    database.run(`create table ${table} (id text primary key, message_id text, session_id text, time_created integer,
      time_updated integer, data text)`)
})
afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = 1767225600000

function session(id: string, bornMs: number, answeredMs: number[]): void {
  const updated = start + 9000
  database.run('insert into session values (?, null, ?, ?, ?, ?, ?)', [
    id,
    '/home/dev/project',
    'A title',
    '1.18.33',
    start + bornMs,
    updated,
  ])
  for (const ms of answeredMs) {
    const data = {
      role: 'assistant',
      modelID: 'gpt-fake-1',
      time: { created: start + ms, completed: start + ms + 5 },
      tokens: { input: 10, output: 5, reasoning: 0, cache: { read: 0, write: 0 } },
    }
    database.run('insert into message values (?, null, ?, ?, ?, ?)', [
      `msg_${id}_${ms}`,
      id,
      start + ms,
      updated,
      JSON.stringify(data),
    ])
  }
}

function read() {
  const path = join(folder, 'opencode.db')
  const file = { path, root: folder, modifiedUnixNano: 1_900_000_000_000_000_000n }
  const slices = [...transcripts.readWhole!(file, undefined)].map(({ telemetry }) => telemetry)
  return {
    calls: slices.flatMap(({ calls }) => calls.map(({ messageId }) => messageId ?? '')).sort(),
    origins: Object.fromEntries(
      slices.flatMap(({ sessions }) =>
        sessions.flatMap(({ sessionId, forkedFrom }) => (forkedFrom ? [[sessionId, forkedFrom]] : [])),
      ),
    ),
  }
}

test('a fork tells only what was said in it, and where it comes from; all of it when its origin is gone', () => {
  session('ses_c', 0, [10, 20, 30])
  // The origin was asked again after the first fork; the second is a fork of the first.
  session('ses_b', 25, [10, 20, 40])
  session('ses_a', 50, [10, 20, 40, 60])
  const { calls, origins } = read()
  expect(calls).toEqual(['msg_ses_a_60', 'msg_ses_b_40', 'msg_ses_c_10', 'msg_ses_c_20', 'msg_ses_c_30'])
  expect(origins).toEqual({ ses_a: 'ses_c', ses_b: 'ses_c' })
  database.run("delete from message where session_id = 'ses_c'")
  expect(read().calls).toContain('msg_ses_b_10')
})
