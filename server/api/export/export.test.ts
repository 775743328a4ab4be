// export.test.ts: exported files, opened by another DuckDB, tell what the API tells.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { exportFolder } from '../../store/store.ts'
import { openTestApi, type TestApi } from '../testing.ts'
import { place, recover } from './place.ts'
import type { ExportSummary } from './write.ts'

setDefaultTimeout(60_000)

let api: TestApi
let folder: string

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'export-')))
  api = await openTestApi()
  await api.replay('claude-code/otlp/01-http-json')
  await api.replay('claude-code/otlp/07-traces-beta-protobuf')
  await api.replay('copilot/otlp/01-http-json')
  const log = { timeUnixNano: '1795320000000000000', body: { stringValue: '=HYPERLINK("http://x")' } }
  await api.send('logs', {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: '@plain' } }] },
        scopeLogs: [{ logRecords: [log] }],
      },
    ],
  })
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Exports and gives back the lines of the answer. */
async function exported(request: object) {
  const { status, text } = await api.post('/api/export', request)
  const lines = text.trim().split('\n')
  return { status, lines: status === 200 ? lines.map((line) => JSON.parse(line)) : [], text }
}
async function summaryOf(request: object): Promise<ExportSummary> {
  const { lines } = await exported(request)
  expect(lines.at(-1)).toHaveProperty('files')
  return lines.at(-1)
}

/** Asks a database of views by itself, from a folder that is not the export's. */
async function ask(path: string, sql: string, searchIn?: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
  try {
    const connection = await instance.connect()
    if (searchIn) await connection.run(`set file_search_path = '${searchIn}'`)
    const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS()
    connection.closeSync()
    return rows
  } finally {
    instance.closeSync()
  }
}
/** Unpacks an archive by its directory, as the format's description has it, and checks every sum. */
function unpack(path: string, folder: string): void {
  mkdirSync(folder)
  const zip = readFileSync(path)
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, sum, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 20)]
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const data = zip.subarray(start, start + packed)
    const content = method === 8 ? inflateRawSync(data) : data
    expect(crc32(content)).toBe(sum)
    writeFileSync(join(folder, zip.toString('utf8', at + 46, at + 46 + nameBytes)), content)
    at += 46 + nameBytes + extraBytes + commentBytes
  }
}

const own = async (sql: string) => (await api.core.store.all(sql))[0]!

const counted = `select (select count(*) from traces) as traces, (select count(*) from logs) as logs,
  (select count(*) from metrics) as metrics, (select count(*) from model_calls) as calls,
  (select count(*) from tool_calls) as tools, (select count(*) from messages) as messages,
  (select count(*) from sessions) as sessions`
const ownCounted = counted.replace('from traces', 'from spans').replace('from metrics', 'from metric_points')
const sums = `select sum(cost_nano_usd)::bigint as cost, sum(total_tokens)::bigint as tokens, sum(requests)::bigint as requests
  from model_calls`

for (const format of ['parquet', 'csv', 'jsonl'] as const) {
  test(`${format}: the views have every row, the sums and the times to the nanosecond`, async () => {
    const output = join(folder, format)
    const summary = await summaryOf({ tool: 'all', output, format })
    expect(summary.files.map(({ name }) => name)).toEqual(
      ['traces', 'logs', 'metrics', 'model_calls', 'tool_calls', 'messages', 'sessions'].map(
        (name) => `${name}.${format}`,
      ),
    )
    expect(readdirSync(output).sort()).toEqual(
      [...summary.files.map(({ name }) => name), 'telltale-export-all-all.duckdb'].sort(),
    )
    const views = join(output, summary.database)
    const all = await own(ownCounted)
    expect((await ask(views, counted))[0]).toEqual(all)
    for (const rows of Object.values(all)) expect(Number(rows)).toBeGreaterThan(0)
    expect((await ask(views, sums))[0]).toEqual(await own(sums))
    const times = 'select min(epoch_ns(time)) as first, max(epoch_ns(end_time)) as last from'
    expect((await ask(views, `${times} traces`))[0]).toEqual(await own(`${times} spans`))
    const { body } = await api.ask('/api/usage')
    expect(Number((await ask(views, sums))[0]!.tokens)).toBe(body.totals.totalTokens)
    expect(statSync(join(output, summary.files[0]!.name)).size).toBe(summary.files[0]!.bytes)
  })
}

