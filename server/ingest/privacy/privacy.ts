// privacy.ts: what a batch may keep: secrets are taken out and the tier is applied before anything is written or sent on.
import type { Attributes, AttributeValue } from '#proto/attributes.ts'
import type { MessageRecord, Resource, Scope, Telemetry } from '#proto/telemetry.ts'
import { type RedactionReport, redactText } from './secrets.ts'
import { type Content, contentOf, keeps } from './tiers.ts'

/** What stands where a tier took something away; agents use the same words when they leave content out themselves. */
const withheld = '<REDACTED>'

/** Texts remembered as harmless: 8,000 of up to 64 characters are half a megabyte. */
const rememberedMax = 8_000
const rememberedCharsMax = 64

/** Fields of records, observations and columns that hold words of somebody's; not ids, which records are joined by. */
const wordFields = [
  ...[
    'project',
    'branch',
    'user',
    'host',
    'cwd',
    'version',
    'model',
    'provider',
    'toolName',
    'errorType',
    'stopReason',
  ],
  ...['agent', 'skill', 'plugin', 'mcpServer', 'querySource', 'decisionSource', 'eventName', 'severityText'],
]
/** The same of observations, which scripts and other machines send whole. */
const observedFields = [...wordFields, 'serviceName', 'effort', 'speed']

/** Fields of a reader's memory that hold what was said or done. */
const contentFields = new Set([
  ...['input', 'output', 'content', 'toolInput', 'toolOutput', 'diff', 'command', 'filePath', 'errorMessage'],
])

/** The settings that decide what is kept. */
export type PrivacyRules = { tier: 1 | 2 | 3; redact: boolean }

/** Applies the rules in place; `report` counts what was found by form. */
export type Privacy = {
  apply(batch: Telemetry): Telemetry
  /** What a reader of transcripts goes on from, as JSON holds it: calls that wait for their results say what they were asked. */
  remembered(state: unknown): unknown
  report: RedactionReport
}

