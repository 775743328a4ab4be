// bad-files.test.ts: folders that crashes, full disks and two writers left, read by the compiled binary: every whole record
// is recovered, every lost one is told with file and line, nothing outside is read and nothing there is changed.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { clearBadTree, layBadTree } from './bad-tree.ts'
import { homeFlag, importAll } from './doors.ts'
import { binary, command, emptyEnvironment, newHome, start } from './telltale.ts'

let home: string
beforeEach(() => {
  home = newHome()
})
afterEach(() => clearBadTree(home))

/** Every entry below a folder but our own, with all that could be changed of it. */
function looks(root: string): Record<string, string> {
  // What lies outside is only asked when it was read last.
  const ours = new Set(['.telltale', 'outside'].map((name) => join(root, name)))
  const found: Record<string, string> = {}
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (ours.has(path)) continue
      const { size, mtimeMs, ino, mode } = lstatSync(path)
      found[relative(root, path)] = [size, mtimeMs, ino, mode].join(' ')
      if (lstatSync(path).isDirectory()) walk(path)
    }
  }
  walk(root)
  // By another process: in this one reading a database would take its writer's locks along.
  const sums = Bun.spawnSync([
    'cksum',
    ...Object.keys(found).flatMap((name) => (lstatSync(join(root, name)).isFile() ? [join(root, name)] : [])),
  ])
  found.sums = sums.stdout.toString()
  return found
}

/** The sum of output tokens by tool, as the ledger has it. */
async function outputs(): Promise<Record<string, number>> {
  const sql = 'select tool, sum(output_tokens)::bigint as output from model_calls group by tool'
  const { stdout, stderr, exitCode } = await command(home, [...homeFlag(home), 'sql', sql, '--format', 'json'])
  if (exitCode !== 0) throw new Error(stderr)
  const rows = JSON.parse(stdout)
  return Object.fromEntries(
    rows.map((row: { tool: string; output: number | string }) => [row.tool, Number(row.output)]),
  )
}

test('every whole record is read, every lost one told with file and line, nothing outside read, nothing changed', async () => {
  const told = layBadTree(home)
  const socket = createServer().listen(join(home, '.claude/projects/-home-dev-project/socket.jsonl'))
  const whole = Object.fromEntries(Object.entries(told.records).map(([tool, count]) => [tool, 2 ** count - 1]))
  const lost = [...told.lost, '.claude/projects/-home-dev-project/socket.jsonl'].sort()
  try {
    const before = looks(home)
    const tried = await importAll(home, '--dry-run')
    const summary = await importAll(home)
    expect(await outputs()).toEqual(whole)
    const skipped = summary.skipped.map((one: { path: string; line?: number }) =>
      one.line === undefined ? relative(home, one.path) : `${relative(home, one.path)}:${one.line}`,
    )
    expect(skipped.sort()).toEqual(lost)
    expect(tried.skipped).toHaveLength(lost.length)
    expect(summary.unknown['claude-code']).toEqual({ hologram: 1 })
    // Again, from the beginning: the same, and nothing twice.
    expect((await importAll(home, '--force')).skipped).toHaveLength(lost.length)
    expect(await outputs()).toEqual(whole)
    expect(looks(home)).toEqual(before)
    for (const path of told.outside) expect(statSync(path).atimeMs).toBe(1_000_000)
  } finally {
    socket.close()
  }
}, 120_000)

const asOther =
  process.getuid?.() !== 0
    ? []
    : Bun.which('setpriv') && ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

