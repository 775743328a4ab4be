// run.test.ts: `telltale run -- COMMAND` with programs that send what real agents sent: counted, and left as they are.
import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requests } from './recordings.ts'
import { binary, command, emptyEnvironment, freePort, newHome, start } from './telltale.ts'
import { expectedUsage, type Tokens } from './truth.ts'

const homes: string[] = []
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})
function machine(): string {
  const home = newHome()
  homes.push(home)
  return home
}

const agent = join(import.meta.dir, 'run-agent.ts')
const homeFlag = (home: string) => ['--home', join(home, '.telltale')]
const run = (home: string, flags: string[], words: string[], environment: Record<string, string> = {}) =>
  command(home, [...homeFlag(home), 'run', ...flags, '--', ...words], { environment })
const program = (...words: string[]) => [process.execPath, agent, ...words]

function tokensOf(agent: string, variant: string): Tokens {
  const usage = Object.values(expectedUsage(agent, variant, requests(agent, variant)))
  const sum = (field: keyof Tokens) => usage.reduce((total, tokens) => total + tokens[field], 0)
  const fields = [
    'requests',
    'inputTokens',
    'cacheReadTokens',
    'cacheWriteTokens',
    'outputTokens',
    'totalTokens',
  ] as const
  return Object.fromEntries(fields.map((field) => [field, sum(field)])) as Tokens
}

const recorded = [
  ['claude-code', '03-http-protobuf'],
  ['codex', '01-http-binary'],
  ['gemini', '01-http'],
  ['opencode', '06-native-otel-noplugin'],
  ['copilot', '01-http-json'],
] as const

describe.each(recorded)('%s', (tool, variant) => {
  const home = machine()
  mkdirSync(join(home, '.codex/sessions'), { recursive: true })
  const config = 'model = "gpt-5.6" # mine\n\n[otel]\nexporter = "none"\n'
  writeFileSync(join(home, '.codex/config.toml'), config)
  writeFileSync(join(home, '.codex/auth.json'), 'old')
  writeFileSync(join(home, '.codex/sessions/old.jsonl'), 'old\n')

  test('is counted without a server, its exit code and output are its own', async () => {
    const { exitCode, stdout, stderr } = await run(home, ['--json'], program(tool, variant, '7'), {
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:1/v1/logs',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      GEMINI_TELEMETRY_OUTFILE: '/nowhere',
    })
    expect([exitCode, stderr]).toEqual([7, 'a note\n'])
    const [answer, document] = stdout.trim().split('\n') as [string, string]
    expect(answer).toBe(`answer of ${tool}`)
    const told = JSON.parse(document)
    expect(told).toMatchObject({ exitCode: 7, ...tokensOf(tool, variant) })
    // Of a model that nobody prices the cost is unknown, never nothing.
    if (told.unpricedTokens < told.totalTokens) expect(told.costUsd).toBeGreaterThan(0)
    else expect(told.costUsd).toBeNull()
    expect(new Set(told.models.map((row: any) => row.tool))).toEqual(new Set([tool]))
    // It is on disk, to the token and the cent.
    const report = JSON.parse((await command(home, [...homeFlag(home), 'report', 'tool', '--json'])).stdout)
    expect(report.totals).toMatchObject(tokensOf(tool, variant))
    expect(report.totals.costUsd).toEqual(told.costUsd)
    expect(existsSync(join(home, '.telltale/run'))).toBe(false)
  }, 30_000)

  if (tool === 'codex')
    test('finds its folder as it left it, without what was set for the run', () => {
      const text = (name: string) => readFileSync(join(home, '.codex', name), 'utf8')
      expect(text('config.toml')).toBe(`${config}\n[projects."/trusted"]\ntrust_level = "trusted"\n`)
      expect([text('auth.json'), text('new.json')]).toEqual(['refreshed', 'new'])
      expect([text('sessions/old.jsonl'), text('sessions/new.jsonl')]).toEqual(['old\nmore\n', 'session\n'])
    })
})

test('a running server gets it all, with its token; a second run of the same session counts only what it adds', async () => {
  const home = machine()
  const server = await start({ home, flags: ['--token', 'the-token'] })
  const first = JSON.parse(
    (await run(home, ['--json'], program('claude-code', '01-http-json'))).stdout.split('\n').at(-2)!,
  )
  expect(first).toMatchObject(tokensOf('claude-code', '01-http-json'))
  const again = JSON.parse(
    (await run(home, ['--json'], program('claude-code', '01-http-json'))).stdout.split('\n').at(-2)!,
  )
  expect(again).toMatchObject({ requests: 0, totalTokens: 0, costUsd: 0, toolCalls: 0 })
  expect(again.sessions.length).toBeGreaterThan(0)
  const status = await fetch(new URL('/api/usage', server.apiUrl), { headers: { authorization: 'Bearer the-token' } })
  expect(((await status.json()) as any).totals).toMatchObject(tokensOf('claude-code', '01-http-json'))
  await server.dispose()
}, 30_000)

