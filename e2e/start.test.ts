// start.test.ts: how the binary starts, refuses to start, and stops.
import { afterAll, describe, expect, test } from 'bun:test'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { homeFlag } from './doors.ts'
import { whyNot } from './faults/failing-calls.ts'
import { binary, command, newHome, start } from './telltale.ts'

const homes: string[] = []
const home = () => {
  const folder = newHome()
  homes.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of homes) rmSync(folder, { recursive: true, force: true })
})

const logBody = (id: string) =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          { logRecords: [{ timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`, body: { stringValue: id } }] },
        ],
      },
    ],
  })
const post = (url: string, body: string) =>
  fetch(new URL('/v1/logs', url), { method: 'POST', headers: { 'content-type': 'application/json' }, body })

describe('serve', () => {
  test('starts from an empty home, says where it listens, keeps its files private and removes server.json at its end', async () => {
    const server = await start({ home: home() })
    try {
      expect(await server.get('/health')).toMatchObject({ status: 'ok', version: server.version })
      expect(await (await fetch(new URL('/health', server.otlpUrl))).json()).toEqual({ status: 'ok' })
      expect((await post(server.otlpUrl, logBody('first'))).status).toBe(200)
      const folder = join(server.home, '.telltale')
      expect(statSync(folder).mode & 0o077).toBe(0)
      for (const name of readdirSync(folder))
        expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0])
      expect(await server.stop('SIGTERM')).toBe(0)
      expect(existsSync(join(folder, 'server.json'))).toBe(false)
    } finally {
      await server.dispose()
    }
  })

  test('what was acknowledged before SIGTERM is there after a restart', async () => {
    const folder = home()
    const first = await start({ home: folder })
    for (let index = 0; index < 20; index++)
      expect((await post(first.otlpUrl, logBody(`kept-${index}`))).status).toBe(200)
    expect(await first.stop('SIGINT')).toBe(0)
    const second = await start({ home: folder })
    try {
      expect((await second.get('/api/logs?limit=100')).total).toBe(20)
    } finally {
      await second.dispose()
    }
  })

  test('a second instance on the same database is refused and names the first; the first goes on', async () => {
    const server = await start({ home: home() })
    try {
      const second = await command(server.home, [
        '--home',
        join(server.home, '.telltale'),
        'serve',
        '--otlp-port',
        '0',
        '--api-port',
        '0',
        '--grpc-port',
        '0',
      ])
      expect(second.exitCode).toBe(1)
      expect(second.stderr).toContain(String(server.pid))
      expect(second.stderr.trim().split('\n')).toHaveLength(1)
      expect((await post(server.otlpUrl, logBody('still here'))).status).toBe(200)
    } finally {
      await server.dispose()
    }
  })

  test('a port in use is named with the flag that changes it', async () => {
    const server = await start({ home: home() })
    try {
      const port = new URL(server.otlpUrl).port
      const second = await command(home(), [
        '--home',
        home(),
        'serve',
        '--otlp-port',
        port,
        '--api-port',
        '0',
        '--grpc-port',
        '0',
      ])
      expect(second.exitCode).toBe(1)
      expect(second.stderr).toContain(port)
      expect(second.stderr).toContain('--otlp-port')
    } finally {
      await server.dispose()
    }
  })
})

describe('the binary', () => {
  test('starts with HOME unset, from a folder that is not its own', async () => {
    const folder = home()
    const child = Bun.spawn([binary, '--version'], { env: { PATH: process.env.PATH ?? '' }, cwd: '/', stdout: 'pipe' })
    expect(await child.exited).toBe(0)
    const server = await start({ home: folder, environment: { HOME: '' } })
    await server.dispose()
  })

  test('two first starts at once unpack the same library without harm', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'telltale-cache-'))
    homes.push(cache)
    const servers = await Promise.all(
      [home(), home()].map((folder) => start({ home: folder, environment: { XDG_CACHE_HOME: cache } })),
    )
    for (const server of servers) await server.dispose()
    const staged = readdirSync(join(cache, 'telltale'), { recursive: true }).map(String)
    expect(staged.filter((name) => name.endsWith('.node'))).toHaveLength(1)
  })

  test('a library that is not what was unpacked is never loaded, but unpacked again', async () => {
    const folder = home()
    const cache = join(folder, 'cache')
    const run = () =>
      command(folder, [...homeFlag(folder), 'sql', 'select 40 + 2'], { environment: { XDG_CACHE_HOME: cache } })
    expect((await run()).stdout).toContain('42')
    const library = readdirSync(cache, { recursive: true })
      .map(String)
      .find((name) => /libduckdb/.test(name))!
    const path = join(cache, library)
    const genuine = Bun.hash(readFileSync(path))
    const flipped = readFileSync(path)
    flipped[1_000_000]! ^= 1
    const elsewhere = join(folder, 'planted.so')
    writeFileSync(elsewhere, flipped, { mode: 0o700 })
    for (const spoil of [
      () => writeFileSync(path, flipped),
      () => {
        rmSync(path)
        symlinkSync(elsewhere, path)
      },
    ]) {
      spoil()
      expect((await run()).stdout).toContain('42')
      expect([lstatSync(path).isFile(), Bun.hash(readFileSync(path))]).toEqual([true, genuine])
    }
    expect(Bun.hash(readFileSync(elsewhere))).toBe(Bun.hash(flipped))
  })

  const why = whyNot()
  test.skipIf(why !== undefined)(`calls nobody, whatever is asked of it ${why ?? ''}`, async () => {
    const calls = join(home(), 'calls')
    const tracer = ['strace', '-D', '-f', '-qq', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', calls]
    const server = await start({ by: tracer })
    try {
      expect((await post(server.otlpUrl, logBody('here'))).status).toBe(200)
      for (const sql of [
        "select * from read_parquet('https://example.com/x.parquet')",
        "select * from 's3://bucket/x.csv'",
        "select * from sqlite_scan('x.db', 'y')",
        'select spatial_ref()',
      ])
        await fetch(new URL('/api/sql', server.apiUrl), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ sql }),
        })
      for (const path of ['/', '/docs', '/api/status', '/metrics', '/api/prices'])
        await (await fetch(new URL(path, server.apiUrl))).text()
      expect(await server.stop()).toBe(0)
      const seen = readFileSync(calls, 'utf8').split('\n')
      expect(seen.some((line) => line.includes('sendto('))).toBe(true)
      expect(
        seen.filter((line) => /connect\(|sin6?_port/.test(line) && !/AF_UNIX|127\.0\.0\.1|"::1"/.test(line)),
      ).toEqual([])
    } finally {
      await server.dispose()
    }
  })

  test.each([
    [['serve', '--otlp-port', 'x'], '--otlp-port: "x" is not a port'],
    [['serve', '--host', '0.0.0.0'], 'set --token'],
    [['nonsense'], 'unknown command'],
    [['serve', '--nonsense'], 'unknown option'],
  ])('%j is a usage error: one line, exit code 2', async (args, message) => {
    const result = await command(home(), args)
    expect(result.exitCode).toBe(2)
    expect(result.stderr).toContain(message)
    expect(result.stderr).not.toContain('    at ')
  })

  test('prints its version and its help', async () => {
    const version = JSON.parse(readFileSync(join(import.meta.dir, '../package.json'), 'utf8')).version
    expect((await command(home(), ['-v'])).stdout.trim()).toBe(version)
    const help = await command(home(), ['--help'])
    expect(help.exitCode).toBe(0)
    expect(help.stdout).toContain('serve')
  })
})
