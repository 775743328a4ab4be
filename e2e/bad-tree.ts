// bad-tree.ts: folders of every agent as real ones were seen to be after crashes, full disks and two writers, and worse.
// The output tokens of each whole record are a power of two, so that a sum tells which were read.
import { Database } from 'bun:sqlite'
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What an import of the tree must say. */
export type Told = {
  /** By tool: how many whole records there are. Their output tokens are 1, 2, 4 and so on. */
  records: Record<string, number>
  /** What is lost, as `file:line`, each path below the home. */
  lost: string[]
  /** Records outside of the roots, which links lead to. */
  outside: string[]
}

/** A record that is never whole where it stands; counted by mistake, it would stand out. */
const never = 2 ** 40

/** Gives out the powers of two of one tool. */
class Records {
  #count = 0
  readonly #line: (output: number, more: object) => object
  constructor(line: (output: number, more: object) => object) {
    this.#line = line
  }
  get count(): number {
    return this.#count
  }
  next(more: object = {}): string {
    return JSON.stringify(this.#line(2 ** this.#count++, more))
  }
  lost(more: object = {}): string {
    return JSON.stringify(this.#line(never, more))
  }
}

const time = '2026-03-01T10:00:00.000Z'
let serial = 0

const claude = () =>
  new Records((output, more) => {
    serial++
    return {
      type: 'assistant',
      uuid: `u${serial}`,
      sessionId: 'session',
      requestId: `req_${serial}`,
      timestamp: time,
      message: {
        id: `msg_${serial}`,
        role: 'assistant',
        model: 'claude-opus-4-6',
        stop_reason: 'end_turn',
        content: [{ type: 'text', text: 'é ✓ 漢字 {"in":"a string"} \\' }],
        usage: { input_tokens: 1, output_tokens: output },
      },
      ...more,
    }
  })

const gemini = () =>
  new Records((output) => ({
    id: `g${++serial}`,
    timestamp: time,
    type: 'gemini',
    content: 'an answer',
    model: 'gemini-3-pro',
    tokens: { input: 1, output, cached: 0, thoughts: 0, tool: 0, total: 1 + output },
  }))

const copilot = () =>
  new Records((outputTokens) => ({
    type: 'session.usage_record',
    data: { usage: { model: 'gpt-5.5', apiCallId: `c${++serial}`, inputTokens: 1, outputTokens } },
    id: `e${serial}`,
    timestamp: time,
    parentId: null,
  }))

/** Each counts on from the total before it, as Codex does. */
const codex = () => {
  let sum = 0
  return new Records((output) => {
    const usage = (n: number) => ({ input_tokens: 0, cached_input_tokens: 0, output_tokens: n, total_tokens: n })
    if (output < never) sum += output
    return {
      timestamp: time,
      type: 'event_msg',
      payload: {
        type: 'token_count',
        info: { total_token_usage: usage(output < never ? sum : sum + never), last_token_usage: usage(output) },
      },
    }
  })
}

/** Writes one file of the parts, with its folders. */
function put(path: string, ...parts: (string | Uint8Array)[]): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))))
}

/** Lays the trees of all agents into a home. */
export function layBadTree(home: string): Told {
  const outside = join(home, 'outside')
  mkdirSync(outside, { recursive: true })
  const records = {
    'claude-code': layClaude(home, outside),
    codex: layCodex(home),
    gemini: layGemini(home),
    opencode: layOpenCode(home, outside),
    copilot: layCopilot(home),
  }
  return {
    records: Object.fromEntries(Object.entries(records).map(([tool, { count }]) => [tool, count])),
    lost: Object.values(records).flatMap(({ lost }) => lost),
    outside: ['secret.jsonl', 'folder/secret.jsonl'].map((name) => join(outside, name)),
  }
}

type Laid = { count: number; lost: string[] }

