// secrets.ts: thirty invented secrets, each known by the part that nobody may see, and what they are sent in.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
export const word = (length: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => letters[byte % letters.length]).join('')
export const hex = (length: number) =>
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
export const canary = `canary-${word(12)}`
export const texts = secrets.map(([hidden, written]) => `${canary} before ${written(hidden)} after`)
/** What must not be found; of what is stored as hex or base64 in one of our files nothing is expected, so plain text is enough. */
export const found = (content: string) =>
  secrets.flatMap(([hidden], i) => (content.includes(hidden) ? [`secret ${i}`] : []))

export function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file).isFile() && !file.includes('/.claude/'))
}

const time = () => String(BigInt(Date.now()) * 1_000_000n)

/** A request of each kind with the text in every field that holds words. */
export function bodies(text: string): Record<string, object> {
  const attributes = [
    { key: 'tool_input', value: { stringValue: text } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: text }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'inner', value: { stringValue: text } }] } } },
    { key: text, value: { boolValue: true } },
  ]
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'claude-code' } }, ...attributes] }
  const scope = { name: text, version: text, attributes }
  const times = { startTimeUnixNano: time(), endTimeUnixNano: time() }
  const ids = { traceId: hex(32), spanId: hex(16) }
  const log = { timeUnixNano: time(), body: { stringValue: text }, severityText: text, eventName: text, attributes }
  const span = {
    ...ids,
    ...times,
    name: text,
    traceState: text,
    attributes,
    status: { code: 2, message: text },
    events: [{ timeUnixNano: time(), name: text, attributes }],
    links: [{ ...ids, traceState: text, attributes }],
  }
  const exemplars = [{ timeUnixNano: time(), asDouble: 1, filteredAttributes: attributes }]
  const gauge = { dataPoints: [{ timeUnixNano: time(), asDouble: 1, attributes, exemplars }] }
  const metric = { name: text, description: text, unit: text, gauge }
  const around = { resource, schemaUrl: text }
  return {
    '/v1/logs': { resourceLogs: [{ ...around, scopeLogs: [{ scope, schemaUrl: text, logRecords: [log] }] }] },
    '/v1/traces': { resourceSpans: [{ ...around, scopeSpans: [{ scope, schemaUrl: text, spans: [span] }] }] },
    '/v1/metrics': { resourceMetrics: [{ ...around, scopeMetrics: [{ scope, schemaUrl: text, metrics: [metric] }] }] },
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
export function writeTranscript(home: string, sessionId: string): void {
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
