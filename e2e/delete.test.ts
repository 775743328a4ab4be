// delete.test.ts: what is deleted is gone: from every table, from every file of the database, while records arrive; what stays
// is what it was, and the file is smaller.
import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { everything, homeFlag, importAll, replay } from './doors.ts'
import { command, newHome, type Running, start } from './telltale.ts'

const home = newHome()
afterAll(() => rmSync(home, { recursive: true, force: true }))
const data = join(home, '.telltale')
const database = join(data, 'telltale.duckdb')

/** Random, so that DuckDB stores it as it is, and it can be looked for in the file. */
const noise = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url')
const markOf = (what: string) => `Rosebud-${what}-${noise(9)}`
const marks = {
  session: markOf('session'),
  service: markOf('service'),
  time: markOf('time'),
  offline: markOf('offline'),
}

async function tell(...args: string[]): Promise<any> {
  const { exitCode, stdout, stderr } = await command(home, [...homeFlag(home), ...args])
  expect([args, exitCode, stderr]).toEqual([args, 0, ''])
  return JSON.parse(stdout)
}
const ask = (sql: string) => tell('sql', '--format', 'json', sql)

/** Files beside the database that hold a text. */
const holding = (text: string) =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((file) => {
      try {
        return readFileSync(file).includes(text)
      } catch {
        // A log that was moved into the file meanwhile.
        return false
      }
    })

/** Tables of which a row holds a mark, in any column, with the mark. */
async function tablesHolding(...wanted: string[]): Promise<string[]> {
  const tables = await ask("select table_name as name from duckdb_tables() where database_name = 'db' order by 1")
  const parts = tables.map(
    ({ name }: any) =>
      `select '${name}' as name, unnest(regexp_extract_all(t::varchar, '${wanted.join('|')}')) as mark from "${name}" as t`,
  )
  const found = await ask(`select distinct name || ' ' || mark as found from (${parts.join(' union all ')}) order by 1`)
  return found.map(({ found }: any) => found)
}

type Given = { service: string; mark?: string; day?: string; count?: number; bytes?: number }

/** Logs, spans and points of a service, with a mark in bodies, attributes, resources and events. */
async function send(server: Running, { service, mark = 'nothing', day = '2026-05-05', count = 20, bytes = 60 }: Given) {
  const nano = (index: number) => String(BigInt(Date.parse(`${day}T10:00:00Z`)) * 1_000_000n + BigInt(index))
  const text = () => ({ stringValue: `${mark} ${noise(bytes)}` })
  const list = Array.from({ length: count }, (_, index) => index)
  const resource = {
    attributes: [
      { key: 'service.name', value: { stringValue: service } },
      { key: 'of', value: text() },
    ],
  }
  const attributes = () => [{ key: 'prompt', value: text() }]
  const logRecords = list.map((i) => ({ timeUnixNano: nano(i), body: text(), attributes: attributes() }))
  const spans = list.map((i) => ({
    traceId: crypto.randomUUID().replaceAll('-', ''),
    spanId: noise(6)
      .replace(/[^a-f0-9]/g, '0')
      .padEnd(16, '1')
      .slice(0, 16),
    name: `tool ${mark}`,
    startTimeUnixNano: nano(i),
    endTimeUnixNano: nano(i + 1),
    attributes: attributes(),
    events: [{ timeUnixNano: nano(i), name: 'output', attributes: attributes() }],
  }))
  const dataPoints = list.map((i) => ({
    timeUnixNano: nano(i),
    startTimeUnixNano: nano(0),
    asInt: i,
    attributes: attributes(),
  }))
  const sum = { dataPoints, aggregationTemporality: 2, isMonotonic: true }
  const bodies = {
    logs: { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] },
    traces: { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] },
    metrics: { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: `n ${mark}`, sum }] }] }] },
  }
  for (const [signal, body] of Object.entries(bodies)) {
    const headers = { 'content-type': 'application/json' }
    const url = `${server.otlpUrl}/v1/${signal}`
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    expect([signal, response.status, await response.text()]).toEqual([signal, 200, expect.any(String)])
  }
}

/** Sends a log at a time until told to stop; gives how many were acknowledged. */
function sending(server: Running): () => Promise<number> {
  let going = true
  const done = (async () => {
    let sent = 0
    for (; going; sent++, await Bun.sleep(20)) await send(server, { service: 'meanwhile', count: 1 })
    return sent
  })()
  return () => {
    going = false
    return done
  }
}