function layClaude(home: string, outside: string): Laid {
  const below = '.claude/projects/-home-dev-project'
  const folder = join(home, below)
  const lines = claude()
  const file = (name: string, ...parts: (string | Uint8Array)[]) => put(join(folder, name), ...parts)
  const zeros = (length: number) => new Uint8Array(length)

  file('nul-run.jsonl', `${lines.next()}\n`, zeros(700), `${lines.next()}\n`, zeros(143_000), `\n${lines.next()}\n`)
  file('nul-inside.jsonl', `${lines.next()}`, zeros(300), `${lines.next()}\n`)
  const cut = lines.lost()
  file('splice.jsonl', `${lines.next()}\n${cut.slice(0, 150)}${lines.next()}\n${lines.next()}\n`)
  file('splice-in-text.jsonl', `${cut.slice(0, cut.indexOf('a string'))}${lines.next()}\n`)
  file('no-newline.jsonl', `${lines.next()}${lines.next()}\n`)
  file('mark.jsonl', '\ufeff', `${lines.next()}\r\n\r\n\n`, `${lines.next()}\r\n`)
  const [before = '', after = ''] = lines.next().split('✓')
  file('not-utf8.jsonl', before, new Uint8Array([0xff, 0xfe]), `${after}\n`)
  file('open-end.jsonl', `${lines.next()}\n${lines.next()}`)
  file('half.jsonl', `${lines.next()}\n${cut.slice(0, 200)}`)
  file('empty.jsonl', '')
  file('zeros.jsonl', zeros(5000))
  file('words.jsonl', `not json\n"text"\n17\nnull\n[]\n${lines.next()}\n`)
  file('twice.jsonl', `${lines.next()}\n`.repeat(1))
  file('again.jsonl', readFileSync(join(folder, 'twice.jsonl')), readFileSync(join(folder, 'twice.jsonl')))
  file(
    'times.jsonl',
    `${lines.next({ timestamp: '2099-01-01T00:00:00Z' })}\n${lines.next({ timestamp: 'soon' })}\n${lines.next({ timestamp: null })}\n`,
  )
  file('proto.jsonl', `${lines.next(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'))}\n`)
  file('deep.jsonl', `${'['.repeat(100_000)}\n${'{"a":'.repeat(50_000)}\n${lines.next()}\n`)
  file(
    'numbers.jsonl',
    `${lines.lost().replace(String(never), '1e300')}\n${lines.lost().replace(String(never), '-5')}\n`,
  )
  file('future.jsonl', `${lines.next({ version: '9.9.9', fields: { of: ['tomorrow'] } })}\n{"type":"hologram"}\n`)
  const long = Array.from({ length: 100 }, () => 'x'.repeat(1_000_000))
  file('long.jsonl', '{"type":"user","message":{"content":"', ...long, `"}}\n${lines.next()}\n`)

  put(join(outside, 'secret.jsonl'), `${lines.lost()}\n`)
  put(join(outside, 'folder/secret.jsonl'), `${lines.lost()}\n`)
  for (const path of ['secret.jsonl', 'folder/secret.jsonl']) utimesSync(join(outside, path), 1000, 2000)
  symlinkSync(join(outside, 'secret.jsonl'), join(folder, 'link.jsonl'))
  symlinkSync(join(outside, 'folder'), join(folder, 'linked-folder'))
  symlinkSync(join(outside, 'nothing.jsonl'), join(folder, 'dangling.jsonl'))
  symlinkSync(folder, join(folder, 'loop'))
  symlinkSync('self.jsonl', join(folder, 'self.jsonl'))
  symlinkSync('/dev/zero', join(folder, 'device.jsonl'))
  mkdirSync(join(folder, 'folder.jsonl'))
  Bun.spawnSync(['mkfifo', join(folder, 'pipe.jsonl')])
  return {
    count: lines.count,
    lost: [
      'dangling.jsonl',
      'deep.jsonl:1',
      'deep.jsonl:2',
      'device.jsonl',
      'half.jsonl:2',
      'link.jsonl',
      'long.jsonl:1',
      'not-utf8.jsonl:1',
      'pipe.jsonl',
      'self.jsonl',
      'splice.jsonl:2',
      'splice-in-text.jsonl:1',
      'times.jsonl:1',
      'times.jsonl:2',
      ...[1, 2, 3, 4, 5].map((line) => `words.jsonl:${line}`),
    ].map((name) => `${below}/${name}`),
  }
}