test.if(Array.isArray(asOther))('what may not be read is told, and read when it may be', async () => {
  const folder = join(home, '.claude/projects/app')
  const file = (name: string, output: number) => {
    const message = { id: `m${output}`, model: 'claude-opus-4-6', usage: { output_tokens: output } }
    const line = {
      type: 'assistant',
      sessionId: 's',
      uuid: name,
      requestId: name,
      timestamp: '2026-03-01T10:00:00Z',
      message,
    }
    writeFileSync(join(folder, name), `${JSON.stringify(line)}\n`)
  }
  mkdirSync(join(folder, 'closed'), { recursive: true })
  file('open.jsonl', 1)
  file('denied.jsonl', 2)
  file('closed/inside.jsonl', 4)
  if (process.getuid?.() === 0)
    for (const path of [
      home,
      ...readdirSync(home, { recursive: true, encoding: 'utf8' }).map((name) => join(home, name)),
    ])
      chownSync(path, 65534, 65534)
  const run = async (...args: string[]) => {
    const environment = { ...emptyEnvironment(home), XDG_CACHE_HOME: join(home, 'cache') }
    const child = Bun.spawn([...(asOther as string[]), binary, ...homeFlag(home), ...args], {
      env: environment,
      stdout: 'pipe',
      cwd: '/',
    })
    return JSON.parse(await new Response(child.stdout).text())
  }
  const sum = async () =>
    Number((await run('sql', 'select sum(output_tokens)::bigint as n from model_calls', '--format', 'json'))[0].n)
  chmodSync(join(folder, 'denied.jsonl'), 0)
  chmodSync(join(folder, 'closed'), 0)
  const { skipped } = await run('import', 'claude-code', '--json')
  expect(skipped).toEqual([
    { path: join(folder, 'closed'), reason: 'permission denied' },
    { path: join(folder, 'denied.jsonl'), reason: 'permission denied' },
  ])
  expect(await sum()).toBe(1)
  chmodSync(join(folder, 'closed'), 0o700)
  chmodSync(join(folder, 'denied.jsonl'), 0o600)
  expect((await run('import', 'claude-code', '--json')).skipped).toEqual([])
  expect(await sum()).toBe(7)
})

test('files and folders that go away while others are read take nothing else along', async () => {
  const folders = Array.from({ length: 40 }, (_, index) => join(home, '.claude/projects', `app-${index}`))
  for (const [at, folder] of folders.entries()) {
    mkdirSync(folder, { recursive: true })
    for (let file = 0; file < 20; file++) {
      const lines = Array.from({ length: 100 }, (_, row) => {
        const id = `${at}-${file}-${row}`
        const message = {
          id,
          model: 'claude-opus-4-6',
          content: [{ type: 'text', text: 'x'.repeat(500) }],
          usage: { output_tokens: 1 },
        }
        return JSON.stringify({
          type: 'assistant',
          sessionId: `s${at}`,
          uuid: id,
          requestId: id,
          timestamp: '2026-03-01T10:00:00Z',
          message,
        })
      })
      writeFileSync(join(folder, `${file}.jsonl`), `${lines.join('\n')}\n`)
    }
  }
  const server = await start({ home })
  try {
    const response = await fetch(new URL('/api/import', server.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool: 'claude-code' }),
    })
    let text = ''
    for await (const chunk of response.body!) {
      // At the first sign of progress half of it goes.
      if (text === '')
        for (const [at, folder] of folders.entries()) {
          if (at % 4 === 0) rmSync(folder, { recursive: true })
          else if (at % 4 === 1) rmSync(join(folder, '7.jsonl'))
        }
      text += new TextDecoder().decode(chunk)
    }
    const summary = JSON.parse(text.trim().split('\n').at(-1)!)
    for (const { reason } of summary.skipped) expect(reason).toBe('no longer there')
    const rows = (await server.get('/api/usage?groupBy=session')).rows
    for (const at of folders.keys()) {
      const requests = rows.find((row: { session: string }) => row.session === `s${at}`)?.requests ?? 0
      if (at % 4 > 1) expect([at, requests]).toEqual([at, 2000])
      else if (at % 4 === 1) expect(requests).toBeGreaterThanOrEqual(1900)
    }
  } finally {
    await server.dispose()
  }
})
