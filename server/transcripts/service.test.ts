// service.test.ts: what the command line and the API ask of transcripts: checked requests, progress line by line, an orderly end.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { loadConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { readImportRequest } from './import-request.ts'
import { createTranscripts, type ImportLine, type TranscriptService } from './service.ts'
import { allTools, type Bench, openBench } from './testing.ts'

describe('a request', () => {
  test('that cannot be used is refused with what would be valid', () => {
    const wrong: [object, string][] = [
      [{ tool: 'cursor' }, 'use one of claude-code, codex, gemini, opencode, copilot, all'],
      [{ from: '2026-13-01' }, 'YYYY-MM-DD'],
      [{ from: '2026-02-30' }, 'YYYY-MM-DD'],
      [{ to: 'yesterday' }, 'YYYY-MM-DD'],
      [{ from: '2026-03-02', to: '2026-03-01' }, 'after the end'],
      [{ pricingMode: 'free' }, 'auto, calculate, display'],
      [{ path: '/x' }, 'name the tool'],
      [{ tool: 'codex', path: '/no/such/folder' }, 'there is no "/no/such/folder"'],
      [{ tool: 'codex', path: '' }, 'is not a folder'],
      [{ tool: 'codex', force: 'yes' }, 'true or false'],
    ]
    for (const [request, message] of wrong) expect(() => readImportRequest(request, allTools)).toThrow(message)
  })

  test('of a day is of this machine’s day, its end included', () => {
    const { from, to } = readImportRequest({ from: '2026-03-01', to: '2026-03-01' }, allTools)
    expect(from).toBe(BigInt(new Date(2026, 2, 1).getTime()) * 1_000_000n)
    expect(to).toBe(BigInt(new Date(2026, 2, 2).getTime()) * 1_000_000n)
  })
})

describe('the service', () => {
  let bench: Bench
  let service: TranscriptService
  beforeEach(async () => {
    bench = await openBench(['claude-code'])
    const config = loadConfig({ home: join(bench.folder, 'telltale') }, { HOME: bench.home })
    service = createTranscripts(bench.core, config, createLog('ERROR'))
  })
  afterEach(async () => {
    await service.close()
    await bench.close()
  })

  async function lines(options: Parameters<TranscriptService['importing']>[0]): Promise<ImportLine[]> {
    const got: ImportLine[] = []
    for await (const line of service.importing(options)) got.push(line)
    return got
  }

  test('tells progress and at last the summary, with the promised fields only', async () => {
    const got = await lines({ tools: ['claude-code'] })
    expect(got.slice(0, -1).every((line) => 'progress' in line)).toBe(true)
    const summary = got.at(-1) as Exclude<ImportLine, { progress: unknown }>
    expect(Object.keys(summary).sort()).toEqual(['bytes', 'durationMs', 'skipped', 'tools'])
    expect(Object.keys(summary.tools['claude-code']!)).toEqual([
      'files',
      'newFiles',
      'unchangedFiles',
      'sessions',
      'calls',
      'messages',
      'toolCalls',
      'duplicates',
      'totalTokens',
      'costUsd',
    ])
    expect(summary.tools['claude-code']).toMatchObject({ files: 10, newFiles: 10, duplicates: 0 })
    expect((await service.findAgents()).find(({ id }) => id === 'claude-code')).toMatchObject({ newFiles: 0 })
  })

  test('closing ends an import where it is, and another one goes on', async () => {
    const first = service.import({ tools: ['claude-code'] })
    await service.close()
    await first
    const { tools } = await bench.import({ tools: ['claude-code'] })
    expect(tools['claude-code']!.files).toBe(10)
    expect((await bench.import({ tools: ['claude-code'] })).tools['claude-code']).toMatchObject({ unchangedFiles: 10 })
  })

  test('one watch, however often it is asked for', async () => {
    expect(service.watching()).toBeUndefined()
    await service.watch({ tools: ['claude-code'] })
    const begun = service.watching()
    await service.watch({ tools: ['codex'] })
    expect(service.watching()?.roots).toEqual(begun!.roots)
  })
})
