// ai-observer.test.ts: the database of another collector, copied by the compiled binary: everything once, the file untouched.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { decode } from '#server/receivers/codec.ts'
import { derived, noTables, rowsOf, type Tables, writeAiObserverFile } from './ai-observer-file.ts'
import { homeFlag, importAll, layTranscripts } from './doors.ts'
import { agents, type Recorded, requests, variants } from './recordings.ts'
import { command, newHome, type Running, start } from './telltale.ts'
import { actualUsage, added, expectedUsage, type Usage } from './truth.ts'

/** What ai-observer would hold of recorded requests: of those over HTTP, since it has no gRPC. */
function tablesOf(recorded: Recorded[]): Tables {
  const tables = noTables()
  for (const request of recorded) {
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : Buffer.from(request.body)
    const encoding = request.headers['content-type']?.includes('json') ? 'json' : 'protobuf'
    const signal = (/v1\/(traces|metrics|logs)$/.exec(request.path)?.[1] ?? 'logs') as 'traces' | 'metrics' | 'logs'
    const { telemetry } = decode(signal, encoding, body, 1n)
    rowsOf(telemetry, encoding === 'json', tables)
  }
  return tables
}

const overHttp = (agent: string, variant: string) =>
  requests(agent, variant).filter(({ transport }) => transport.startsWith('http'))

async function importFile(home: string, file: string, ...flags: string[]) {
  const run = await command(home, [...homeFlag(home), 'import', 'ai-observer', file, ...flags])
  if (run.exitCode !== 0 && flags.includes('--json')) throw new Error(run.stderr)
  return { ...run, summary: run.exitCode === 0 && flags.includes('--json') ? JSON.parse(run.stdout) : undefined }
}