test('rows come in the order of time, packed with zstd, without what only the program needs', async () => {
  const output = join(folder, 'ordered')
  const { database } = await summaryOf({ output })
  const views = join(output, database)
  const [order] = await ask(
    views,
    'select bool_and(time >= before) as ordered from (select time, lag(time) over () as before from logs)',
  )
  expect(order!.ordered).toBe(true)
  const file = join(output, 'logs.parquet')
  expect(await ask(views, `select distinct compression from parquet_metadata('${file}')`)).toEqual([
    { compression: 'ZSTD' },
  ])
  const columns = (await ask(views, 'describe model_calls')).map((row) => row.column_name)
  expect(columns).toContain('cost_nano_usd')
  expect(columns).not.toContain('component')
})

for (const format of ['parquet', 'csv'] as const) {
  test(`the archive of ${format} files can be asked where it is unpacked`, async () => {
    const output = join(folder, `zip-${format}`)
    const { zip, database, files } = await summaryOf({ output, zip: true, format })
    expect(zip).toBe('telltale-export-all-all.zip')
    const away = join(folder, `away-${format}`)
    unpack(join(output, zip!), away)
    rmSync(output, { recursive: true })
    expect(readdirSync(away).sort()).toEqual([...files.map(({ name }) => name), database].sort())
    // Started in that folder, as the archive asks for; the search path stands for it here.
    const counts = await ask(join(away, database), counted, away)
    expect(counts[0]).toEqual(await own(ownCounted))
  })
}

test('each line of the answer is a table done, the last the summary', async () => {
  const { lines } = await exported({ output: join(folder, 'lines') })
  expect(lines.slice(0, -1).map(({ progress }) => [progress.table, progress.done])).toEqual(
    lines.at(-1).files.map(({ table }: { table: string }, index: number) => [table, index + 1]),
  )
})

test('a tool, and a service of one, give their rows only', async () => {
  const output = join(folder, 'tool')
  const copilot = await summaryOf({ tool: 'copilot', output })
  expect(copilot.database).toBe('telltale-export-copilot-all.duckdb')
  const views = join(output, copilot.database)
  expect(await ask(views, 'select distinct tool from model_calls')).toEqual([{ tool: 'copilot' }])
  const service = await summaryOf({ tool: 'github-copilot', output })
  expect(service.files.map(({ rows }) => rows)).toEqual(copilot.files.map(({ rows }) => rows))
  const none = await summaryOf({ tool: 'copilot-chat', output })
  expect(none.rows).toBe(0)
  // Each replaced the one before.
  expect(readdirSync(output).filter((name) => name.endsWith('.duckdb'))).toEqual([none.database])
})

test('a range takes what lies in it, and names the database', async () => {
  const time = (text: string) => BigInt(Date.parse(text)) * 1_000_000n
  const [{ day }] = (await api.core.store.all("select strftime(min(time), '%Y-%m-%d') as day from model_calls")) as [
    { day: string },
  ]
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
  const output = join(folder, 'range')
  const names = [
    [{ from: day, to: day }, `${day}-${day}`],
    [{ from: next }, `${next}-now`],
    [{ to: day }, `start-${day}`],
    [{ from: `${day}T01:02:03Z`, to: next }, `${day}T010203.000Z-${next}`],
  ] as const
  for (const [range, name] of names) {
    const summary = await summaryOf({ output, ...range })
    expect(summary.database).toBe(`telltale-export-all-${name}.duckdb`)
    const from = 'from' in range ? time(range.from) : 0n
    const to = 'to' in range ? time(range.to) + 86_400_000_000_000n : 2n ** 62n
    const { rows } = await own(
      `select count(*) as rows from model_calls where epoch_ns(time) >= ${from} and epoch_ns(time) < ${to}`,
    )
    expect(summary.files.find(({ table }) => table === 'model_calls')!.rows).toBe(Number(rows))
  }
})