/** What a transcript of Claude Code says in prompts, answers and what tools gave back, with a mark in all of them. */
function layMarkedSession(mark: string): string {
  const folder = join(home, '.claude/projects/-home-dev-project')
  mkdirSync(folder, { recursive: true })
  const source = join(import.meta.dir, '../fixtures/claude-code/transcripts/.claude/projects/-home-dev-project')
  const name = '9f86bdd1-e720-4efd-a4d4-a23229471452.jsonl'
  const session = name.replace('9f86bdd1', 'deadbeef').replace('.jsonl', '')
  const text = readFileSync(join(source, name), 'utf8')
    .replaceAll('9f86bdd1', 'deadbeef')
    .replace(/\b(msg|req|toolu)_/g, '$1_dead')
    .replaceAll('greet', `${mark}`)
  // And a call without a result yet, which the reader remembers.
  const call = text.split('\n').findLast((line) => line.includes('"type":"tool_use"'))!
  const open = call.replace(/toolu_\w+/g, 'toolu_open').replace(/"uuid":"..../, '"uuid":"ffff')
  writeFileSync(
    join(folder, `${session}.jsonl`),
    `${text.trimEnd()}\n${open.replace('"input":{', `"input":{"why":"${mark}",`)}\n`,
  )
  return session
}

/** What is to stay as it is. */
async function kept(): Promise<unknown> {
  const of = (table: string) =>
    `select '${table}' as name, count(*)::int as n, sum(hash(t))::varchar as sum from "${table}" as t where`
  return ask(`
    ${of('logs')} service_name not in ('doomed', 'meanwhile') and time > '2002-01-01'
    union all ${of('spans')} service_name not in ('doomed', 'meanwhile') and time > '2002-01-01'
    union all ${of('raw_metric_points')} service_name not in ('doomed', 'meanwhile') and time > '2002-01-01'
    union all ${of('messages')} session_id not like 'deadbeef%'
    union all ${of('model_calls')} session_id not like 'deadbeef%' and service_name is distinct from 'meanwhile'
    order by 1`)
}

test('deleted by session, service or time, a text is in no table and no file any more', async () => {
  let server = await start({ home })
  await replay(
    server,
    everything.filter(({ transport, file }) => transport !== 'grpc' && file.includes('claude')),
  )
  const session = layMarkedSession(marks.session)
  await importAll(home)
  await send(server, { service: 'kept', count: 200 })
  await send(server, { service: 'doomed', mark: marks.service, count: 800, bytes: 2500 })
  await send(server, { service: 'kept', mark: marks.time, day: '2001-01-01' })
  const usage = async () => (await server.get('/api/usage?groupBy=tool,model&from=2026-01-01')).totals
  await tell('compact', '--json')
  const before = { bytes: statSync(database).size, kept: await kept() }
  const found = await tablesHolding(marks.session, marks.service, marks.time)
  for (const table of ['messages', 'tool_calls', 'sessions', 'import_files'])
    expect(found).toContain(`${table} ${marks.session}`)
  for (const table of ['logs', 'spans', 'raw_metric_points']) expect(found).toContain(`${table} ${marks.service}`)
  expect(holding(marks.service)).not.toEqual([])

  const stop = sending(server)
  const status = await server.get('/api/status')
  const dry = await tell(
    'delete',
    'all',
    '--from',
    '2000-01-01',
    '--to',
    '2030-01-01',
    '--service',
    'doomed',
    '--dry-run',
    '--json',
  )
  expect(dry).toMatchObject({ dryRun: true, removed: { logs: 800, spans: 800 } })
  const byService = await tell(
    'delete',
    'all',
    '--from',
    '2000-01-01',
    '--to',
    '2030-01-01',
    '--service',
    'doomed',
    '--yes',
    '--json',
  )
  expect(byService.rows).toBeGreaterThanOrEqual(2400)
  expect(holding(marks.service)).toEqual([])
  const bySession = await tell('delete', 'sessions', '--session', session, '--yes', '--json')
  expect(bySession.removed).toMatchObject({ sessions: 1 })
  expect(holding(marks.session)).toEqual([])
  await tell('delete', 'all', '--from', '2001-01-01', '--to', '2001-01-01', '--yes', '--json')
  const sent = await stop()
  expect(holding(marks.time)).toEqual([])
  expect(await tablesHolding(marks.session, marks.service, marks.time)).toEqual([])

  // Smaller, and the rest is what it was; what was acknowledged meanwhile is there.
  expect(byService.bytesBefore).toBeGreaterThanOrEqual(before.bytes)
  expect(byService.bytesAfter).toBeLessThan(byService.bytesBefore * 0.4)
  expect(statSync(database).size).toBeLessThan(before.bytes * 0.4)
  expect(await kept()).toEqual(before.kept)
  const [{ n }] = await ask("select count(*)::int as n from logs where service_name = 'meanwhile'")
  expect([n, sent > 3]).toEqual([sent, true])
  const after = await server.get('/api/status')
  expect([after.pid, after.startedAt]).toEqual([status.pid, status.startedAt])
  expect(after.ingest.refusedBatches + after.ingest.failedBatches).toBe(0)
  expect((await tell('rebuild', '--dry-run', '--json')).calls).toMatchObject({ added: 0, removed: 0, changed: 0 })
  // Read again, the transcript brings nothing back.
  await importAll(home)
  expect(await tablesHolding(marks.session)).toEqual([])
  const totals = await usage()
  expect(server.errors()).not.toContain('WARN')
  await server.stop()

  // The same without a server; then one goes on with the file.
  server = await start({ home })
  expect(await usage()).toEqual(totals)
  await send(server, { service: 'doomed', mark: marks.offline })
  await send(server, { service: 'extra' })
  await server.stop('SIGKILL')
  expect(holding(marks.offline)).not.toEqual([])
  const copies = ['backup-2026.duckdb', 'telltale.duckdb.before-20260101T000000'].map((name) => join(data, name))
  for (const copy of copies) writeFileSync(copy, '')
  const window = ['--from', '2026-05-05', '--to', '2026-05-05', '--service', 'doomed']
  const { ino } = statSync(database)
  const later = ['--from', '2026-05-05', '--to', '2026-05-05', '--service', 'extra', '--no-compact']
  expect((await tell('delete', 'logs', ...later, '--yes', '--json')).rows).toBe(20)
  expect(statSync(database).ino).toBe(ino)
  const offline = await tell('delete', 'all', ...window, '--yes', '--json')
  expect([offline.rows > 0, offline.copies]).toEqual([true, copies])
  expect(statSync(database).ino).not.toBe(ino)
  expect(holding(marks.offline)).toEqual([])
  expect(await tablesHolding(marks.offline)).toEqual([])
  expect(readdirSync(data).filter((name) => /duckdb/.test(name) && !copies.includes(join(data, name)))).toEqual([
    'telltale.duckdb',
  ])
  server = await start({ home })
  expect(await usage()).toEqual(totals)
  await server.dispose()
}, 120_000)
