import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { noAttributes } from '#proto/attributes.ts'
import { cold, type LogRecord, noTelemetry } from '#proto/telemetry.ts'
import { createPrivacy } from './privacy.ts'
import { redactText } from './secrets.ts'

const hex = (length: number) => '0123456789abcdef'.repeat(4).slice(0, length)
const word = (length: number) => 'aB3dE5gH7jK9mN1pQ2sT4vW6xY8zR0uL'.repeat(4).slice(0, length)

/** One invented secret of each form, put together here so that no scanner takes this file for a leak. */
const secrets: [string, string][] = [
  ['private-key', `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${word(60)}\n-----END RSA ${'PRIVATE'} KEY-----`],
  ['anthropic-key', `sk-${'ant'}-api03-${word(40)}`],
  ['openrouter-key', `sk-${'or'}-v1-${hex(48)}`],
  ['openai-key', `sk-${'proj'}-${word(48)}`],
  ['google-api-key', `AI${'za'}${word(35)}`],
  ['google-oauth-token', `ya${'29'}.${word(60)}`],
  ['aws-access-key', `AK${'IA'}IOSFODNN7EXAMPLE`],
  ['github-token', `gh${'p'}_${word(36)}`],
  ['github-pat', `github_${'pat'}_${word(60)}`],
  ['gitlab-token', `gl${'pat'}-${word(20)}`],
  ['slack-token', `xo${'xb'}-1234567890-${word(24)}`],
  ['slack-webhook', `https://hooks.${'slack'}.com/services/T0000/B0000/${word(24)}`],
  ['discord-webhook', `https://${'discord'}.com/api/webhooks/123456789/${word(60)}`],
  ['stripe-key', `sk_${'live'}_${word(24)}`],
  ['sendgrid-key', `S${'G'}.${word(22)}.${word(43)}`],
  ['twilio-key', `S${'K'}${hex(32)}`],
  ['npm-token', `np${'m'}_${word(36)}`],
  ['pypi-token', `py${'pi'}-${word(60)}`],
  ['huggingface-token', `h${'f'}_${word(34)}`],
  ['groq-key', `gs${'k'}_${word(52)}`],
  ['digitalocean-token', `dop_${'v1'}_${hex(64)}`],
  ['databricks-token', `da${'pi'}${hex(32)}`],
  ['linear-key', `lin_${'api'}_${word(40)}`],
  ['notion-key', `nt${'n'}_${word(46)}`],
  ['shopify-token', `shp${'at'}_${hex(32)}`],
  ['vault-token', `hv${'s'}.${word(90)}`],
  ['telegram-token', `123456789:A${'A'}${word(33)}`],
  ['jwt', `ey${'J'}${word(20)}.ey${'J'}${word(20)}.${word(40)}`],
  ['azure-storage-key', `Account${'Key'}=${word(86)}==`],
  ['authorization', `Authorization: Basic ${word(24)}`],
  ['url-password', `postgres://app:${word(12)}@db.internal/prod`],
  ['assigned-secret', `DB_PASS${'WORD'}=${word(16)}`],
]

describe('redactText', () => {
  test.each(secrets)('%s is taken out and named', (name, secret) => {
    const report = new Map<string, number>()
    const text = redactText(`before ${secret} after`, report)
    expect(text).toContain(`[REDACTED:${name}]`)
    expect(text).not.toContain(secret.replace(/@.*/, '').slice(-12))
    expect(text).toStartWith('before ')
    expect(text).toEndWith(' after')
    expect(report.get(name)).toBe(1)
  })

  test('every form is found wherever it begins', () => {
    for (const [name, secret] of secrets) {
      const text = `${'-'.repeat(9)}${word(700).toLowerCase()} ${secret}\n${secret}`
      expect([name, redactText(text).split(`[REDACTED:${name}]`).length]).toEqual([name, 3])
    }
  })

  test('a secret inside JSON text leaves the JSON readable', () => {
    const text = redactText(
      JSON.stringify({ command: `curl -H "Authorization: Bearer ${word(40)}"`, env: { API_KEY: word(30) } }),
    )
    expect(JSON.parse(text)).toEqual({
      command: 'curl -H "Authorization: Bearer [REDACTED:authorization]"',
      env: { API_KEY: '[REDACTED:assigned-secret]' },
    })
  })

  test.each([
    'req_01B7ByzaY2XjCf1kX6CLxXOn',
    'toolu_01NE8gSJCs3GjiL6wrTjdIq3',
    '9f86bdd1-e720-4efd-a4d4-a23229471452',
    'https://example.org/path?token_count=12',
    'git@github.com:owner/repository.git',
    'the password is kept in $PASSWORD',
    'input_tokens: 12345678, output_tokens=87654321',
    'claude-sonnet-4-5-20250929',
  ])('%s is no secret', (text) => expect(redactText(text)).toBe(text))

  test.each([
    ['words joined by hyphens', 'a-'],
    ['words joined by underscores', 'a_'],
    ['the beginning of a token', 'eyJ'],
    ['beginnings of tokens with dots', 'eyJaaaaaaaa.'],
    ['the beginning of a block', '-----BEGIN '],
    ['addresses', 'https://a:b/'],
    ['names of secrets', 'password '],
    ['quotes', '"'],
    ['blanks', ' '],
    ['digits', '1'],
  ])('two megabytes of %s are looked through in one go', (_, unit) => {
    // To begin anew at each place of a long run takes the square of its length: ten minutes for words and tokens.
    const long = unit.repeat(2_000_000 / unit.length)
    const text = redactText(`${long} ${secrets.map(([, secret]) => secret).join(' ')} ${long}`)
    expect(secrets.map(([name]) => name).filter((name) => !text.includes(`[REDACTED:${name}]`))).toEqual([])
  })

  test('an assignment is found at the beginning of a line of JSON text', () => {
    for (const name of ['password', 'DB_PASSWORD', 'my-api-key', '_pwd'])
      expect(redactText(JSON.stringify(`export A=1\n${name}=${word(16)}`))).toEndWith('=[REDACTED:assigned-secret]"')
  })
})