function layCodex(home: string): Laid {
  const name = '.codex/sessions/2026/03/01/rollout-2026-03-01T10-00-00-01a20169-0000-7000-8000-000000000001.jsonl'
  const lines = codex()
  const about = (type: string, payload: object) => JSON.stringify({ timestamp: time, type, payload })
  const cut = about('response_item', { type: 'message', role: 'assistant', content: [{ text: 'cut off' }] })
  put(
    join(home, name),
    `${about('session_meta', { id: '01a20169-0000-7000-8000-000000000001', cwd: '/none/app' })}\n`,
    `${about('turn_context', { turn_id: 't1', model: 'gpt-5.5' })}\n${lines.next()}\n`,
    // A record that was cut off, then the same one again (codex #24425).
    `${cut.slice(0, 60)}\n${cut}\n`,
    `${cut.slice(0, 60)}${lines.next()}\n`,
    new Uint8Array(512),
    `${lines.next()}${lines.next()}\r\n`,
  )
  put(join(home, '.codex/session_index.jsonl'), `{"id":"01a20169-0000-7000-8000-000000000001","thread_na\n\0\0\n`)
  return { count: lines.count, lost: [`${name}:4`, `${name}:6`, '.codex/session_index.jsonl:1'] }
}

function layGemini(home: string): Laid {
  const below = '.gemini/tmp/app/chats'
  const lines = gemini()
  const head = JSON.stringify({ sessionId: 's1', startTime: time, lastUpdated: time, kind: 'main' })
  const cut = lines.lost()
  put(
    join(home, below, 'session-2026-03-01T10-00-abcdef12.jsonl'),
    `${head}\n${lines.next()}${lines.next()}\n${cut.slice(0, 70)}${lines.next()}\n`,
    new Uint8Array(400),
    `${lines.next()}\n{"$rewindTo":7}\n{"$set":null}\n`,
  )
  const old = (id: string, messages: string[]) =>
    `${head.slice(0, -1).replace('s1', id)},"messages":[${messages.join(',')}]}`
  put(join(home, below, 'session-2026-03-01T10-00-00000001.json'), '\ufeff', old('s2', [lines.next(), 'null', '7']))
  put(join(home, below, 'session-2026-03-01T10-00-00000002.json'), old('s3', [lines.lost()]).slice(0, 200))
  put(join(home, below, 'session-2026-03-01T10-00-00000003.json'), '')
  return {
    count: lines.count,
    lost: ['abcdef12.jsonl:3', '00000002.json', '00000003.json'].map(
      (name) => `${below}/session-2026-03-01T10-00-${name}`,
    ),
  }
}

const openCodeTables = [
  `create table session (id text primary key, parent_id text, directory text, title text, version text,
    time_created integer, time_updated integer)`,
  'create table message (id text primary key, session_id text, time_created integer, time_updated integer, data text)',
  `create table part (id text primary key, message_id text, session_id text, time_created integer, time_updated integer,
    data text)`,
]

const openCodeMessage = (output: number) => ({
  role: 'assistant',
  modelID: 'gpt-5.5',
  providerID: 'openai',
  time: { created: 1_772_359_200_000, completed: 1_772_359_201_000 },
  tokens: { input: 1, output, reasoning: 0, cache: { read: 0, write: 0 } },
  cost: 0,
})

/** A store with these messages, and one more session. */
function openCodeStore(path: string, session: string, messages: (object | string)[]): Database {
  mkdirSync(dirname(path), { recursive: true })
  const database = new Database(path)
  for (const table of openCodeTables) database.run(table)
  database.run("insert into session values (?, null, '/none/app', 't', '1', 1772359200000, 1772359200000)", [session])
  for (const [index, message] of messages.entries())
    database.run('insert into message values (?, ?, 1772359200000, 1772359200000, ?)', [
      `msg_${session}_${index}`,
      session,
      typeof message === 'string' ? message : JSON.stringify(message),
    ])
  return database
}

