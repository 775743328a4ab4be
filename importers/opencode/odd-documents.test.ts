// OpenCode's stores with values at random in their rows and documents, and with damaged bytes: whatever can be read is read, the
// rest is told by its reason, and nothing is left beside them.
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import type { TranscriptSlice } from '#proto/agent.ts'
import { changedJson, oddValue } from '../odd-json.ts'
import { fixtures, readTree } from '../transcript-fixtures.ts'
import { transcripts } from './transcript.ts'

const recorded = join(fixtures, 'opencode/transcripts/.local/share/opencode/opencode.db')
type Row = { table: 'message' | 'part' | 'session'; id: string; data: string; owner: string }
let folder: string
let rows: Row[]
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-odd-documents-'))
  const database = Database.deserialize(readFileSync(recorded))
  const all = (sql: string) => database.query(sql).all() as Row[]
  rows = [
    ...all("select 'message' as 'table', id, data, session_id as owner from message order by id limit 40"),
    ...all("select 'part' as 'table', id, data, message_id as owner from part order by id limit 80"),
  ]
  database.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const change = fc.record({
  row: fc.nat(),
  at: fc.nat(),
  value: oddValue,
  key: fc.constantFrom('', '', '', '__proto__', 'toString', 'step-finish', 'tool'),
  cut: fc.option(fc.nat(), { nil: undefined, freq: 8 }),
})

function damaged(
  changes: readonly { row: number; at: number; value: unknown; key: string; cut: number | undefined }[],
): Row[] {
  const out = rows.map((row) => ({ ...row }))
  for (const { row, at, value, key, cut } of changes) {
    const one = out[row % out.length]!
    one.data = changedJson(one.data, at, value, key)
    if (cut !== undefined) one.data = one.data.slice(0, cut % (one.data.length + 1))
  }
  return out
}

function isSound(slices: readonly Pick<TranscriptSlice, 'telemetry' | 'skipped'>[]): void {
  for (const { telemetry, skipped } of slices) {
    for (const { sessionId, model, observationId, timeUnixNano, keys, ...call } of telemetry.calls) {
      expect([typeof sessionId, typeof model, typeof observationId, typeof timeUnixNano]).toEqual([
        'string',
        'string',
        'string',
        'bigint',
      ])
      expect(keys.every((key) => typeof key === 'string')).toBe(true)
      for (const count of [call.inputTokens, call.outputTokens, call.cacheReadTokens, call.reportedCostNanoUsd])
        expect(count === undefined || (Number.isSafeInteger(count) && count >= 0)).toBe(true)
    }
    for (const { content, timeUnixNano } of telemetry.messages)
      expect([typeof content, typeof timeUnixNano]).toEqual(['string', 'bigint'])
    for (const { toolName, callId } of telemetry.toolCalls)
      expect([typeof toolName, typeof callId]).toEqual(['string', 'string'])
    for (const { sessionId } of telemetry.sessions) expect(typeof sessionId).toBe('string')
    for (const { reason } of skipped) expect(reason).not.toBe('')
  }
  expect(({} as Record<string, unknown>).type).toBeUndefined()
}

const column = fc.constantFrom(
  'time_created',
  'time_updated',
  'data',
  'id',
  'session_id',
  'directory',
  'title',
  'parent_id',
)
const cell = fc.constantFrom<string | number | null | Uint8Array>(
  null,
  '',
  -1,
  0,
  1.5,
  1e300,
  2 ** 53,
  'x',
  new Uint8Array([0, 255]),
  '{"a":',
)
const cells = fc.array(fc.tuple(fc.constantFrom('session', 'message', 'part'), column, cell, fc.nat(20)), {
  maxLength: 4,
})

test('rows with odd values are read or told', () => {
  const path = join(folder, 'rows', 'opencode.db')
  mkdirSync(dirname(path))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 10 }), cells, (changes, others) => {
      writeFileSync(path, readFileSync(recorded))
      const database = new Database(path)
      for (const { table, id, data } of damaged(changes))
        database.run(`update ${table} set data = ? where id = ?`, [data, id])
      for (const [table, name, value, every] of others) {
        try {
          database.run(`update ${table} set ${name} = ? where rowid % ${every + 1} = 0`, [value])
        } catch {
          // No such column there, or an id twice.
        }
      }
      database.close()
      isSound([readTree(transcripts, dirname(path))])
      expect(readdirSync(dirname(path))).toEqual(['opencode.db'])
    }),
    { numRuns: 15, seed: 91 },
  )
})

test('messages whose ids are bytes are told, and the others read', () => {
  const path = join(folder, 'ids', 'opencode.db')
  mkdirSync(dirname(path))
  writeFileSync(path, readFileSync(recorded))
  const whole = readTree(transcripts, dirname(path)).telemetry.messages.length
  const database = new Database(path)
  database.run('update message set id = cast(id as blob) where rowid % 9 = 0')
  database.close()
  const { telemetry, skipped } = readTree(transcripts, dirname(path))
  expect(telemetry.messages.length).toBeWithin(1, whole)
  expect(skipped.filter(({ reason }) => reason.endsWith('without an id that is a text')).length).toBeGreaterThan(0)
})

test('documents with odd values are read or told', () => {
  let number = 0
  fc.assert(
    fc.property(fc.array(change, { maxLength: 10 }), (changes) => {
      const root = join(folder, `documents-${++number}`)
      for (const { table, id, data, owner } of damaged(changes)) {
        const path = join(root, 'storage', table, owner, `${id}.json`)
        mkdirSync(dirname(path), { recursive: true })
        let content = data
        try {
          content = JSON.stringify({ id, [table === 'part' ? 'messageID' : 'sessionID']: owner, ...JSON.parse(data) })
        } catch {
          // Cut: as it is.
        }
        writeFileSync(path, content)
      }
      isSound([readTree(transcripts, root)])
      rmSync(root, { recursive: true })
    }),
    { numRuns: 8, seed: 92 },
  )
})

test('damaged bytes take what they stand in', () => {
  const path = join(folder, 'bytes', 'opencode.db')
  mkdirSync(dirname(path))
  const damage = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.uint8Array({ minLength: 1, maxLength: 64 }))
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 5 }), (all) => {
      const bytes = readFileSync(recorded)
      for (const [at, put] of all) bytes.set(put, Math.floor(at * (bytes.length - 64)))
      writeFileSync(path, bytes)
      const file = { path, root: dirname(path), modifiedUnixNano: 1n }
      const slices: TranscriptSlice[] = []
      try {
        for (const slice of transcripts.readWhole!(file, undefined)) slices.push(slice)
      } catch (error) {
        // The file as a whole cannot be read: what the database says of it is told by who reads files.
        expect((error as Error).name).toMatch(/SQLiteError|Busy/)
      }
      isSound(slices)
      expect(readdirSync(dirname(path))).toEqual(['opencode.db'])
    }),
    { numRuns: 15, seed: 93 },
  )
})