describe('a tool call that repeats what its messages hold', () => {
  const stored = (output: string, repeated: string) => {
    const batch = noTelemetry()
    const common = { source: 'transcript', tool: 't', sessionId: 's', timeUnixNano: 1n } as const
    batch.messages.push({
      ...common,
      messageKey: 'k',
      sequence: 1,
      role: 'tool_result',
      content: '',
      toolUseId: 'c',
      toolOutput: output,
    })
    batch.toolCalls.push({ ...common, callId: 'c', toolName: 'Bash', output: repeated })
    const { messages, toolCalls } = createPrivacy({ tier: 3, redact: true }).apply(batch)
    return [messages[0]?.toolOutput, toolCalls[0]?.output]
  }

  test.each(secrets)('%s is taken out of both', (name, secret) => {
    const text = `before ${secret} after`
    for (const kept of stored(text, text)) expect(kept).toContain(`[REDACTED:${name}]`)
    // The tool call says something of its own.
    expect(stored('nothing here', text)[1]).toContain(`[REDACTED:${name}]`)
  })

  test('what begins a text without secrets holds none', () => {
    const part = fc.oneof(
      fc
        .constantFrom(...secrets.map(([, secret]) => secret))
        .chain((secret) =>
          fc
            .tuple(fc.nat(secret.length), fc.nat(secret.length))
            .map(([from, to]) => secret.slice(Math.min(from, to), Math.max(from, to))),
        ),
      fc.constantFrom(
        ' ',
        '\n',
        '"',
        ':',
        '=',
        '@',
        '://',
        'password=',
        'true',
        'null',
        '$',
        '<',
        'x',
        word(9),
        'user:',
      ),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.nat(), (parts, cut) => {
        const text = parts.join('')
        if (redactText(text) !== text) return
        const beginning = text.slice(0, cut % (text.length + 1))
        expect(redactText(beginning)).toBe(beginning)
      }),
      { numRuns: 3000 },
    )
  })
})

function log(attributes: Record<string, string>, body: string): LogRecord {
  const resource = { attributes: noAttributes(), serviceName: 's', droppedAttributesCount: 0, schemaUrl: '' }
  return {
    resource,
    scope: { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' },
    hot: cold(),
    timeUnixNano: 1n,
    observedTimeUnixNano: 1n,
    severityNumber: 0,
    severityText: '',
    eventName: '',
    body,
    attributes: Object.assign(noAttributes(), attributes),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
  }
}

describe('tiers', () => {
  const kept = (tier: 1 | 2 | 3) => {
    const batch = noTelemetry()
    batch.logs.push(
      log({ prompt: 'words', tool_input: '{}', response: 'answer', model: 'm' }, 'claude_code.user_prompt'),
    )
    return createPrivacy({ tier, redact: true }).apply(batch).logs[0]!
  }
  test('tier 3 keeps everything', () => {
    expect(kept(3).attributes).toMatchObject({ prompt: 'words', tool_input: '{}', response: 'answer' })
  })
  test('tier 2 keeps prompts and tool details, not responses', () => {
    expect(kept(2).attributes).toMatchObject({ prompt: 'words', tool_input: '{}', response: '<REDACTED>', model: 'm' })
  })
  test('tier 1 keeps metadata and the name of the event', () => {
    expect(kept(1).attributes).toMatchObject({
      prompt: '<REDACTED>',
      tool_input: '<REDACTED>',
      response: '<REDACTED>',
      model: 'm',
    })
    expect(kept(1).body).toBe('claude_code.user_prompt')
  })
})

test('what a reader of transcripts remembers says no more than what is stored', () => {
  const key = `sk-${'ant'}-api03-${'aB3'.repeat(14)}`
  const state = {
    model: 'm',
    answers: { k: 2 },
    open: { toolu_1: { callId: 'toolu_1', input: `export KEY=${key} and then`, linesAdded: 3 } },
    pending: [
      { role: 'assistant', content: `it is ${key}` },
      { role: 'user', content: 'words' },
    ],
  }
  const of = (tier: 1 | 2 | 3) => JSON.stringify(createPrivacy({ tier, redact: true }).remembered(state))
  for (const tier of [1, 2, 3] as const) expect(of(tier)).not.toContain(key)
  expect(JSON.parse(of(3))).toMatchObject({
    ...state,
    open: { toolu_1: { input: expect.stringContaining('and then') } },
    pending: [{}, { content: 'words' }],
  })
  expect(JSON.parse(of(2)).pending).toMatchObject([{ content: '' }, { content: 'words' }])
  expect(JSON.parse(of(1))).toMatchObject({
    model: 'm',
    answers: { k: 2 },
    open: { toolu_1: { input: '', linesAdded: 3 } },
  })
  expect(JSON.parse(of(1)).pending[1].content).toBe('')
})