/** The privacy filter of one server. It runs first in the funnel, for every door, so that nothing derived knows more. */
export function createPrivacy(rules: PrivacyRules): Privacy {
  const report: RedactionReport = new Map()
  const done = new WeakSet<Resource | Scope>()
  const harmless = new Set<string>()

  /**
   * The text without its secrets. Ids, names and keys come again with every record, so the harmless ones are remembered:
   * a record of 18 attributes costs 1.6 µs instead of 5.5.
   */
  function clean(text: string): string {
    if (!rules.redact) return text
    const isShort = text.length <= rememberedCharsMax
    if (isShort && harmless.has(text)) return text
    const kept = redactText(text, report)
    if (isShort && kept === text) {
      if (harmless.size >= rememberedMax) harmless.clear()
      harmless.add(text)
    }
    return kept
  }
  const maybe = (text: string | undefined) => (text === undefined ? undefined : clean(text))

  function attributes(map: Attributes): void {
    for (const key in map) {
      const value = map[key] as AttributeValue
      const content = rules.tier === 3 ? undefined : contentOf(key)
      if (content && !keeps(rules.tier, content)) {
        map[key] = value === null ? null : withheld
        continue
      }
      if (typeof value === 'string') {
        const kept = clean(value)
        if (kept !== value) map[key] = kept
      } else if (typeof value === 'object' && value !== null) {
        map[key] = nested(value)
      }
    }
    if (rules.redact) redactKeys(map)
  }

  function redactKeys(map: Attributes): void {
    for (const key in map) {
      const kept = clean(key)
      if (kept === key) continue
      map[kept] = map[key] as AttributeValue
      delete map[key]
    }
  }

  function nested(value: AttributeValue): AttributeValue {
    if (typeof value === 'string') return clean(value)
    if (Array.isArray(value)) return value.map(nested)
    if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === null)
      attributes(value as Attributes)
    return value
  }

  function shared(of: Resource | Scope): void {
    if (done.has(of)) return
    done.add(of)
    attributes(of.attributes)
    of.schemaUrl = clean(of.schemaUrl)
    if ('serviceName' in of) of.serviceName = clean(of.serviceName)
    else {
      of.name = clean(of.name)
      of.version = clean(of.version)
    }
  }

  /** What a record says of itself in fields of its own: a branch or a project can hold an address with a password. */
  function words(record: object, fields = wordFields): void {
    for (const name of fields) {
      const text = (record as Record<string, unknown>)[name]
      if (typeof text === 'string' && text !== '') (record as Record<string, unknown>)[name] = clean(text)
    }
  }

  function apply(batch: Telemetry): Telemetry {
    if (rules.tier === 3 && !rules.redact) return batch
    for (const span of batch.spans) {
      shared(span.resource)
      shared(span.scope)
      span.name = clean(span.name)
      span.statusMessage = clean(span.statusMessage)
      span.traceState = clean(span.traceState)
      words(span.hot)
      attributes(span.attributes)
      for (const event of span.events) {
        event.name = clean(event.name)
        attributes(event.attributes)
      }
      for (const link of span.links) {
        link.traceState = clean(link.traceState)
        attributes(link.attributes)
      }
    }
    for (const log of batch.logs) {
      shared(log.resource)
      shared(log.scope)
      log.body = rules.tier < 3 && isProse(log.body) ? withheld : nested(log.body)
      words(log)
      words(log.hot)
      attributes(log.attributes)
    }
    for (const point of batch.points) {
      shared(point.resource)
      shared(point.scope)
      point.name = clean(point.name)
      point.description = clean(point.description)
      point.unit = clean(point.unit)
      words(point.hot)
      attributes(point.attributes)
      for (const exemplar of point.exemplars) attributes(exemplar.filteredAttributes)
    }
    observations(batch)
    return batch
  }

  function observations(batch: Telemetry): void {
    if (rules.redact)
      for (const records of [batch.calls, batch.aggregates, batch.toolCalls, batch.sessions, batch.commits])
        for (const record of records) words(record, observedFields)
    for (const call of batch.calls) call.errorMessage = maybe(call.errorMessage)
    for (const session of batch.sessions) session.title = keeps(rules.tier, 'prompt') ? maybe(session.title) : undefined
    for (const commit of batch.commits) commit.subject = keeps(rules.tier, 'prompt') ? maybe(commit.subject) : undefined
    batch.messages = batch.messages.filter(({ role }) => keeps(rules.tier, contentOfRole(role)))
    const harmlessOf = new Map<string, MessageRecord>()
    for (const message of batch.messages) {
      const { toolInput, toolOutput, toolUseId } = message
      message.content = clean(message.content)
      message.toolInput = maybe(toolInput)
      message.toolOutput = maybe(toolOutput)
      message.diff = maybe(message.diff)
      if (toolUseId && message.toolInput === toolInput && message.toolOutput === toolOutput)
        harmlessOf.set(`${message.role} ${toolUseId}`, message)
    }
    for (const toolCall of batch.toolCalls) {
      const kept = keeps(rules.tier, 'tool')
      const { callId, input, output } = toolCall
      toolCall.input = kept ? unlessBegins(input, harmlessOf.get(`tool_use ${callId}`)?.toolInput) : undefined
      toolCall.output = kept ? unlessBegins(output, harmlessOf.get(`tool_result ${callId}`)?.toolOutput) : undefined
      toolCall.errorMessage = kept ? maybe(toolCall.errorMessage) : undefined
      toolCall.filePath = kept ? maybe(toolCall.filePath) : undefined
    }
  }

  /**
   * A transcript's tool call repeats what its messages hold, up to a length: two thirds of its text. What begins a harmless
   * text is harmless, because no form needs the end of a text where a longer one goes on.
   */
  function unlessBegins(text: string | undefined, harmless: string | undefined): string | undefined {
    return text !== undefined && harmless?.startsWith(text) ? text : maybe(text)
  }

  function remembered(state: unknown): unknown {
    if (rules.tier === 3 && !rules.redact) return state
    if (typeof state === 'string') return clean(state)
    if (Array.isArray(state)) return state.map(remembered)
    if (typeof state !== 'object' || state === null) return state
    const role = 'role' in state ? contentOfRole(state.role as MessageRecord['role']) : 'tool'
    const kept = Object.entries(state).map(([key, value]) => [
      key,
      typeof value === 'string' && contentFields.has(key) && !keeps(rules.tier, role) ? '' : remembered(value),
    ])
    return Object.fromEntries(kept)
  }

  return { apply, remembered, report }
}

function contentOfRole(role: MessageRecord['role']): Content {
  if (role === 'user' || role === 'system') return 'prompt'
  return role === 'tool_use' || role === 'tool_result' ? 'tool' : 'response'
}

/**
 * Whether a log body may hold somebody's words. Agents that name their event in the body write a dotted word there
 * (`claude_code.api_request`); anything with spaces, or structured, may be content.
 */
function isProse(body: AttributeValue): boolean {
  return typeof body === 'string' ? /\s/.test(body) : body !== null
}
