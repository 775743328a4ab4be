// translate.ts: pushed records in our words.
import { type Attributes, type AttributeValue, doubleValue, noAttributes } from '#proto/attributes.ts'
import {
  type CallObservation,
  cold,
  type LogRecord,
  noTelemetry,
  type Resource,
  type SessionObservation,
  type Telemetry,
  type ToolCallObservation,
} from '#proto/telemetry.ts'
import type { Pushed } from './records.ts'

/** Who pushes: the name that stands for the tool and the service, and the machine unless a record names one. */
export type Sender = { source: string; host?: string | undefined; receivedUnixNano: bigint }

type Record<K extends Pushed['kind']> = Extract<Pushed, { kind: K }>['record']

/** Everything known of a record: what is `null` is not known. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], null> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as never
}

/** A batch of one sender's records. */
export function translatePushed(pushed: readonly Pushed[], sender: Sender): Telemetry {
  const telemetry = noTelemetry()
  const resource = resourceOf(sender)
  for (const one of pushed) {
    if (one.kind === 'sessions') telemetry.sessions.push(session(one.record, sender))
    else if (one.kind === 'calls') telemetry.calls.push(call(one.record, sender))
    else if (one.kind === 'toolCalls') telemetry.toolCalls.push(toolCall(one.record, sender))
    else
      telemetry.logs.push(
        one.kind === 'errors' ? error(one.record, sender, resource) : event(one.record, sender, resource),
      )
  }
  return telemetry
}

const keyOf = ({ source }: Sender, id: string) => `push:${source}:${id}`

function session(record: Record<'sessions'>, { source, host }: Sender): SessionObservation {
  const { id, sessionId, startTime, lastTime, ...facts } = record
  const observation: SessionObservation = {
    source: 'push',
    tool: source,
    sessionId: sessionId ?? id,
    serviceName: source,
    ...present({ host, ...present(facts) }),
  }
  if (startTime != null) observation.startTimeUnixNano = startTime
  if (lastTime != null) observation.lastTimeUnixNano = lastTime
  return observation
}

function call(record: Record<'calls'>, sender: Sender): CallObservation {
  const { id, timestamp, sessionId, model, costUsd, status, ...facts } = record
  const known = present(facts)
  const keys = [keyOf(sender, id)]
  // The provider's own ids join it with what other doors saw of the request.
  if (known.requestId) keys.push(`req:${known.requestId}`)
  if (known.messageId) keys.push(`msg:${known.messageId}`)
  const failed =
    status === 'error' || (status == null && (known.errorType !== undefined || (known.statusCode ?? 0) >= 400))
  const parts = (known.cacheWrite5mTokens ?? 0) + (known.cacheWrite1hTokens ?? 0)
  const observation: CallObservation = {
    source: 'push',
    tool: sender.source,
    sessionId: sessionId ?? '',
    observationId: keyOf(sender, id),
    keys,
    timeUnixNano: timestamp ?? sender.receivedUnixNano,
    status: failed ? 'error' : 'ok',
    model,
    quality: 'exact',
    serviceName: sender.source,
    ...present({ host: sender.host }),
    ...(parts > 0 ? { cacheWriteTokens: parts } : {}),
    ...known,
  }
  if (costUsd != null) observation.reportedCostNanoUsd = Math.round(costUsd * 1e9)
  return observation
}

function toolCall(record: Record<'toolCalls'>, sender: Sender): ToolCallObservation {
  const { id, timestamp, sessionId, toolName, ...facts } = record
  return {
    source: 'push',
    tool: sender.source,
    sessionId: sessionId ?? '',
    callId: id,
    toolName,
    timeUnixNano: timestamp ?? sender.receivedUnixNano,
    ...present({ host: sender.host, ...present(facts) }),
  }
}

function error(record: Record<'errors'>, sender: Sender, resource: Resource): LogRecord {
  const { message, errorType, statusCode } = record
  const log = logOf(record, sender, resource, 'error', 'ERROR')
  log.body = message
  log.attributes['error.message'] = message
  if (errorType != null) log.attributes['error.type'] = errorType
  if (statusCode != null) log.attributes['http.response.status_code'] = statusCode
  if (record.promptId != null) log.attributes['prompt.id'] = record.promptId
  return log
}

function event(record: Record<'events'>, sender: Sender, resource: Resource): LogRecord {
  const log = logOf(record, sender, resource, record.name, record.severity ?? 'INFO')
  log.body = record.body ?? ''
  for (const [key, value] of Object.entries(record.attributes ?? {})) log.attributes[key] = attribute(value)
  return log
}

const severities = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17 } as const

function logOf(
  record: Record<'errors'> | Record<'events'>,
  sender: Sender,
  resource: Resource,
  name: string,
  severity: keyof typeof severities,
): LogRecord {
  const { sessionId, model, project, branch } = record
  const user = record.user ?? ''
  const attributes = noAttributes()
  attributes['record.id'] = record.id
  for (const [key, value] of Object.entries({
    'session.id': sessionId,
    model,
    project,
    git_branch: branch,
    user,
    host: record.host,
  }))
    if (value != null && value !== '') attributes[key] = value
  return {
    resource,
    scope: { name: 'push', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' },
    hot: {
      ...cold(),
      tool: sender.source,
      sessionId: sessionId ?? '',
      model: model ?? '',
      eventName: name,
      project: project ?? '',
      user,
    },
    timeUnixNano: record.timestamp ?? sender.receivedUnixNano,
    observedTimeUnixNano: sender.receivedUnixNano,
    severityNumber: severities[severity],
    severityText: severity,
    eventName: name,
    body: '',
    attributes,
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
  }
}

function resourceOf({ source, host }: Sender): Resource {
  const attributes = noAttributes()
  attributes['service.name'] = source
  if (host) attributes['host.name'] = host
  return { attributes, serviceName: source, droppedAttributesCount: 0, schemaUrl: '' }
}

/** JSON as a typed attribute: whole numbers are integers, others doubles. */
function attribute(value: unknown): AttributeValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : doubleValue(value)
  if (Array.isArray(value)) return value.map(attribute)
  if (typeof value !== 'object' || value === null) return (value ?? null) as AttributeValue
  const map: Attributes = noAttributes()
  for (const [key, one] of Object.entries(value)) map[key] = attribute(one)
  return map
}