test('a dry run counts and writes nothing', async () => {
  const output = join(folder, 'dry')
  const dry = await summaryOf({ output, dryRun: true })
  expect(existsSync(output)).toBe(false)
  const wet = await summaryOf({ output })
  expect(dry.files.map(({ rows }) => rows)).toEqual(wet.files.map(({ rows }) => rows))
})

test('files of others in the folder stay, and another format leaves none of the earlier files', async () => {
  const output = join(folder, 'shared')
  mkdirSync(output)
  writeFileSync(join(output, 'notes.txt'), 'mine')
  await summaryOf({ output })
  await summaryOf({ output, format: 'csv' })
  expect(readFileSync(join(output, 'notes.txt'), 'utf8')).toBe('mine')
  expect(readdirSync(output).some((name) => name.endsWith('.parquet'))).toBe(false)
})

test('a folder that cannot be written is told, and what was there is there still', async () => {
  const blocked = join(folder, 'file')
  writeFileSync(blocked, '')
  const { lines } = await exported({ output: join(blocked, 'below') })
  expect(lines.at(-1)).toMatchObject({ error: 'Export failed' })
  const output = join(folder, 'kept')
  await summaryOf({ output, tool: 'codex' })
  const state = () => readdirSync(output).map((name) => [name, statSync(join(output, name)).mtimeMs])
  const before = state()
  const staging = join(folder, 'staging')
  mkdirSync(staging)
  for (const name of ['traces.csv', 'logs.parquet']) writeFileSync(join(staging, name), 'new')
  const full = () => Promise.reject(new Error('no space left'))
  await expect(place(staging, output, full)).rejects.toThrow('no space left')
  expect(state()).toEqual(before)
  mkdirSync(staging, { recursive: true })
  writeFileSync(join(staging, 'traces.csv'), 'new')
  await expect(place(staging, join(folder, 'never'), full)).rejects.toThrow('no space left')
  expect(existsSync(join(folder, 'never'))).toBe(false)
  expect(readdirSync(dirname(output)).filter((name) => name.includes('telltale-'))).toEqual([])
  expect(existsSync(exportFolder(api.core.store.path))).toBe(false)
})

test('what a spreadsheet would run is text', async () => {
  const output = join(folder, 'formula')
  await summaryOf({ output, format: 'csv' })
  const text = readFileSync(join(output, 'logs.csv'), 'utf8')
  expect(text).toContain(`'=HYPERLINK`)
  expect(text).toContain(`,'@plain,`)
  expect(text).not.toMatch(/[,"]=HYPERLINK/)
})

test('what cannot be used is refused', async () => {
  for (const [request, message] of [
    [{ output: 'here' }, 'absolute'],
    [{ output: folder, tool: 'emacs' }, 'emacs'],
    [{ output: folder, format: 'xml' }, 'parquet'],
    [{ output: folder, from: 'x' }, 'from'],
    [{ output: folder, from: '2026-02-01', to: '2026-01-01' }, 'order'],
  ] as const) {
    const { status, text } = await exported(request)
    expect(status).toBe(400)
    if (message !== 'emacs') expect(text).toContain(message)
  }
})

test('what a crash in the middle left aside comes back, wherever it was', async () => {
  const output = join(folder, 'crashed')
  const beside = (word: string) => join(folder, `.crashed.telltale-${word}`)
  const { database } = await summaryOf({ output, tool: 'codex' })
  const names = readdirSync(output).sort()
  const take = (word: string, taken: string[]) => {
    mkdirSync(beside(word))
    for (const name of taken) renameSync(join(output, name), join(beside(word), name))
  }
  // While old files were moved aside.
  take('aside', [database, 'logs.parquet'])
  recover(output)
  expect(readdirSync(output).sort()).toEqual(names)
  // While new files came.
  take('previous', names)
  writeFileSync(join(output, 'logs.csv'), 'new')
  recover(output)
  expect(readdirSync(output).sort()).toEqual(names)
  // After everything had come.
  mkdirSync(beside('previous'))
  writeFileSync(join(beside('previous'), 'logs.csv'), 'old')
  recover(output)
  expect(readdirSync(output).sort()).toEqual(names)
  expect(readdirSync(folder).filter((name) => name.includes('telltale-'))).toEqual([])
})
