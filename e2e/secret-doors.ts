// secret-doors.ts: the ways in beside OTLP and hooks, what a person types, and the ways out, for the invented secrets of secrets.ts.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { noTables, writeAiObserverFile } from './ai-observer-file.ts'
import { homeFlag } from './doors.ts'
import { bodies, canary, texts, writeTranscript } from './secrets.ts'
import { binary, command, emptyEnvironment, type Running } from './telltale.ts'

/** Everything that was told by anybody, by who told it. */
export type Told = Map<string, string>

const json = { 'content-type': 'application/json' }
const asked = async (server: Running, method: string, path: string, body?: unknown) =>
  (await fetch(new URL(path, server.apiUrl), { method, headers: json, body: JSON.stringify(body) })).text()

/** Transcripts read and pushed, another program's database, scripts, an agent that is run. */
export async function otherDoors(server: Running, other: string, told: Told): Promise<void> {
  const tell = teller(told)
  writeTranscript(server.home, 'imported')
  await tell(server.home, homeFlag(server.home), 'import', 'all', '--verbose')
  writeTranscript(other, 'pushed')
  await tell(other, homeFlag(other), 'push', '--to', server.apiUrl)
  const file = join(other, 'ai-observer.duckdb')
  await writeAnotherProgramsDatabase(file)
  await tell(server.home, homeFlag(server.home), 'import', 'ai-observer', file)
  for (const [i, text] of texts.entries()) {
    const about = { sessionId: 'script', project: text, branch: text, user: text, host: text }
    const body = {
      source: 'script',
      sessions: [{ id: `s${i}`, ...about, title: text, cwd: text }],
      calls: [{ id: `c${i}`, ...about, model: 'm', errorMessage: text, status: 'error' }],
      toolCalls: [{ id: `t${i}`, ...about, toolName: 'Bash', input: text, output: { text }, filePath: text }],
      errors: [{ id: `e${i}`, ...about, message: text }],
      events: [{ id: `v${i}`, ...about, name: 'n', body: text, attributes: { text, [text]: 1 } }],
    }
    told.set(`ingest ${i}`, await asked(server, 'POST', '/api/ingest', body))
  }
  const sent = texts.map((text) => JSON.stringify(bodies(text)['/v1/logs']))
  const post = `for (const body of ${JSON.stringify(sent)}) await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/logs', { method: 'POST', headers: ${JSON.stringify(json)}, body })`
  writeFileSync(join(other, 'agent.ts'), post)
  await tell(server.home, homeFlag(server.home), 'run', '--json', '--', process.execPath, join(other, 'agent.ts'))
  await tell(server.home, homeFlag(server.home), 'backup', join(server.home, 'copy.duckdb'))
}

async function writeAnotherProgramsDatabase(file: string): Promise<void> {
  const tables = noTables()
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const dashboards: string[] = []
  for (const [i, text] of texts.entries()) {
    const Timestamp = `2026-11-20 10:00:${String(i % 60).padStart(2, '0')}`
    const map = JSON.stringify({ text, [text]: '1', 'session.id': 'copied' })
    const common = {
      Timestamp,
      ServiceName: 'claude-code',
      ResourceAttributes: map,
      ScopeName: text,
      ScopeVersion: text,
    }
    tables.otel_logs.push({ ...common, SeverityText: text, SeverityNumber: 9, Body: text, LogAttributes: map })
    tables.otel_traces.push({
      ...common,
      TraceId: 'ab'.repeat(16),
      SpanId: String(i).padStart(16, '0'),
      TraceState: text,
      SpanName: text,
      SpanAttributes: map,
      Duration: '5',
      StatusMessage: text,
      'Events.Timestamp': JSON.stringify([`${Timestamp.replace(' ', 'T')}.000000000Z`]),
      'Events.Name': JSON.stringify([text]),
      'Events.Attributes': `[${map}]`,
    })
    tables.otel_metrics.push({
      ...common,
      MetricName: text,
      MetricDescription: text,
      MetricUnit: text,
      Attributes: map,
      MetricType: 'gauge',
      Value: 1,
    })
    const said = quoted(text)
    dashboards.push(
      `insert into dashboards (id, name, description) values ('d${i}', ${said}, ${said})`,
      `insert into dashboard_widgets values ('w${i}', 'd${i}', 'text', ${said}, 1, 1, 1, 1, ${quoted(JSON.stringify({ text }))}, now(), now())`,
    )
  }
  await writeAiObserverFile(file, tables, dashboards)
}

/** What a person types is theirs and may be kept where they put it; it is told back to them alone. */
export async function typed(server: Running, text: string): Promise<void> {
  const ask = (method: string, path: string, body?: unknown) => asked(server, method, path, body)
  const widget = { widgetType: 'text', title: text, config: { text } }
  await ask('POST', '/api/views', { name: text, path: `/sql?sql=${encodeURIComponent(text)}` })
  await ask('POST', '/api/dashboards', { name: text, description: text, widgets: [widget] })
  await ask('POST', '/api/dashboards', { name: text, widgets: [{ ...widget, gridRow: text }] })
  for (const sql of [`select '${text}'`, `selec '${text}'`, `select cast('${text}' as integer)`, `select "${text}"`])
    await ask('POST', '/api/sql', { sql })
  for (const path of ['/api/search?q=', '/api/logs?search=', '/api/sessions/', '/api/nothing/', '/'])
    await ask('GET', path + encodeURIComponent(text))
  await ask('POST', '/api/export', { output: '/proc/none', tool: text })
  await command(server.home, [...homeFlag(server.home), 'sql', `selec '${text}'`])
  for (const path of [`/v1/hooks/${encodeURIComponent(text)}`, `/${encodeURIComponent(text)}`, '/v1/logs'])
    await fetch(new URL(path, server.otlpUrl), { method: 'POST', headers: json, body: `{"${text}` })
}

