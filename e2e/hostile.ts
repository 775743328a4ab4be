// hostile.ts: how text that means harm comes into every field there is, by every door.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importAll } from './doors.ts'
import { literal, mark, name, shortened } from './hostile-texts.ts'
import type { Running } from './telltale.ts'

const json = { 'content-type': 'application/json' }

/** Sends JSON; anything but an answer that says why is wrong. */
async function send(base: string, path: string, body: unknown, method = 'POST'): Promise<any> {
  const answer = await fetch(new URL(path, base), { method, headers: json, body: JSON.stringify(body) })
  const text = await answer.text()
  if (answer.status >= 500) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
  if (!answer.ok) return { refused: text }
  return text === '' ? {} : JSON.parse(text.trim().split('\n').at(-1)!)
}

/** Every door, each with every text in every field that it has. */
export class Attack {
  readonly #texts: readonly string[]
  readonly #server: Running
  #turn = 0

  constructor(server: Running, texts: readonly string[]) {
    this.#server = server
    this.#texts = texts
  }

  /** The next text; fields take turns, so that each field of the k-th record has another one. */
  readonly text = () => this.#texts[this.#turn++ % this.#texts.length]!

  async everything(): Promise<void> {
    await this.otlp()
    await this.agent()
    await this.hooks()
    await this.pushed()
    await this.management()
    await this.transcripts()
  }

