// bad-input.test.ts: what cannot be done is one line that says what to do, the right exit code, and nothing half-written.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { binary, command, emptyEnvironment, newHome, start } from './telltale.ts'

const home = newHome()
afterAll(() => rmSync(home, { recursive: true, force: true }))
const store = join(home, '.telltale')

/** One line on stderr, nothing on stdout, no stack. */
async function refused(args: string[], code: number, says: string | RegExp, environment = {}): Promise<void> {
  const { exitCode, stdout, stderr } = await command(home, ['--home', store, ...args], { environment })
  const lines = stderr.trim().split('\n')
  expect([args, exitCode, stdout, lines.length, /^ {4}at /m.test(stderr)]).toEqual([args, code, '', 1, false])
  expect(lines[0]).toMatch(says)
}

describe('wrong usage is exit code 2', () => {
  test.each([
    [['import', 'vim'], /vim.*claude-code/],
    [['import', 'codex', '--from', 'yesterday'], /yesterday.*YYYY-MM-DD/],
    [['import', 'codex', '--from', '2026-02-30'], /2026-02-30/],
    [['import', 'codex', '--from', '2026-03-02', '--to', '2026-03-01'], /from/],
    [['import', 'all', '--path', '/tmp'], /one tool/],
    [['import', 'codex', '--pricing-mode', 'free'], /auto, calculate, display/],
    [['import', 'codex', '--purge'], /--yes/],
    [['export', 'vim', '--output', 'x'], /vim/],
    [['export', 'all'], /--output/],
    [['export', 'all', '--output', 'x', '--format', 'xml'], /xml/],
    [['export', 'all', '--output', 'x', '--from', 'then'], /then/],
    [['delete', 'all'], /--from and --to/],
    [['delete', 'cats', '--session', 'x'], /cats/],
    [['delete', 'all', '--from', '2026-01-01', '--to', '2026-01-02'], /--yes/],
    [['report', 'hourly'], /hourly.*daily/],
    [['report', 'daily', '--tz', 'Mars/Olympus'], /Mars/],
    [['report', 'daily', '--from', '1.1.2026'], /1\.1\.2026/],
    [['sql', '--format', 'xml', 'select 1'], /xml.*parquet/],
    [['sql', ''], /give a statement/],
    [['setup', 'vim'], /vim/],
    [['setup', 'codex', '--protocol', 'smtp'], /smtp.*grpc/],
    [['setup', 'codex', '--endpoint', 'here'], /here.*4318/],
    [['serve', '--retention', 'soon'], /soon.*90d/],
    [['serve', '--retention-size', '3 cats'], /3 cats.*20GB/],
    [['serve', '--max-body', 'big'], /big.*64MiB/],
    [['serve', '--api-port', '99999'], /99999/],
    [['serve', '--privacy', '9'], /9.*1, 2, 3/],
    [['tail', '--type', 'cats'], /cats/],
    [['push'], /--to/],
    [['token', 'create', '--scope', 'god'], /god.*admin/],
    [['run', '--', 'no-such-program-anywhere'], /not found/],
    [['reprot', 'daily'], /reprot/],
    [['report', 'daily', '--jsno'], /--jsno/],
  ] as [string[], RegExp][])('%j', (args, says) => refused(args, 2, says))

  test('a variable is named as it was set, a file with its line', async () => {
    await refused(['status'], 2, /TELLTALE_API_PORT: "x"/, { TELLTALE_API_PORT: 'x' })
    mkdirSync(store, { recursive: true })
    writeFileSync(join(store, 'config.toml'), 'api_port = 8080\nbroken = [\n')
    await refused(['status'], 2, /config\.toml.*line/)
    rmSync(join(store, 'config.toml'))
  })
})