/** A budget that is used up, and what its address hears; the end of that is as secret as a password. */
export async function alerted(server: Running, ending: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const receiver = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      resolve(await request.text())
      return new Response()
    },
  })
  try {
    await asked(server, 'PUT', '/api/alerts/webhook', { url: `http://127.0.0.1:${receiver.port}/${ending}` })
    await asked(server, 'PUT', '/api/budgets', { budgets: [{ period: 'day', tool: 'script', limitUsd: 1 }] })
    const calls = [{ id: 'dear', model: 'm', costUsd: 5, timestamp: new Date().toISOString(), project: texts[0] }]
    await asked(server, 'POST', '/api/ingest', { source: 'script', calls })
    return await promise
  } finally {
    await receiver.stop(true)
  }
}

/** What can be asked: every page of the API, MCP both ways, and commands, also of a machine whose agents hold secrets. */
export async function everyAnswer(server: Running, other: string, told: Told): Promise<void> {
  const { paths } = await server.get<{ paths: Record<string, { get?: unknown }> }>('/openapi.json')
  const session = { tool: 'claude-code', id: 'imported', sessionId: 'imported', name: 'm' }
  for (const [path, { get }] of Object.entries(paths)) {
    if (!get || path === '/ws') continue
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => session[name as keyof typeof session] ?? 'x')
    told.set(path, await asked(server, 'GET', `${filled}?from=2026-01-01&q=${canary}&host=x&service=claude-code`))
  }
  await askMcp(told, 'mcp', new StreamableHTTPClientTransport(new URL('/mcp', server.apiUrl)))
  const args = [...homeFlag(server.home), 'mcp']
  await askMcp(told, 'stdio', new StdioClientTransport({ command: binary, args, env: emptyEnvironment(server.home) }))

  writeAgentsFiles(other)
  const tell = teller(told)
  const home = homeFlag(server.home)
  await tell(other, home, 'doctor')
  await tell(other, home, 'doctor', '--json')
  for (const agent of ['claude-code', 'codex', 'gemini']) {
    await tell(other, home, 'setup', agent, '--check')
    // Shows what it would change and asks; nobody answers.
    await tell(other, home, 'setup', agent, '--apply')
  }
  for (const args of [['status'], ['report', 'daily', '--from', '2026-01-01'], ['prices', 'unpriced']])
    await tell(server.home, home, ...args)
  const stdin = JSON.stringify({ session_id: 'imported', model: { id: 'm' }, cost: { total_cost_usd: 1 } })
  const line = await command(server.home, [...home, 'statusline'], { stdin })
  told.set('statusline', line.stdout + line.stderr)
}

async function askMcp(told: Told, name: string, transport: unknown): Promise<void> {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport as never)
  const time = { from: '2026-01-01', to: '2027-01-01' }
  const inputs: Record<string, object> = {
    session_detail: { id: 'imported', limit: 200 },
    search: { query: canary, limit: 200, ...time },
    sql: { sql: 'select body, attributes, resource_attributes from logs', limit: 200 },
  }
  for (const tool of (await client.listTools()).tools) {
    const answer = await client.callTool({ name: tool.name, arguments: { ...(inputs[tool.name] ?? time) } })
    told.set(`${name} ${tool.name}`, JSON.stringify(answer))
  }
  await client.close()
}

/** What agents are told to send elsewhere, with a password in the address and a key beside what would be changed. */
function writeAgentsFiles(home: string): void {
  const [key] = texts as [string]
  const url = texts.find((text) => text.includes('postgres://'))!.replace(/^.*postgres|@.*$/g, '')
  const endpoint = `https${url}@collector.example:4318`
  const files: Record<string, string> = {
    '.claude/settings.json': JSON.stringify(
      {
        env: {
          ANTHROPIC_API_KEY: key,
          CLAUDE_CODE_ENABLE_TELEMETRY: '1',
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTHER: key,
        },
      },
      null,
      2,
    ),
    // Not TOML, from the line with the key on.
    '.codex/config.toml': `[model_providers.own]\nkey = "${key}" and more\n`,
    '.gemini/settings.json': JSON.stringify({ key, telemetry: { enabled: true, otlpEndpoint: endpoint } }, null, 2),
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
}

/** Runs a command and keeps what it says. */
function teller(told: Told) {
  return async (home: string, flags: string[], ...args: string[]) => {
    const { exitCode, stdout, stderr } = await command(home, [...flags, ...args])
    told.set(args.join(' '), `exit code ${exitCode}\n${stdout}${stderr}`)
  }
}