test('an agent whose own configuration sends to the usual port is counted, too', async () => {
  const home = machine()
  const port = await freePort()
  // As Claude Code after `setup --apply`: its settings win over the environment, but not over what says whose run it is.
  const script = `
    const [, id] = process.env.OTEL_RESOURCE_ATTRIBUTES.split('telltale.run.id=')
    const text = (key, stringValue) => ({ key, value: { stringValue } })
    const resource = { attributes: [text('service.name', 'claude-code'), text('telltale.run.id', id)] }
    const attributes = [text('event.name', 'api_request'), text('session.id', 'of-its-own'), text('model', 'claude-sonnet-4-5'),
      text('input_tokens', '1000'), text('output_tokens', '10'), text('cost_usd', '0.5'), text('request_id', 'req_1')]
    const record = { timeUnixNano: String(Date.now() * 1e6), body: { stringValue: 'claude_code.api_request' }, attributes }
    const body = { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }
    const response = await fetch('http://127.0.0.1:${port}/v1/logs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    process.exit(response.ok ? 0 : 1)`
  const environment = { TELLTALE_OTLP_PORT: String(port), TELLTALE_GRPC_PORT: '0' }
  const { exitCode, stdout } = await run(home, ['--json'], [process.execPath, '-e', script], environment)
  expect(exitCode).toBe(0)
  const told = JSON.parse(stdout.trim())
  expect(told).toMatchObject({
    sessions: ['of-its-own'],
    requests: 1,
    inputTokens: 1000,
    outputTokens: 10,
    costUsd: 0.5,
  })
}, 30_000)

test('two runs at once need no server, and the one that ends first takes nothing from the other', async () => {
  const home = machine()
  const slow = run(home, ['--json'], ['sh', '-c', `sleep 1.5; exec ${program('gemini', '01-http').join(' ')}`])
  await Bun.sleep(300)
  const quick = run(home, ['--json'], program('copilot', '01-http-json'))
  for (const [result, of] of [
    [await quick, tokensOf('copilot', '01-http-json')],
    [await slow, tokensOf('gemini', '01-http')],
  ] as const) {
    expect(result.exitCode).toBe(0)
    expect(JSON.parse(result.stdout.split('\n').at(-2)!)).toMatchObject(of)
  }
}, 30_000)

test('a summary for a person goes to stderr, and nowhere with --quiet', async () => {
  const home = machine()
  const words = program('claude-code', '03-http-protobuf')
  const { stdout, stderr } = await run(home, [], words)
  expect(stdout).toBe('answer of claude-code\n')
  expect(stderr).toMatch(/^a note\ntelltale: \$[\d.]+, \d+ requests, .* out, \d+ tool calls? \(claude-/)
  const quiet = await run(home, ['--quiet'], words)
  expect([quiet.stdout, quiet.stderr]).toEqual(['answer of claude-code\n', 'a note\n'])
}, 30_000)

test('a budget that was passed is exit code 3, one that was not is the agent’s own', async () => {
  const words = program('claude-code', '03-http-protobuf', '5')
  const over = await run(machine(), ['--json', '--budget', '0.0001'], words)
  expect(over.exitCode).toBe(3)
  expect(JSON.parse(over.stdout.split('\n').at(-2)!)).toMatchObject({ exitCode: 5, budgetExceeded: true })
  expect((await run(machine(), ['--budget', '1000'], words)).exitCode).toBe(5)
}, 30_000)

test('signals reach the agent, whose end is told as a shell tells it', async () => {
  const home = machine()
  const spawned = (script: string) =>
    Bun.spawn([binary, ...homeFlag(home), 'run', '--json', '--', 'sh', '-c', script], {
      env: emptyEnvironment(home),
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
  async function ended(script: string, signal: NodeJS.Signals): Promise<[number, any]> {
    const child = spawned(script)
    const reader = child.stdout.getReader()
    let text = new TextDecoder().decode((await reader.read()).value)
    child.kill(signal)
    for (let next = await reader.read(); !next.done; next = await reader.read())
      text += new TextDecoder().decode(next.value)
    return [await child.exited, JSON.parse(text.trim().split('\n').at(-1)!)]
  }
  const trapped = "trap 'exit 9' INT TERM; echo ready; while :; do sleep 0.05; done"
  expect(await ended(trapped, 'SIGTERM')).toMatchObject([9, { exitCode: 9 }])
  expect(await ended(trapped, 'SIGINT')).toMatchObject([9, { exitCode: 9 }])
  expect(await ended('echo ready; exec sleep 20', 'SIGTERM')).toMatchObject([143, { signal: 'SIGTERM' }])
}, 30_000)

test('what the agent makes has the modes it would have had', async () => {
  const home = machine()
  const { stdout } = await run(home, [], ['sh', '-c', 'umask'])
  expect(stdout.trim()).toBe((await command(home, ['-v'])).exitCode === 0 ? umaskText() : '')
}, 30_000)

const umaskText = () => process.umask().toString(8).padStart(4, '0')

test('a killed run gives back at the next one what the agent left', async () => {
  const home = machine()
  mkdirSync(join(home, '.codex'))
  const child = Bun.spawn(
    [
      binary,
      ...homeFlag(home),
      'run',
      '--',
      'sh',
      '-c',
      'mkdir $CODEX_HOME/sessions; echo kept > $CODEX_HOME/sessions/a; echo ready; sleep 20',
    ],
    { env: emptyEnvironment(home), stdin: 'ignore', stdout: 'pipe', stderr: 'ignore' },
  )
  await child.stdout.getReader().read()
  child.kill('SIGKILL')
  await child.exited
  expect(readdirSync(join(home, '.codex'))).toEqual([])
  expect((await run(home, [], ['true'])).exitCode).toBe(0)
  expect(readFileSync(join(home, '.codex/sessions/a'), 'utf8')).toBe('kept\n')
}, 30_000)

test('a command that is not there, a budget that is none, and no command are one line and exit code 2', async () => {
  for (const [flags, words, says] of [
    [[], ['no-such-program'], 'not found'],
    [['--budget', 'much'], ['true'], '--budget'],
    [[], [], 'command'],
  ] as [string[], string[], string][]) {
    const { exitCode, stderr, stdout } = await run(machine(), flags, words)
    expect([exitCode, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
    expect(stderr).toContain(says)
  }
}, 30_000)
