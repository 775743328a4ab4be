// push.test.ts: two machines push to one server at once, twice, with kills in between: counted once, told apart.
import { afterAll, expect, test } from 'bun:test'
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { layTranscripts } from './doors.ts'
import { binary, command, emptyEnvironment, newHome, type Running, start } from './telltale.ts'

const homes: string[] = []
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})
function machine(): string {
  const home = newHome()
  homes.push(home)
  return home
}

const claudeFiles = join(import.meta.dir, '../fixtures/claude-code/transcripts')

/** Lays the recorded sessions of Claude Code into a home `copies` times, each with ids of its own. */
function layCopies(home: string, copies: number, letter: string): void {
  for (let copy = 0; copy < copies; copy++) {
    const mark = `${letter}${String(copy).padStart(3, '0')}`
    const renamed = (text: string) =>
      text
        .replace(/\b[0-9a-f]{4}(?=[0-9a-f]{4}-[0-9a-f]{4}-)/g, mark)
        .replace(/\b(msg|req|toolu)_(?=\w)/g, `$1_${mark}`)
    for (const name of readdirSync(claudeFiles, { recursive: true, encoding: 'utf8' })) {
      if (!/\.jsonl?$/.test(name)) continue
      const target = join(home, renamed(name))
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, renamed(readFileSync(join(claudeFiles, name), 'utf8')))
    }
  }
}

const homeFlag = (home: string) => ['--home', join(home, '.telltale')]
type Machine = { home: string; name: string; token: string }

function pushing({ home, name, token }: Machine, server: Running, ...flags: string[]) {
  return Bun.spawn([binary, ...homeFlag(home), 'push', '--to', server.apiUrl, '--as', name, '--json', ...flags], {
    env: { ...emptyEnvironment(home), TELLTALE_TOKEN: token },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    cwd: home,
  })
}