  #attributes(more: Record<string, unknown> = {}) {
    const { text } = this
    return [
      ...Object.entries(more).map(([key, value]) => ({ key, value: { stringValue: String(value) } })),
      { key: text(), value: { stringValue: text() } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: text() }, { intValue: '5' }] } } },
      { key: text(), value: { kvlistValue: { values: [{ key: text(), value: { stringValue: text() } }] } } },
      { key: '__proto__', value: { kvlistValue: { values: [{ key: mark, value: { stringValue: text() } }] } } },
    ]
  }

  #resource(service = this.text()) {
    const { text } = this
    const more = { 'service.name': service, 'host.name': text(), 'user.id': text(), 'service.version': text() }
    return { attributes: this.#attributes(more) }
  }

  #scope() {
    return { name: this.text(), version: this.text(), attributes: this.#attributes() }
  }

  #time(back = 0) {
    return String(BigInt(Date.now() - back * 1000) * 1_000_000n)
  }

  #id = (length: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(length / 2))).toString('hex')

  /** Plain telemetry: all texts in names, bodies, keys, values, events, links; and what is large. */
  async otlp(): Promise<void> {
    const { text } = this
    const logs = this.#texts.map(() => ({
      resource: this.#resource(),
      scopeLogs: [
        {
          scope: this.#scope(),
          logRecords: [
            {
              timeUnixNano: this.#time(),
              severityText: text(),
              severityNumber: 17,
              eventName: text(),
              body: { stringValue: text() },
              attributes: this.#attributes({ 'session.id': text(), 'error.message': text(), 'exception.type': text() }),
            },
          ],
        },
      ],
    }))
    const many = Array.from({ length: 10_000 }, (_, i) => ({ key: `k${i}`, value: { stringValue: text() } }))
    const large = text() + 'x'.repeat(1_000_000) + this.#texts.join('')
    const record = { timeUnixNano: this.#time(), body: { stringValue: large }, attributes: many }
    logs.push({ resource: this.#resource(), scopeLogs: [{ scope: this.#scope(), logRecords: [record as never] }] })
    await send(this.#server.otlpUrl, '/v1/logs', { resourceLogs: logs })

    const spans = this.#texts.map(() => {
      const traceId = this.#id(32)
      const root = this.#id(16)
      const span = (spanId: string, parentSpanId: string) => ({
        traceId,
        spanId,
        parentSpanId,
        traceState: text(),
        name: text(),
        kind: 1,
        startTimeUnixNano: this.#time(1),
        endTimeUnixNano: this.#time(),
        attributes: this.#attributes({
          'session.id': text(),
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': text(),
          'gen_ai.usage.input_tokens': 5,
          'gen_ai.tool.name': text(),
        }),
        status: { code: 2, message: text() },
        events: [{ timeUnixNano: this.#time(), name: text(), attributes: this.#attributes() }],
        links: [{ traceId: this.#id(32), spanId: this.#id(16), traceState: text(), attributes: this.#attributes() }],
      })
      const own = [span(root, ''), span(this.#id(16), root)]
      return { resource: this.#resource(), scopeSpans: [{ scope: this.#scope(), spans: own }] }
    })
    await send(this.#server.otlpUrl, '/v1/traces', { resourceSpans: spans })

    const metrics = this.#texts.map((name) => ({
      name,
      description: text(),
      unit: text(),
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [{ timeUnixNano: this.#time(), asDouble: 3, attributes: this.#attributes({ type: text() }) }],
      },
    }))
    const scopeMetrics = [{ scope: this.#scope(), metrics }]
    await send(this.#server.otlpUrl, '/v1/metrics', { resourceMetrics: [{ resource: this.#resource(), scopeMetrics }] })
  }

  /** What agents send of prompts, requests, tools and failures. */
  async agent(): Promise<void> {
    const { text } = this
    for (const service of ['claude-code', 'gemini-cli', 'codex_cli_rs', 'opencode', 'github-copilot']) {
      const events = ['user_prompt', 'api_request', 'api_error', 'tool_result', 'tool_decision', 'api_response']
      const logRecords = this.#texts.map((_, i) => ({
        timeUnixNano: this.#time(i),
        body: { stringValue: text() },
        attributes: this.#attributes({
          'event.name': `${service === 'claude-code' ? '' : `${service.split('-')[0]}.`}${events[i % events.length]}`,
          'session.id': `${service} ${i % 3} ${text()}`.slice(0, 300),
          'conversation.id': text(),
          'prompt.id': text(),
          request_id: this.#id(16),
          model: text(),
          prompt: text(),
          error: text(),
          tool_name: text(),
          function_name: text(),
          tool_input: text(),
          tool_parameters: JSON.stringify({ command: text(), file_path: text() }),
          arguments: text(),
          output: text(),
          decision: text(),
          source: text(),
          input_tokens: 10,
          output_tokens: 5,
          cost_usd: 0.01,
          success: 'false',
        }),
      }))
      const resource = this.#resource(service)
      const scopeLogs = [{ scope: this.#scope(), logRecords }]
      await send(this.#server.otlpUrl, '/v1/logs', { resourceLogs: [{ resource, scopeLogs }] })
    }
  }

  /** Sessions that run now: one waits for a permission. */
  async hooks(): Promise<void> {
    const { text } = this
    for (const [i] of this.#texts.entries()) {
      const about = {
        session_id: `hooked ${i % 4} ${this.#texts[i % 4]}`,
        cwd: text(),
        transcript_path: text(),
        permission_mode: text(),
        prompt: text(),
        message: text(),
        title: text(),
        tool_name: text(),
        tool_use_id: this.#id(16),
        tool_input: { command: text(), file_path: text(), old_string: text(), new_string: text(), [text()]: text() },
        tool_response: { stdout: text(), stderr: text(), [text()]: [text()] },
      }
      const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Notification', 'PreToolUse']
      const path = '/v1/hooks/claude-code'
      await send(this.#server.otlpUrl, path, { hook_event_name: events[i % events.length], ...about })
    }
  }

  /** `POST /api/ingest`: each text as the name of a sender, too. */
  async pushed(): Promise<void> {
    const { text } = this
    for (const source of this.#texts.filter((one) => one.length < 100)) {
      const sessionId = text()
      const by = { project: text(), branch: text(), user: text(), host: text(), agent: text(), skill: text() }
      const asked = { id: this.#id(16), sessionId, promptId: text(), mcpServer: text(), ...by }
      const cut = (part: object) => shortened(part, 1000)
      await send(this.#server.apiUrl, '/api/ingest', {
        source,
        host: text().slice(0, 200),
        sessions: [cut({ id: sessionId, title: text(), cwd: text(), version: text(), parentSessionId: text(), ...by })],
        calls: [
          cut({
            ...asked,
            model: text(),
            provider: text(),
            inputTokens: 9,
            outputTokens: 3,
            costUsd: 1,
            stopReason: text(),
          }),
          cut({ ...asked, id: this.#id(16), model: text(), status: 'error', errorType: text(), errorMessage: text() }),
        ],
        toolCalls: [
          cut({ ...asked, id: this.#id(16), toolName: text(), input: text(), output: text(), filePath: text() }),
          cut({
            ...asked,
            id: this.#id(16),
            toolName: text(),
            success: false,
            errorType: text(),
            errorMessage: text(),
          }),
        ],
        errors: [cut({ id: this.#id(16), sessionId, message: text(), errorType: text(), model: text(), ...by })],
        events: [cut({ id: this.#id(16), sessionId, name: text(), body: text(), attributes: { [text()]: text() } })],
      })
    }
  }

  /** What is set by people and files: dashboards with each kind of widget, views, budgets, prices, tokens. */
  async management(): Promise<void> {
    const { text } = this
    const { apiUrl } = this.#server
    const kinds = [
      ...[
        'usage_value',
        'metric_value',
        'stats_error_rate',
        'stats_traces',
        'stats_logs',
        'stats_metrics',
        'usage_chart',
      ],
      ...['metric_chart', 'heat_map', 'top_list', 'table', 'sql', 'recent_activity', 'active_services', 'markdown'],
    ]
    const keys = [
      'text',
      'filter',
      'metricName',
      'service',
      'breakdownAttribute',
      'breakdownValue',
      'groupBy',
      'of',
      'range',
    ]
    const widgets = [...kinds, ...kinds, '<b>kind</b>', 'constructor', '__proto__'].map((widgetType, i) => ({
      widgetType,
      title: text(),
      gridColumn: (i % 4) * 3,
      gridRow: Math.floor(i / 4) * 2,
      colSpan: 3,
      rowSpan: 2,
      config: {
        ...Object.fromEntries(keys.map((key) => [key, text()])),
        ...(widgetType === 'markdown' ? { text: this.#texts.join('\n\n') } : {}),
        ...(widgetType === 'sql'
          ? { sql: `select ${literal(text())} as ${name(text())}, ${literal(text())} as b` }
          : {}),
        [text()]: text(),
      },
    }))
    const cut = widgets.map((one) => shortened(one, 250))
    for (const one of this.#texts)
      await send(apiUrl, '/api/dashboards', { name: one, description: text(), widgets: [] })
    await send(
      apiUrl,
      '/api/dashboards',
      shortened({ name: text(), description: text(), isDefault: true, widgets: cut }, 9_000),
    )
    for (const one of this.#texts) {
      await send(apiUrl, '/api/views', {
        name: one.slice(0, 120),
        path: `/logs?q=${encodeURIComponent(text().toWellFormed())}`,
      })
      await send(apiUrl, '/api/views', { name: 'path', path: one })
      await send(
        apiUrl,
        `/api/prices/${encodeURIComponent(one.toWellFormed().slice(0, 400))}`,
        { input: 1, output: 2 },
        'PUT',
      )
    }
    const budgets = this.#texts.map((one) =>
      shortened({ name: one, period: 'day', tool: text(), project: text(), limitUsd: 0.001 }, 200),
    )
    budgets.push({ name: this.#texts[1]!, period: 'day', limitUsd: 0.001 } as never)
    for (const one of budgets) {
      const { budgets: before = [] } = await this.#server.get('/api/budgets')
      await send(apiUrl, '/api/budgets', { budgets: [...before, one] }, 'PUT')
    }
  }

  /** Tokens called by these names; from then on the server asks for one: an admin's, which is given back. */
  async tokens(): Promise<string> {
    const { apiUrl } = this.#server
    const { token } = await send(apiUrl, '/api/tokens', { name: 'mine', scopes: ['admin'] })
    const headers = { ...json, authorization: `Bearer ${token}` }
    for (const one of this.#texts) {
      const body = JSON.stringify({ name: one.slice(0, 200), user: this.text().slice(0, 200), scopes: ['read'] })
      const { status } = await fetch(new URL('/api/tokens', apiUrl), { method: 'POST', headers, body })
      if (status !== 201 && status !== 400) throw new Error(`a token: ${status}`)
    }
    return token
  }

  /** A transcript of Claude Code with every kind of line, imported. */
  async transcripts(): Promise<void> {
    const { text } = this
    const { home } = this.#server
    const folder = join(home, '.claude/projects/-<img owned src=x>')
    mkdirSync(folder, { recursive: true })
    const lines: object[] = []
    let parentUuid: string | null = null
    const say = (own: object) => {
      const uuid = crypto.randomUUID()
      lines.push({
        parentUuid,
        isSidechain: false,
        userType: 'external',
        cwd: text(),
        sessionId: 'told',
        version: text(),
        gitBranch: text(),
        timestamp: new Date(Date.now() - 60_000 + lines.length).toISOString(),
        uuid,
        ...own,
      })
      parentUuid = uuid
    }
    const assistant = (block: object) =>
      say({
        type: 'assistant',
        requestId: `req_${lines.length}`,
        message: {
          id: `msg_${lines.length}`,
          type: 'message',
          role: 'assistant',
          model: text(),
          content: [block],
          usage: { input_tokens: 5, output_tokens: 2 },
          stop_reason: text(),
        },
      })
    for (const [i, one] of this.#texts.entries()) {
      say({ type: 'user', message: { role: 'user', content: one } })
      assistant({ type: 'thinking', thinking: one, signature: '' })
      assistant({
        type: 'text',
        text: `${one}\n\n\`\`\`html\n${one}\n\`\`\`\n\n| a | ${one} |\n|--|--|\n| ${one} | b |`,
      })
      const inputs = [
        { command: one, description: text() },
        { file_path: text(), old_string: one, new_string: text() },
        { file_path: one, content: text() },
        { command: `git commit -m "${one.replaceAll('"', '')}"` },
        { [one]: { [text()]: text() } },
      ]
      const names = ['Bash', 'Edit', 'Write', 'Bash', one]
      assistant({ type: 'tool_use', id: `toolu_${i}`, name: names[i % 5], input: inputs[i % 5] })
      say({
        type: 'user',
        message: {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: `toolu_${i}`, content: one, is_error: i % 2 === 0 }],
        },
        toolUseResult: {
          stdout: one,
          stderr: text(),
          filePath: text(),
          structuredPatch: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: [`-${one}`, `+${text()}`] }],
        },
      })
    }
    say({ type: 'summary', summary: this.#texts[1], leafUuid: parentUuid })
    say({ type: 'system', subtype: text(), content: text() })
    writeFileSync(join(folder, 'told.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    writeFileSync(join(folder, `${mark}.jsonl`), `${this.#texts.map((one) => `{"type":${one}`).join('\n')}\n`)
    await importAll(home)
  }
}
