// bad-files.test.ts: a folder with everything that real folders of transcripts were seen to hold, and worse, in one import.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { importTranscripts } from './import.ts'
import { type Bench, openBench } from './testing.ts'

let bench: Bench
let folder: string
beforeEach(async () => {
  bench = await openBench()
  folder = join(bench.home, '.claude/projects/-home-dev-project')
  mkdirSync(folder, { recursive: true })
})
afterEach(() => bench.close())

let serial = 0
/** The line of a request of so many output tokens; every one is told apart by its power of two. */
function line(output: number, more: object = {}): string {
  serial++
  return JSON.stringify({
    type: 'assistant',
    uuid: `u${serial}`,
    sessionId: 'session',
    requestId: `req_${serial}`,
    timestamp: '2026-03-01T10:00:00.000Z',
    message: {
      id: `msg_${serial}`,
      role: 'assistant',
      model: 'claude-opus-4-6',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'é ✓ 漢字' }],
      usage: { input_tokens: 1, output_tokens: output },
    },
    ...more,
  })
}

const put = (name: string, ...parts: (string | Uint8Array)[]) =>
  writeFileSync(
    join(folder, name),
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
  )
const outputs = async () =>
  Number((await bench.all('select coalesce(sum(output_tokens), 0)::bigint as n from model_calls'))[0]!.n)

/** Everything in a folder with its content, so that any change shows. */
function contents(root: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const stat = statSync(join(root, name), { throwIfNoEntry: false })
    if (stat?.isFile()) found[name] = `${stat.mtimeMs} ${Bun.hash(readFileSync(join(root, name)))}`
  }
  return found
}

test('every whole record is read, every lost one is told with file and line, and nothing is written into the folder', async () => {
  put(
    'nul-run.jsonl',
    `${line(1)}\n`,
    new Uint8Array(700),
    `${line(2)}\n`,
    new Uint8Array(143_000),
    '\n',
    `${line(4)}\n`,
  )
  const cut = line(1_000_000)
  put('splice.jsonl', `${line(8)}\n${cut.slice(0, 150)}${line(16)}\n${line(32)}\n`)
  put('no-newline.jsonl', `${line(64)}${line(128)}\n`)
  put('mark.jsonl', '\ufeff', `${line(256)}\r\n\r\n\n`, `${line(512)}\r\n`)
  const [before = '', after = ''] = line(1024).split('✓')
  put('not-utf8.jsonl', before, new Uint8Array([0xff, 0xfe]), `${after}\n`)
  put('open-end.jsonl', `${line(2048)}\n${line(4096)}`)
  put('half.jsonl', `${line(8192)}\n${line(1_000_000).slice(0, 200)}`)
  put('empty.jsonl', '')
  put('zeros.jsonl', new Uint8Array(5000))
  put('words.jsonl', 'not json\n"text"\n17\nnull\n[]\n', `${line(16_384)}\n`)
  put('twice.jsonl', `${line(32_768)}\n`)
  put('again.jsonl', readFileSync(join(folder, 'twice.jsonl')))
  put(
    'times.jsonl',
    `${line(65_536, { timestamp: '2099-01-01T00:00:00Z' })}\n${line(131_072, { timestamp: 'soon' })}\n`,
  )
  put('proto.jsonl', `${line(262_144, JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'))}\n`)
  put('deep.jsonl', `${'['.repeat(100_000)}\n${'{"a":'.repeat(50_000)}\n${line(524_288)}\n`)
  put('long.jsonl', '{"type":"user","message":{"content":"', 'x'.repeat(40_000_000), `"}}\n${line(1_048_576)}\n`)
  put('huge-numbers.jsonl', `${line(-5)}\n${line(1e300)}\n${line(2_097_152)}\n`)
  put(
    'future.jsonl',
    `${line(4_194_304, { type: 'assistant', version: '9.9.9', fields: { of: ['tomorrow'] } })}\n{"type":"hologram"}\n`,
  )

  const summary = await bench.import()
  expect(await outputs()).toBe(2 ** 23 - 1)
  const lost = summary.skipped.map(({ path, line }) => `${relative(folder, path)}:${line ?? ''}`)
  expect(lost.sort()).toEqual([
    'deep.jsonl:1',
    'deep.jsonl:2',
    'long.jsonl:1',
    'not-utf8.jsonl:1',
    'splice.jsonl:2',
    'times.jsonl:1',
    'times.jsonl:2',
    'words.jsonl:1',
    'words.jsonl:2',
    'words.jsonl:3',
    'words.jsonl:4',
    'words.jsonl:5',
  ])
  expect(summary.unknown).toEqual({ 'claude-code': { hologram: 1 } })
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  const [late] = await bench.all(
    'select count(*)::integer as n from model_calls where time > now()::timestamp + interval 2 day',
  )
  expect(late).toEqual({ n: 0 })

  const left = contents(bench.home)
  const again = await bench.import({ force: true })
  expect(await outputs()).toBe(2 ** 23 - 1)
  expect(again.skipped.length).toBe(summary.skipped.length)
  expect(contents(bench.home)).toEqual(left)
}, 60_000)

test('what is no file of this folder is passed over: pipes, sockets, folders, links, loops, and what is outside', async () => {
  put('real.jsonl', `${line(1)}\n`)
  writeFileSync(join(bench.folder, 'secret.jsonl'), `${line(1000)}\n`)
  symlinkSync(join(bench.folder, 'secret.jsonl'), join(folder, 'link.jsonl'))
  symlinkSync(join(bench.folder, 'nothing.jsonl'), join(folder, 'dangling.jsonl'))
  symlinkSync(folder, join(folder, 'loop'))
  symlinkSync('self.jsonl', join(folder, 'self.jsonl'))
  symlinkSync('/dev/zero', join(folder, 'device.jsonl'))
  mkdirSync(join(folder, 'folder.jsonl'))
  expect(Bun.spawnSync(['mkfifo', join(folder, 'pipe.jsonl')]).exitCode).toBe(0)
  const socket = createServer().listen(join(folder, 'socket.jsonl'))
  try {
    const summary = await bench.import({ tools: ['claude-code'] })
    expect(await outputs()).toBe(1)
    expect(summary.tools['claude-code']).toMatchObject({ files: 1, calls: 1 })
  } finally {
    socket.close()
  }
})

test('a file that goes away while others are read is told or gone, and the others are imported', async () => {
  for (let file = 0; file < 20; file++) put(`${file}.jsonl`, `${line(1)}\n`.repeat(3))
  let told = 0
  const progress = () => {
    if (told++ === 0) for (let file = 0; file < 10; file++) rmSync(join(folder, `${file}.jsonl`), { force: true })
  }
  await importTranscripts({ tools: ['claude-code'] }, { ...bench.deps, progress })
  expect(await outputs()).toBeGreaterThanOrEqual(10)
})