function layOpenCode(home: string, outside: string): Laid {
  const below = '.local/share/opencode'
  const folder = join(home, below)
  let count = 0
  const next = () => openCodeMessage(2 ** count++)
  openCodeStore(join(folder, 'opencode.db'), 'ses_1', [next(), '{"role":', next()]).close()

  // The program is in the middle of a transaction; what it wrote of it already stands in the file.
  const locked = openCodeStore(join(folder, 'opencode-locked.db'), 'ses_2', [next()])
  locked.run('pragma cache_size = 1')
  locked.run('begin exclusive')
  for (let row = 0; row < 200; row++)
    locked.run("insert into message values (?, 'ses_2', 1, 1772359200000, ?)", [
      `msg_open_${row}`,
      JSON.stringify({ ...openCodeMessage(never), padding: 'x'.repeat(500) }),
    ])
  held.push(locked)

  const live = openCodeStore(join(folder, 'opencode-live.db'), 'ses_3', [])
  live.run('pragma journal_mode = wal')
  live.run('pragma wal_autocheckpoint = 0')
  live.run("insert into message values ('msg_live', 'ses_3', 1, 1772359200000, ?)", [JSON.stringify(next())])
  held.push(live)

  const strange = new Database(join(folder, 'opencode-strange.db'))
  strange.run('create table other (x)')
  strange.close()
  put(join(folder, 'opencode-noise.db'), 'this is no database, not at all, but long enough to be looked at '.repeat(99))
  put(join(folder, 'opencode-empty.db'), '')
  const half = openCodeStore(join(folder, 'opencode-half.db'), 'ses_4', [
    { ...openCodeMessage(never), padding: 'x'.repeat(50_000) },
  ])
  half.close()
  put(join(folder, 'opencode-half.db'), readFileSync(join(folder, 'opencode-half.db')).subarray(0, 20_000))

  const storage = join(folder, 'storage')
  put(join(storage, 'session/app/ses_5.json'), '{"id":"ses_5","directory":"/none/app"}')
  const message = (id: string) => JSON.stringify({ id, sessionID: 'ses_5', ...next() })
  put(join(storage, 'message/ses_5/msg_51.json'), message('msg_51'))
  put(join(storage, 'message/ses_5/msg_52.json'), '{"id":"msg_52","sess')
  put(join(storage, 'part/msg_51/prt_1.json'), '')
  put(join(outside, 'msg_53.json'), JSON.stringify({ id: 'msg_53', sessionID: 'ses_5', ...openCodeMessage(never) }))
  symlinkSync(join(outside, 'msg_53.json'), join(storage, 'message/ses_5/msg_53.json'))
  return {
    count,
    lost: [
      'opencode.db',
      'opencode-strange.db',
      'opencode-noise.db',
      'opencode-empty.db',
      'opencode-half.db',
      'storage/message/ses_5/msg_52.json',
      'storage/message/ses_5/msg_53.json',
      'storage/part/msg_51/prt_1.json',
    ].map((name) => `${below}/${name}`),
  }
}

function layCopilot(home: string): Laid {
  const below = '.copilot/session-state/0b75956a-87fd-49bb-bb16-5c83247bc2cc'
  const lines = copilot()
  put(
    join(home, below, 'events.jsonl'),
    `${lines.next()}\n${lines.lost().slice(0, 80)}\n${lines.next()}${lines.next()}\n`,
    new Uint8Array(4000),
  )
  put(join(home, below, 'workspace.yaml'), new Uint8Array([0xff, 0x00, 0x0a]), '\u0000: [}\nname: "half\n')
  put(join(home, '.copilot/session-store.db'), 'SQLite format 3\0', new Uint8Array(4080))
  return { count: lines.count, lost: [`${below}/events.jsonl:2`, '.copilot/session-store.db'] }
}

/** Stores that are in use while the import reads them. */
const held: Database[] = []

/** Ends what holds the tree's files open, and removes it. */
export function clearBadTree(home: string): void {
  for (const database of held.splice(0)) database.close()
  rmSync(home, { recursive: true, force: true })
}