async function pushed(of: Machine, server: Running): Promise<any> {
  const child = pushing(of, server)
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  expect([await child.exited, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

/** What a machine's own import counts of it. */
async function imported(home: string): Promise<any> {
  const result = await command(home, [...homeFlag(home), 'import', 'all', '--json'])
  expect(result.exitCode).toBe(0)
  const usage = await command(home, [...homeFlag(home), 'report', 'tool', '--json'])
  return JSON.parse(usage.stdout)
}

async function token(home: string, ...flags: string[]): Promise<string> {
  return (await command(home, [...homeFlag(home), 'token', 'create', ...flags])).stdout.trim()
}

async function ask(server: Running, path: string): Promise<any> {
  const owner = readFileSync(join(server.home, '.telltale/server.token'), 'utf8').trim()
  const response = await fetch(new URL(path, server.apiUrl), { headers: { authorization: `Bearer ${owner}` } })
  expect(response.status).toBe(200)
  return response.json()
}

const numbers = ({ requests, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, costUsd }: any) => ({
  requests,
  inputTokens,
  cacheReadTokens,
  cacheWriteTokens,
  outputTokens,
  costNanoUsd: Math.round(costUsd * 1e9),
})

test('two machines push at once, twice, through kills of theirs and of the server: counted once, told apart', async () => {
  const shared = machine()
  const ann: Machine = { home: machine(), name: 'laptop', token: await token(shared, '--user', 'ann') }
  const ben: Machine = { home: machine(), name: 'desk', token: await token(shared, '--user', 'ben') }
  layTranscripts(ann.home)
  layCopies(ann.home, 40, 'a')
  layCopies(ben.home, 60, 'b')
  let server = await start({ home: shared })

  // Both begin, and are killed when a part of theirs is stored.
  const first = [ann, ben].map((one) => pushing(one, server))
  while ((await ask(server, '/api/stats')).callCount === 0) await Bun.sleep(5)
  for (const child of first) child.kill('SIGKILL')
  await Promise.all(first.map((child) => child.exited))
  const cut = (await ask(server, '/api/stats')).callCount

  // Again, and now the server goes.
  const second = [ann, ben].map((one) => pushing(one, server))
  // On a busy machine the first may have sent everything before they were killed: then these end by themselves.
  const isPushing = () => second.some((child) => child.exitCode === null)
  while (isPushing() && (await ask(server, '/api/stats')).callCount === cut) await Bun.sleep(5)
  await server.stop('SIGKILL')
  for (const child of second) child.kill('SIGKILL')
  await Promise.all(second.map((child) => child.exited))
  server = await start({ home: shared })

  await Promise.all([pushed(ann, server), pushed(ben, server)])
  const whole = await ask(server, '/api/usage?groupBy=host,user')
  const again = await Promise.all([pushed(ann, server), pushed(ben, server)])
  expect(again.map(({ bytes }) => bytes)).toEqual([0, 0])
  expect(await ask(server, '/api/usage?groupBy=host,user')).toEqual(whole)

  const truth = new Map<string, any>()
  for (const one of [ann, ben]) truth.set(one.name, await imported(one.home))
  const ofHost = (host: string) => whole.rows.filter((row: any) => row.host === host)
  for (const [name, user] of [
    ['laptop', 'ann'],
    ['desk', 'ben'],
  ] as const) {
    expect(ofHost(name).map((row: any) => row.user)).toEqual([user])
    expect(numbers(ofHost(name)[0])).toEqual(numbers(truth.get(name).totals))
  }
  expect(whole.rows).toHaveLength(2)
  const { sessions } = await ask(server, '/api/sessions?from=2020-01-01&limit=1000')
  expect(new Set(sessions.map((session: any) => `${session.user}@${session.host}`))).toEqual(
    new Set(['ann@laptop', 'ben@desk']),
  )
  const files = await command(shared, [
    ...homeFlag(shared),
    'sql',
    '--format',
    'json',
    "select distinct split_part(path, ':', 1) as origin from import_files order by 1",
  ])
  expect(JSON.parse(files.stdout).map(({ origin }: any) => origin)).toContain('claude-code@desk')
  // The server's own import of the same files adds nothing, and a purge there leaves what was pushed.
  cpSync(join(ben.home, '.claude'), join(shared, '.claude'), { recursive: true })
  await command(shared, [...homeFlag(shared), 'import', 'claude-code', '--json'])
  expect(numbers((await ask(server, '/api/usage')).totals)).toEqual(numbers(whole.totals))
  const purged = await command(shared, [...homeFlag(shared), 'import', 'claude-code', '--purge', '--yes', '--json'])
  expect([purged.exitCode, purged.stderr]).toEqual([0, ''])
  expect(await ask(server, '/api/usage?groupBy=host,user')).toEqual(whole)
  await server.dispose()
}, 120_000)

test('what is written while it watches arrives, and Ctrl-C ends it well', async () => {
  const shared = machine()
  const home = machine()
  layCopies(home, 1, 'c')
  const server = await start({ home: shared })
  const child = pushing({ home, name: 'laptop', token: '' }, server, '--watch')
  const calls = async () => (await server.get('/api/stats')).callCount
  const wait = async (until: (count: number) => boolean) => {
    for (let count = await calls(); !until(count); count = await calls()) await Bun.sleep(50)
  }
  await wait((count) => count > 0)
  const before = await calls()
  const folder = join(home, '.claude/projects/-home-dev-project')
  // A request as Claude Code writes one, under an id that nobody has seen.
  const [name, line] = readdirSync(folder)
    .filter((one) => one.endsWith('.jsonl'))
    .map((one) => [one, readFileSync(join(folder, one), 'utf8').split('\n')] as const)
    .map(([one, lines]) => [one, lines.findLast((text) => /"usage"/.test(text) && /"id":"msg_/.test(text))] as const)
    .find(([, text]) => text !== undefined)!
  appendFileSync(
    join(folder, name),
    `${line!.replace(/\b(msg|req)_/g, '$1_new').replace(/"uuid":"..../, '"uuid":"ffff')}\n`,
  )
  await wait((count) => count === before + 1)
  child.kill('SIGINT')
  expect(await child.exited).toBe(0)
  await server.dispose()
}, 60_000)

test('what cannot be pushed to is one line', async () => {
  const home = machine()
  layCopies(home, 1, 'd')
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') })
  const server = await start({ flags: ['--token', 'the-token'] })
  const cases: [string[], number, string][] = [
    [[], 2, '--to'],
    [['--to', 'server'], 2, 'no address'],
    [['--to', server.apiUrl, '--tool', 'vim'], 2, 'vim'],
    [['--to', server.apiUrl], 1, 'give --token'],
    [['--to', server.otlpUrl, '--token', 'the-token'], 1, 'no telltale'],
    [['--to', `http://127.0.0.1:${other.port}`], 1, 'no telltale'],
  ]
  for (const [flags, code, says] of cases) {
    const { exitCode, stderr, stdout } = await command(home, [...homeFlag(home), 'push', ...flags])
    expect([flags, exitCode, stdout, stderr.trim().split('\n').length]).toEqual([flags, code, '', 1])
    expect(stderr).toContain(says)
  }
  other.stop(true)
  await server.dispose()
}, 60_000)
