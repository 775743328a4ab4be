// find-agents.test.ts: which agents are found on a machine, and what of theirs is new.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { loadRecords } from './file-records.ts'
import { findAgents } from './find-agents.ts'
import { allTools, type Bench, openBench } from './testing.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench(['claude-code', 'codex', 'opencode'])
})
afterEach(() => bench.close())

const find = async () => {
  const records = await bench.core.store.reader((reader) => loadRecords(reader, allTools))
  const { agents, env, settings } = bench.deps
  return Object.fromEntries(findAgents(agents, env, settings, records).map((agent) => [agent.id, agent]))
}

test('agents with transcripts are found with folders, sizes and versions; nothing of them is new after an import', async () => {
  const before = await find()
  expect(before['claude-code']).toMatchObject({ files: 10, newFiles: 10, version: '2.1.197' })
  expect(before.codex).toMatchObject({ version: '0.169.0' })
  expect(before.opencode!.bytes).toBe(843_776)
  expect(before.gemini).toMatchObject({ files: 0, paths: [], lastWrittenUnixMs: null })
  await bench.import()
  const after = await find()
  expect(Object.values(after).map(({ newFiles }) => newFiles)).toEqual([0, 0, 0, 0, 0])
  expect(after['claude-code']!.files).toBe(10)
})
