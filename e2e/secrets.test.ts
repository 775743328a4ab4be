// secrets.test.ts: thirty invented secrets come in by every door; none is on disk, in the log, on the socket or in an export.
import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'
import { binary, command, emptyEnvironment, newHome, type Running, start } from './telltale.ts'

const homes: string[] = []
const servers: Running[] = []
afterAll(async () => {
  await Promise.all(servers.map((server) => server.dispose()))
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const word = (length: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => letters[byte % letters.length]).join('')
const hex = (length: number) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(length)))
    .toString('hex')
    .slice(0, length)

/** The part that nobody may ever see, and how it is written; put together here so that no scanner takes this file for a leak. */
const secrets: [hidden: string, written: (hidden: string) => string][] = [
  [word(40), (s) => `sk-${'ant'}-api03-${s}`],
  [hex(48), (s) => `sk-${'or'}-v1-${s}`],
  [word(48), (s) => `sk-${'proj'}-${s}`],
  [word(35), (s) => `AI${'za'}${s}`],
  [word(60), (s) => `ya${'29'}.${s}`],
  [word(16).toUpperCase(), (s) => `AK${'IA'}${s}`],
  [word(36), (s) => `gh${'p'}_${s}`],
  [word(60), (s) => `github_${'pat'}_${s}`],
  [word(20), (s) => `gl${'pat'}-${s}`],
  [word(24), (s) => `xo${'xb'}-1234567890-${s}`],
  [word(24), (s) => `https://hooks.${'slack'}.com/services/T0000/B0000/${s}`],
  [word(60), (s) => `https://${'discord'}.com/api/webhooks/123456789/${s}`],
  [word(24), (s) => `sk_${'live'}_${s}`],
  [word(43), (s) => `S${'G'}.${word(22)}.${s}`],
  [hex(32), (s) => `S${'K'}${s}`],
  [word(36), (s) => `np${'m'}_${s}`],
  [word(60), (s) => `py${'pi'}-${s}`],
  [word(34), (s) => `h${'f'}_${s}`],
  [word(52), (s) => `gs${'k'}_${s}`],
  [hex(64), (s) => `dop_${'v1'}_${s}`],
  [hex(32), (s) => `da${'pi'}${s}`],
  [word(40), (s) => `lin_${'api'}_${s}`],
  [word(46), (s) => `nt${'n'}_${s}`],
  [hex(32), (s) => `shp${'at'}_${s}`],
  [word(90), (s) => `hv${'s'}.${s}`],
  [word(40), (s) => `ey${'J'}${word(20)}.ey${'J'}${word(20)}.${s}`],
  [word(86), (s) => `Account${'Key'}=${s}==`],
  [word(24), (s) => `Authorization: Basic ${s}`],
  [word(14), (s) => `postgres://app:${s}@db.internal/prod`],
  [word(18), (s) => `DB_PASS${'WORD'}=${s}`],
  [word(60), (s) => `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${s}\n-----END RSA ${'PRIVATE'} KEY-----`],
]
const canary = `canary-${word(12)}`
const texts = secrets.map(([hidden, written]) => `${canary} before ${written(hidden)} after`)
/** What must not be found; of what is stored as hex or base64 in one of our files nothing is expected, so plain text is enough. */
const found = (content: string) => secrets.flatMap(([hidden], i) => (content.includes(hidden) ? [`secret ${i}`] : []))

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file).isFile() && !file.includes('/.claude/'))
}

const time = () => String(BigInt(Date.now()) * 1_000_000n)
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'claude-code' } }] }

function bodies(text: string): Record<string, object> {
  const attributes = [
    { key: 'tool_input', value: { stringValue: text } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: text }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'inner', value: { stringValue: text } }] } } },
  ]
  return {
    '/v1/logs': {
      resourceLogs: [
        { resource, scopeLogs: [{ logRecords: [{ timeUnixNano: time(), body: { stringValue: text }, attributes }] }] },
      ],
    },
    '/v1/traces': {
      resourceSpans: [
        {
          resource,
          scopeSpans: [
            {
              spans: [
                {
                  traceId: hex(32),
                  spanId: hex(16),
                  name: text,
                  startTimeUnixNano: time(),
                  endTimeUnixNano: time(),
                  attributes,
                  status: { code: 2, message: text },
                  events: [{ timeUnixNano: time(), name: text, attributes }],
                },
              ],
            },
          ],
        },
      ],
    },
    '/v1/metrics': {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [
            { metrics: [{ name: 'm', gauge: { dataPoints: [{ timeUnixNano: time(), asDouble: 1, attributes }] } }] },
          ],
        },
      ],
    },
    '/v1/hooks/claude-code': {
      hook_event_name: 'PostToolUse',
      session_id: 'hooked',
      tool_name: 'Bash',
      tool_use_id: hex(16),
      tool_input: { command: text },
      tool_response: { stdout: text },
      prompt: text,
    },
  }
}

