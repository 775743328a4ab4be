// secrets.test.ts: thirty invented secrets come in by every door; none is on disk, in the log, on the socket, in an answer or in an
// export. What a person types is kept where they put it, and is in no log either.
import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import WebSocket from 'ws'
import { homeFlag } from './doors.ts'
import { alerted, everyAnswer, otherDoors, type Told, typed } from './secret-doors.ts'
import { bodies, canary, everyFile, found, texts, word } from './secrets.ts'
import { command, newHome, type Running, start } from './telltale.ts'
import { until } from './until.ts'

const homes: string[] = []
const servers: Running[] = []
afterAll(async () => {
  await Promise.all(servers.map((server) => server.dispose()))
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

test('no secret is on disk, in the log, on the socket, in an answer or in an export; what stands beside it is', async () => {
  const server = await start({ flags: ['--log-level', 'DEBUG'] })
  servers.push(server)
  let frames = ''
  const socket = new WebSocket(`${server.apiUrl.replace('http', 'ws')}/ws`)
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send('{"subscribe":["traces","metrics","logs","sessions","usage"]}')
  socket.on('message', (data) => {
    frames += String(data)
  })
  for (const text of texts) {
    for (const [path, body] of Object.entries(bodies(text))) {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${server.otlpUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      expect([path, response.status]).toEqual([path, 200])
    }
  }
  const other = newHome()
  const output = newHome()
  homes.push(other, output)
  const told: Told = new Map()
  await otherDoors(server, other, told)
  // A key of a form that is known: it may be where it was typed, and nowhere else.
  const own = word(36)
  await typed(server, `gh${'p'}_${own}`)
  const address = word(30)
  told.set('webhook', await alerted(server, address))
  await everyAnswer(server, other, told)
  await until(async () => frames.includes(canary), true)
  socket.close()
  expect(found(frames)).toEqual([])
  expect([...told].flatMap(([who, text]) => found(text).map((what) => `${what}: ${who}`))).toEqual([])
  for (const who of ['/api/logs', '/api/search', 'mcp search', 'stdio sql', 'doctor', 'webhook', 'statusline'])
    expect([who, told.get(who)]).toEqual([who, expect.stringMatching(/canary|telltale|collector\.example|\$/)])

  for (const format of ['jsonl', 'csv', 'parquet']) {
    const folder = join(output, format)
    mkdirSync(folder)
    const args = ['export', 'all', '--output', join(folder, 'out'), '--yes', '--format', format]
    const exported = await command(server.home, [...homeFlag(server.home), ...args])
    expect([format, exported.exitCode, found(exported.stdout + exported.stderr)]).toEqual([format, 0, []])
  }
  const jsonl = everyFile(join(output, 'jsonl')).map((file) => readFileSync(file, 'utf8'))
  for (const door of ['imported', 'pushed', 'copied', 'script', 'hooked'])
    expect([door, jsonl.some((text) => text.includes(canary) && text.includes(`"${door}"`))]).toEqual([door, true])

  // After a deletion, which writes the file anew, nothing of that is left beside it.
  const deleted = await command(server.home, [
    ...homeFlag(server.home),
    'delete',
    'sessions',
    '--session',
    'pushed',
    '--yes',
  ])
  expect([deleted.exitCode, found(deleted.stdout + deleted.stderr)]).toEqual([0, []])
  // While it runs, after a kill with the log not yet moved into the file, and after an orderly end.
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    if (signal === 'SIGTERM') servers.push(await start({ home: server.home }))
    const files = [...everyFile(server.home), ...everyFile(output)]
    const contents = files.map((file) => [file, readFileSync(file, 'latin1')] as const)
    expect(contents.flatMap(([file, text]) => found(text).map((what) => `${what} in ${file}`))).toEqual([])
    const holding = (secret: string) =>
      contents.filter(([, text]) => text.includes(secret)).map(([file]) => basename(file))
    expect(holding(own).filter((name) => !/^telltale\.duckdb(\.wal)?$|^copy\.duckdb$/.test(name))).toEqual([])
    expect(holding(address)).toEqual(['webhook.json'])
    const readable = [...everyFile(join(server.home, '.telltale')), ...everyFile(output)].filter(
      (file) => (statSync(file).mode & 0o077) !== 0,
    )
    expect(readable).toEqual([])
    await servers.at(-1)!.stop(signal)
  }
  expect(everyFile(server.home).flatMap((file) => found(readFileSync(file, 'latin1')))).toEqual([])
  for (const { errors } of servers)
    expect([found(errors()), errors().includes(own), errors().includes(address)]).toEqual([[], false, false])
}, 180_000)