async function ask(home: string, sql: string): Promise<any[]> {
  const { exitCode, stdout, stderr } = await command(home, [...homeFlag(home), 'sql', sql, '--format', 'json'])
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

const stored = `select (select count(*) from spans)::integer as spans, (select count(*) from logs)::integer as logs,
  (select count(*) from raw_metric_points where not is_derived)::integer as metrics,
  (select count(*) from model_calls)::integer as calls, (select count(*) from messages)::integer as messages,
  (select sum(cost_nano_usd) from model_calls)::bigint as cost`

/** Every file beside a database with all that could be changed of it. */
function looks(path: string): string[] {
  return readdirSync(dirname(path)).map((name) => {
    const { size, mtimeMs, ino, mode } = lstatSync(join(dirname(path), name))
    return `${name} ${size} ${mtimeMs} ${ino} ${mode} ${Bun.hash(readFileSync(join(dirname(path), name)))}`
  })
}

let home: string
beforeAll(() => {
  home = newHome()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const fileIn = (folder: string) => {
  mkdirSync(join(home, folder), { recursive: true })
  return join(home, folder, 'ai-observer.duckdb')
}

for (const agent of agents) {
  test(`${agent}: what was recorded comes to the same usage as when it is sent, and nothing twice`, async () => {
    const own = newHome()
    try {
      const file = fileIn(agent)
      const recorded = variants(agent).filter((variant) => overHttp(agent, variant).length > 0)
      const tables = tablesOf(recorded.flatMap((variant) => overHttp(agent, variant)))
      await writeAiObserverFile(file, tables)
      const before = looks(file)
      expect((await importFile(own, file, '--dry-run', '--json')).summary.dryRun).toBe(true)
      expect((await ask(own, stored))[0]).toMatchObject({ spans: 0, logs: 0, metrics: 0, calls: 0 })

      const { summary } = await importFile(own, file, '--json')
      const [rows] = await ask(own, stored)
      expect(summary.skipped).toEqual([])
      expect(rows.spans).toBe(new Set(tables.otel_traces.map((row) => JSON.stringify(row))).size)
      expect(summary.records.spans).toEqual({ read: tables.otel_traces.length, new: rows.spans })
      const mined = tables.otel_logs.filter((row) => String(row.LogAttributes).includes('"codex.sse_event"')).length
      expect(summary.records.logs.new).toBe(rows.logs + mined)
      expect(summary.tools[agent].calls).toBe(
        (
          await ask(
            own,
            "select count(*)::integer as n from model_calls where requests > 0 and status = 'ok' and quality <> 'aggregate'",
          )
        )[0].n,
      )

      // Again, and in a copy under another name.
      const copy = join(own, 'copy.duckdb')
      copyFileSync(file, copy)
      for (const again of [file, copy]) {
        const second = (await importFile(own, again, '--json')).summary
        expect(Object.values(second.records).map((counts: any) => counts.new)).toEqual([0, 0, 0])
      }
      expect((await ask(own, stored))[0]).toEqual(rows)
      expect(looks(file)).toEqual(before)

      const ids = await ask(
        own,
        `select count(*) filter (length(trace_id) <> 32 or length(span_id) <> 16)::integer as wrong,
           count(*) filter (parent_span_id is not null)::integer as children,
           count(*) filter (parent_span_id in (select span_id from spans))::integer as joined from spans`,
      )
      expect(ids[0].wrong).toBe(0)
      if (ids[0].children > 0) expect(ids[0].joined).toBeGreaterThan(0)

      const server = await start({ home: own })
      try {
        const expected: Usage = added(
          recorded.map((variant) => expectedUsage(agent, variant, overHttp(agent, variant))),
        )
        expect(await actualUsage(server)).toEqual(expected)
      } finally {
        await server.stop()
      }
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  }, 120_000)
}

describe('what it read from transcripts itself', () => {
  const at = (second: number) => BigInt(Date.UTC(2026, 2, 1, 10, 0, second)) * 1_000_000n
  const log = (service: string, second: number, attributes: Record<string, string>, body = '') => ({
    Timestamp: new Date(Number(at(second) / 1_000_000n)).toISOString().replace('T', ' ').replace('Z', ''),
    ServiceName: service,
    Body: body,
    SeverityText: 'INFO',
    SeverityNumber: 9,
    ResourceAttributes: '{}',
    ScopeAttributes: '{}',
    LogAttributes: JSON.stringify({ import_source: 'local_jsonl', ...attributes }),
  })
  const point = (service: string, second: number, name: string, value: number, attributes: Record<string, string>) =>
    derived(service, name, at(second), value, { import_source: 'local_jsonl', ...attributes })

  /** As it is read of a file, which it did twice: a request with the placeholder of its first line, and what was said. */
  function read(tables: Tables): void {
    const claude = 'claude-code'
    for (let times = 0; times < 2; times++) {
      const session = { 'session.id': 'ses-1', model: 'claude-opus-4-6', git_branch: 'main', repository: 'me/app' }
      const said = { ...session, 'event.name': 'transcript.message', 'message.id': 'msg_1' }
      const request = { ...session, 'event.name': 'claude_code.api_request', request_id: 'req_1' }
      tables.otel_logs.push(
        log(claude, 1, { ...said, 'message.role': 'user', 'message.index': '0' }, 'What is it?'),
        log(claude, 2, { ...said, 'message.role': 'assistant', 'message.index': '1' }, 'It is this.'),
        log(claude, 2, request, 'api_request'),
      )
      for (const name of ['claude_code.token.usage', 'claude_code.token.usage_user_facing'])
        for (const [type, value] of Object.entries({ input: 3, output: 1, cacheRead: 1000, cacheCreation: 50 }))
          tables.otel_metrics.push(point(claude, 2, name, value, { type, model: 'claude-opus-4-6' }))
      tables.otel_metrics.push(point(claude, 2, 'claude_code.cost.usage', 0.5, { model: 'claude-opus-4-6' }))
      tables.otel_metrics.push(point(claude, 3, 'claude_code.lines_of_code.count', 7, { type: 'added' }))

      const gemini = { 'event.name': 'transcript.message', 'session.id': 'gem-1', model: 'gemini-3-pro' }
      const counts = { input_tokens: '100', output_tokens: '10', cache_read_input_tokens: '60' }
      tables.otel_logs.push(
        log('gemini-cli', 5, { ...gemini, ...counts, 'message.id': 'g1', 'message.role': 'assistant' }, 'Yes.'),
      )
      for (const [type, value] of Object.entries({ input: 100, output: 10, cached: 60, thoughts: 5, tool: 7 }))
        tables.otel_metrics.push(
          point('gemini-cli', 5, 'gemini_cli.token.usage', value, { type, model: 'gemini-3-pro' }),
        )

      for (const [type, value] of Object.entries({ input: 900, output: 40, cache_read: 800, reasoning: 30 }))
        tables.otel_metrics.push(
          point('codex_cli_rs', 7, 'codex_cli_rs.token.usage', value, { type, model: 'gpt-5.5' }),
        )
    }
  }

  const usage = `select tool, coalesce(session_id, '') as session_id, sum(requests)::integer as requests, sum(input_tokens)::integer as input,
    sum(cache_read_tokens)::integer as cached, coalesce(sum(cache_write_tokens), 0)::integer as written, sum(output_tokens)::integer as output
    from model_calls group by all order by tool`

  test('is told once, and gives way to the files where they are still there', async () => {
    const own = newHome()
    try {
      const tables = noTables()
      read(tables)
      const file = fileIn('read')
      await writeAiObserverFile(file, tables)
      const { summary } = await importFile(own, file, '--json')
      expect(summary.skipped).toEqual([])
      const rows = await ask(own, usage)
      expect(rows).toEqual([
        { tool: 'claude-code', session_id: 'ses-1', requests: 1, input: 3, cached: 1000, written: 50, output: 1 },
        { tool: 'codex', session_id: '', requests: 0, input: 100, cached: 800, written: 0, output: 40 },
        {
          tool: 'gemini',
          session_id: 'gem-1',
          requests: 1,
          input: 47,
          cached: 60,
          written: 0,
          output: 15,
        },
      ])
      expect(await ask(own, "select role, content from messages where session_id = 'ses-1' order by time")).toEqual([
        { role: 'user', content: 'What is it?' },
        { role: 'assistant', content: 'It is this.' },
      ])
      expect(await ask(own, "select session_id, branch, project from sessions where tool = 'claude-code'")).toEqual([
        { session_id: 'ses-1', branch: 'main', project: 'me/app' },
      ])
      // Nothing of it passes as sent by an agent, but for what only it has counted.
      expect(await ask(own, 'select name, value from raw_metric_points')).toEqual([
        { name: 'claude_code.lines_of_code.count', value: 7 },
      ])
      expect((await ask(own, 'select count(*)::integer as n from logs'))[0].n).toBe(0)

      // The file itself, with the last line of the request.
      const folder = join(own, '.claude/projects/-app')
      mkdirSync(folder, { recursive: true })
      const message = {
        id: 'msg_1',
        role: 'assistant',
        model: 'claude-opus-4-6',
        stop_reason: 'end_turn',
        content: [{ type: 'text', text: 'It is this.' }],
        usage: { input_tokens: 3, output_tokens: 445, cache_read_input_tokens: 1000, cache_creation_input_tokens: 50 },
      }
      const line = {
        type: 'assistant',
        uuid: 'u1',
        sessionId: 'ses-1',
        requestId: 'req_1',
        timestamp: '2026-03-01T10:00:02.000Z',
        message,
      }
      writeFileSync(join(folder, 'ses-1.jsonl'), `${JSON.stringify(line)}\n`)
      await importAll(own)
      await importFile(own, file, '--json')
      expect((await ask(own, usage))[0]).toEqual({ ...rows[0], output: 445 })
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  })
})

describe('a file', () => {
  const small = async (folder: string, change: string[] = []) => {
    const file = fileIn(folder)
    await writeAiObserverFile(
      file,
      tablesOf(overHttp('claude-code', variants('claude-code')[0] as string).slice(0, 3)),
      change,
    )
    return file
  }

  test('that cannot be copied is told in one line, and nothing of it is stored', async () => {
    const own = newHome()
    let holder: Bun.Subprocess<'pipe', 'pipe', 'inherit'> | undefined
    try {
      const noise = fileIn('noise')
      writeFileSync(noise, 'no database')
      const foreign = fileIn('foreign')
      const instance = await DuckDBInstance.create(foreign)
      const connection = await instance.connect()
      await connection.run('create table shop (x integer)')
      connection.closeSync()
      instance.closeSync()
      const newer = await small('newer', [
        'drop index idx_logs_timestamp',
        'alter table otel_logs rename column LogAttributes to Attrs',
      ])
      const held = await small('held')
      const script = `const { DuckDBInstance } = require(${JSON.stringify(join(import.meta.dir, '../node_modules/@duckdb/node-api'))})
        const instance = await DuckDBInstance.create(${JSON.stringify(held)}); console.log('open'); await Bun.stdin.text(); instance.closeSync()`
      holder = Bun.spawn([process.execPath, '-e', script], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
      await holder.stdout.getReader().read()
      await importAll(own)
      const ourOwn = join(own, '.telltale/telltale.duckdb')
      const copy = join(own, 'telltale-copy.duckdb')
      copyFileSync(ourOwn, copy)
      Bun.spawnSync(['mkfifo', join(own, 'pipe')])
      for (const [file, said] of [
        [join(own, 'none.duckdb'), 'there is no file'],
        [own, 'is not a file'],
        [join(own, 'pipe'), 'is not a file'],
        [noise, 'is not a DuckDB database'],
        [foreign, 'not one of ai-observer'],
        [newer, 'the table otel_logs'],
        [held, `is in use by another program (process ${holder.pid})`],
        [copy, 'is a database of telltale'],
      ] as const) {
        const { exitCode, stdout, stderr } = await importFile(own, file)
        expect([file, exitCode, stdout]).toEqual([file, 1, ''])
        expect(stderr).toContain(said)
        expect(stderr.trim().split('\n')).toHaveLength(1)
      }
      expect((await ask(own, stored))[0]).toMatchObject({ spans: 0, logs: 0, metrics: 0, calls: 0 })
      for (const args of [['ai-observer'], ['ai-observer', held, '--force'], ['claude-code', held], ['all', held]]) {
        const { exitCode, stderr } = await command(own, [...homeFlag(own), 'import', ...args])
        expect([args, exitCode, stderr.trim().split('\n').length]).toEqual([args, 2, 1])
      }
    } finally {
      holder?.kill('SIGKILL')
      rmSync(own, { recursive: true, force: true })
    }
  })

  test('is copied through the server that runs, by a path that is relative to where the command is typed', async () => {
    const widget = (id: string, on: string, kind: string, place: string, config: string) =>
      `insert into dashboard_widgets (id, dashboard_id, widget_type, title, grid_column, grid_row, col_span, row_span, config)
         values ('${id}', '${on}', '${kind}', 'Title of ${id}', ${place}, '${config}')`
    const file = await small('through', [
      "insert into dashboards (id, name, description, is_default) values ('d1', 'Costs', 'of the week', true), ('d2', 'Empty', null, false)",
      widget('w1', 'd1', 'stats_error_rate', '1, 1, 1, 1', '{}'),
      widget(
        'w2',
        'd1',
        'metric_chart',
        '3, 2, 2, 1',
        '{"service":"claude-code","metricName":"claude_code.cost.usage"}',
      ),
    ])
    const server: Running = await start()
    try {
      const { exitCode, stdout, stderr } = await command(
        server.home,
        [...homeFlag(server.home), 'import', 'ai-observer', 'ai-observer.duckdb'],
        {
          cwd: dirname(file),
        },
      )
      expect([exitCode, stderr]).toEqual([0, ''])
      expect(stdout).toContain('claude-code')
      expect((await server.get('/api/stats')).logCount).toBeGreaterThan(0)
      expect(stdout).toContain('2 dashboards')
      const copied = await server.get('/api/dashboards/d1')
      expect(copied).toMatchObject({ name: 'Costs', description: 'of the week', isDefault: false })
      // Of four columns, counted from 1, on twelve.
      expect(copied.widgets).toMatchObject([
        { title: 'Title of w1', gridColumn: 0, gridRow: 0, colSpan: 3, rowSpan: 1, config: { of: 'spans' } },
        {
          widgetType: 'metric_chart',
          gridColumn: 6,
          gridRow: 1,
          colSpan: 6,
          rowSpan: 2,
          config: { service: 'claude-code' },
        },
      ])
      // What was removed here since does not come back.
      await fetch(new URL('/api/dashboards/d2', server.apiUrl), { method: 'DELETE' })
      const again = (await importFile(server.home, file, '--json')).summary
      expect(again.dashboards).toEqual({ read: 2, new: 0 })
      expect((await server.get('/api/dashboards')).dashboards.map(({ id }: { id: string }) => id)).not.toContain('d2')
      layTranscripts(server.home)
      const summary = await importAll(server.home)
      expect(summary.tools['claude-code'].calls).toBeGreaterThan(0)
    } finally {
      await server.dispose()
    }
  })

  test('whose writer was killed is read with what waits in its write-ahead log, which stays there', async () => {
    const own = newHome()
    try {
      const file = await small('killed')
      const script = `const { DuckDBInstance } = require(${JSON.stringify(join(import.meta.dir, '../node_modules/@duckdb/node-api'))})
        const instance = await DuckDBInstance.create(${JSON.stringify(file)}); const connection = await instance.connect()
        await connection.run("insert into otel_logs (\\"Timestamp\\", ServiceName, Body) values ('2026-03-01 10:00:00', 'shop', 'in the log')")
        process.kill(process.pid, 'SIGKILL')`
      await Bun.spawn([process.execPath, '-e', script]).exited
      const before = looks(file)
      expect(before.some((look) => look.startsWith('ai-observer.duckdb.wal'))).toBe(true)
      await importFile(own, file, '--json')
      expect(await ask(own, "select body from logs where service_name = 'shop'")).toEqual([{ body: 'in the log' }])
      expect(looks(file)).toEqual(before)
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  })
})