/** A session of Claude Code: prompts, answers, and calls that have no result yet, so that the reader keeps them in mind. */
function writeTranscript(home: string, sessionId: string): void {
  const folder = join(home, '.claude/projects/-home-dev-project')
  mkdirSync(folder, { recursive: true })
  const line = (own: object) =>
    `${JSON.stringify({ sessionId, uuid: crypto.randomUUID(), parentUuid: null, isSidechain: false, cwd: '/home/dev/project', version: '2.1.197', timestamp: new Date().toISOString(), ...own })}\n`
  const answer = (i: number, block: object) =>
    line({
      type: 'assistant',
      requestId: `req_${sessionId}_${i}`,
      message: {
        id: `msg_${sessionId}_${i}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5-20250929',
        content: [block],
        usage: { input_tokens: 5, output_tokens: 2 },
      },
    })
  const lines = texts.map(
    (text, i) =>
      line({ type: 'user', message: { role: 'user', content: text } }) +
      answer(i, { type: 'text', text }) +
      answer(i, { type: 'tool_use', id: `toolu_${sessionId}_${i}`, name: 'Bash', input: { command: text } }),
  )
  // What cannot be read is told by its reason, never by what it says.
  writeFileSync(
    join(folder, `${sessionId}.jsonl`),
    `${lines.join('')}{"type":"user","message":{"content":"${texts[0]}\n`,
  )
}

/** What comes by no agent's own telemetry: transcripts read and pushed, scripts, an agent that is run. */
async function otherDoors(server: Running): Promise<void> {
  const tell = async (home: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await command(home, ['--home', join(home, '.telltale'), ...args])
    expect([args[0], exitCode, found(stdout + stderr)]).toEqual([args[0], 0, []])
  }
  writeTranscript(server.home, 'imported')
  await tell(server.home, 'import', 'all', '--verbose')
  const other = newHome()
  homes.push(other)
  writeTranscript(other, 'pushed')
  await tell(other, 'push', '--to', server.apiUrl)
  const headers = { 'content-type': 'application/json' }
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
    const answer = await fetch(new URL('/api/ingest', server.apiUrl), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect([answer.status, found(await answer.text())]).toEqual([200, []])
  }
  const post = `for (const body of ${JSON.stringify(texts.map((text) => JSON.stringify(bodies(text)['/v1/logs'])))}) await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/logs', { method: 'POST', headers: { 'content-type': 'application/json' }, body })`
  writeFileSync(join(other, 'agent.ts'), post)
  await tell(server.home, 'run', '--json', '--', process.execPath, join(other, 'agent.ts'))
  await tell(server.home, 'backup', join(server.home, 'copy.duckdb'))
}

test('no secret is on disk, in the log, on the socket or in an export; what stands beside it is', async () => {
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
  await otherDoors(server)
  for (let i = 0; i < 50 && frames.split(canary).length < texts.length; i++) await Bun.sleep(100)
  socket.close()
  expect(frames).toContain(canary)
  expect(found(frames)).toEqual([])

  const output = newHome()
  homes.push(output)
  for (const format of ['jsonl', 'csv', 'parquet']) {
    const folder = join(output, format)
    mkdirSync(folder)
    const args = ['--home', join(server.home, '.telltale'), 'export', 'all', '--output', join(folder, 'out'), '--yes']
    const exported = Bun.spawnSync([binary, ...args, '--format', format], { env: emptyEnvironment(server.home) })
    expect([format, exported.exitCode, exported.stderr.toString()]).toEqual([format, 0, expect.any(String)])
  }
  // While it runs, after a kill with the log not yet moved into the file, and after an orderly end.
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    if (signal === 'SIGTERM') servers.push(await start({ home: server.home }))
    const files = [...everyFile(server.home), ...everyFile(output)]
    const wrong = files.flatMap((file) => found(readFileSync(file, 'latin1')).map((what) => `${what} in ${file}`))
    expect(wrong).toEqual([])
    await servers.at(-1)!.stop(signal)
  }
  const stored = everyFile(server.home).flatMap((file) => found(readFileSync(file, 'latin1')))
  expect(stored).toEqual([])
  const jsonl = everyFile(join(output, 'jsonl'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('')
  expect(jsonl).toContain(canary)
  expect(found(server.errors())).toEqual([])
}, 180_000)