describe('what fails is exit code 1', () => {
  test('a port that is taken names the flag that chooses another', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    for (const flag of ['--otlp-port', '--grpc-port', '--api-port']) {
      const others = ['--otlp-port', '--grpc-port', '--api-port'].filter((other) => other !== flag)
      await refused(
        ['serve', flag, String(port), ...others.flatMap((other) => [other, '0'])],
        1,
        new RegExp(`port ${port}.*${flag}`),
      )
    }
    taken.close()
    expect(existsSync(join(store, 'server.json'))).toBe(false)
  })

  test('a file that is no database is named and left as it is', async () => {
    const other = join(home, 'notes.duckdb')
    writeFileSync(other, 'not a database')
    await refused(['--database', other, 'sql', 'select 1'], 1, /notes\.duckdb/)
    expect(await Bun.file(other).text()).toBe('not a database')
  })

  test('statements that fail, or would write, say why', async () => {
    await refused(['sql', 'select nothing_there'], 1, /nothing_there/)
    await refused(['sql', 'drop table logs'], 1, /only reading/)
  })

  test('a home that is a file, a folder that cannot be made', async () => {
    writeFileSync(join(home, 'file'), '')
    for (const folder of [join(home, 'file'), '/proc/none']) {
      const { exitCode, stdout, stderr } = await command(home, ['--home', folder, 'sql', 'select 1'])
      expect([folder, exitCode, stdout, stderr.trim().split('\n').length]).toEqual([folder, 1, '', 1])
    }
    await refused(['export', 'all', '--output', '/proc/none/here', '--yes'], 1, /\/proc\/none/)
    await refused(['tail'], 1, /telltale serve/)
  })
})

describe('a reader that goes away', () => {
  beforeAll(async () => {
    const server = await start({ home })
    await server.stop()
  })
  test.each([
    `sql --format csv "select i, repeat('x', 1000) from range(20000) as t (i)"`,
    `sql --format json "select i, repeat('x', 1000) from range(30000) as t (i)"`,
    'prices list',
    'prices list --json',
    'completion zsh',
    '--help',
  ])('%s | head -1 is no error', async (args) => {
    const script = `set -o pipefail; "$0" --home "$1" ${args} | head -c 1 > /dev/null`
    const child = Bun.spawn(['bash', '-c', script, binary, store], {
      env: emptyEnvironment(home),
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
    })
    expect([await new Response(child.stderr).text(), await child.exited]).toEqual(['', 0])
  })
})

test('a full disk is one line, and what was there is there still', async () => {
  // A file system of 24 MB, where this user may make one.
  const small = join(home, 'small')
  mkdirSync(small, { recursive: true })
  const mounted = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', small]).exitCode === 0
  if (!mounted) return
  try {
    const flags = ['--home', join(small, 'home')]
    expect((await command(home, [...flags, 'sql', 'select 1'])).exitCode).toBe(0)
    const before = (await command(home, [...flags, 'sql', '--format', 'json', 'from schema_version'])).stdout
    writeFileSync(join(small, 'filler'), '')
    // Leaves about a megabyte.
    Bun.spawnSync([
      'sh',
      '-c',
      `head -c 30000000 /dev/zero > "${small}/filler"; truncate -s -1000000 "${small}/filler"`,
    ])
    const out = join(small, 'rows.parquet')
    const failing: string[][] = [
      ['sql', '--format', 'parquet', '--output', out, 'select i, uuid() as text from range(2000000) as t (i)'],
      [
        'sql',
        '--format',
        'csv',
        '--output',
        out,
        'select i, repeat(uuid()::varchar, 2) as text from range(60000) as t (i)',
      ],
    ]
    for (const args of failing) {
      const { exitCode, stdout, stderr } = await command(home, [...flags, ...args])
      expect([args[2], exitCode, stdout, stderr.trim().split('\n').length]).toEqual([args[2], 1, '', 1])
      expect(readdirSync(small).sort()).toEqual(['filler', 'home'])
    }
    rmSync(join(small, 'filler'))
    expect((await command(home, [...flags, 'sql', '--format', 'json', 'from schema_version'])).stdout).toBe(before)
  } finally {
    Bun.spawnSync(['umount', small])
  }
}, 60_000)
