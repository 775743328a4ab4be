// doctor.test.ts: `telltale doctor` as a program, beside a real server, without one, and among what is broken.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Finding } from './doctor.ts'

// Each test starts the program a few times.
setDefaultTimeout(60_000)

const main = join(import.meta.dir, '..', 'main.ts')
let home: string
let servers: Bun.Subprocess[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'doctor-'))
  servers = []
})
afterEach(async () => {
  for (const server of servers) {
    server.kill('SIGTERM')
    await server.exited
  }
  rmSync(home, { recursive: true, force: true })
})

const environment = (vars: Record<string, string>) => ({
  HOME: home,
  PATH: join(home, 'bin'),
  TMPDIR: tmpdir(),
  ...vars,
})

async function run(words: string[], vars: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, main, ...words], {
    env: environment(vars),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const text = await new Response(child.stdout).text()
  return { text, code: await child.exited }
}

async function doctor(vars: Record<string, string> = {}) {
  const { text, code } = await run(['doctor', '--json'], vars)
  const { status, findings } = JSON.parse(text) as { status: string; findings: Finding[] }
  return { status, code, findings, of: (check: string) => findings.find((finding) => finding.check === check) }
}

async function serve(flags: string[], vars: Record<string, string> = {}): Promise<void> {
  const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const grpcPort = free.port
  free.stop(true)
  const ports = ['--otlp-port', '0', '--api-port', '0', '--grpc-port', String(grpcPort)]
  servers.push(
    Bun.spawn([process.execPath, main, 'serve', ...ports, ...flags], {
      env: environment(vars),
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'ignore',
    }),
  )
  while (!existsSync(join(home, '.telltale', 'server.json'))) await Bun.sleep(20)
}

test('beside a server every door is proven, and nothing of the proof stays', async () => {
  await serve([])
  const { status, code, of } = await doctor()
  expect(
    ['server', 'HTTP/JSON', 'HTTP/protobuf', 'gRPC', 'hooks', 'database'].map((check) => of(check)?.status),
  ).toEqual(Array(6).fill('ok'))
  expect([status, code]).toEqual(['ok', 0])
  expect((await run(['sql', '--format', 'json', 'select count(*) as rows from logs'])).text).toMatch(/"?rows"?.*0/s)
  const sessions = await run(['sql', '--format', 'json', 'select count(*) as n from sessions'])
  expect(JSON.parse(sessions.text)).toEqual([{ n: 0 }])
})

test('a token and the lowest privacy tier are no obstacle to the owner, a wrong token is told', async () => {
  await serve(['--privacy', '1'], { TELLTALE_TOKEN: 'the-token' })
  const { code, of } = await doctor({ TELLTALE_TOKEN: 'the-token' })
  const doors = ['HTTP/JSON', 'HTTP/protobuf', 'gRPC', 'hooks']
  expect(doors.map((check) => of(check)?.status)).toEqual(Array(4).fill('ok'))
  expect(code).toBe(0)
  expect((await doctor()).code).toBe(0)
  const without = await doctor({ TELLTALE_TOKEN: 'another' })
  expect(without.of('server')).toMatchObject({ status: 'broken', mend: expect.stringContaining('TELLTALE_TOKEN') })
  expect(without.code).toBe(1)
})

test('without a server it says so, and which port belongs to another program', async () => {
  const other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const ports = { TELLTALE_OTLP_PORT: String(other.port), TELLTALE_GRPC_PORT: '0', TELLTALE_API_PORT: '0' }
  const { status, code, of } = await doctor(ports)
  other.stop(true)
  expect([status, code]).toEqual(['broken', 1])
  expect(of('server')?.mend).toContain('telltale serve')
  expect(of('OTLP/HTTP')).toMatchObject({ status: 'broken', message: expect.stringContaining(String(other.port)) })
  expect(existsSync(join(home, '.telltale', 'telltale.duckdb'))).toBe(false)
})

test("each agent's configuration is told with what to do", async () => {
  mkdirSync(join(home, '.codex'))
  mkdirSync(join(home, '.gemini'))
  writeFileSync(join(home, '.gemini', 'settings.json'), '{ broken')
  mkdirSync(join(home, '.claude'))
  await run(['setup', 'claude-code', '--apply', '--yes'])
  const { of } = await doctor()
  expect(of('claude-code')).toMatchObject({ status: 'ok', message: expect.stringContaining('configured') })
  expect(of('codex')).toMatchObject({ status: 'warning', mend: 'telltale setup codex --apply' })
  expect(of('gemini')).toMatchObject({ status: 'broken', message: expect.stringContaining('line 1') })
  expect(of('opencode')).toMatchObject({ status: 'note', message: 'not installed' })
  const { text } = await run(['doctor'])
  expect(text).toContain('✗ gemini')
})
