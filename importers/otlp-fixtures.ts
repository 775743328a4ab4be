// otlp-fixtures.ts: short ways to say a telemetry record, for the tests of the agents.
import { type Attributes, noAttributes } from '#proto/attributes.ts'
import {
  cold,
  type LogRecord,
  type MetricPoint,
  noTelemetry,
  type Resource,
  type Scope,
  type Span,
  type Telemetry,
} from '#proto/telemetry.ts'

/** 2026-11-22T04:00:00Z in ns. */
export const noon = 1_795_320_000_000_000_000n
export const millisecond = 1_000_000n

const attributesOf = (attributes: Attributes): Attributes => Object.assign(noAttributes(), attributes)

export function resource(serviceName: string, attributes: Attributes = {}): Resource {
  return {
    serviceName,
    attributes: attributesOf({ 'service.name': serviceName, ...attributes }),
    droppedAttributesCount: 0,
    schemaUrl: '',
  }
}

export function scope(name: string): Scope {
  return { name, version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }
}

/** Who sends the records of a test. */
export type From = { resource: Resource; scope: Scope }

export function log(from: From, attributes: Attributes, more: Partial<LogRecord> = {}): LogRecord {
  return {
    ...from,
    hot: cold(),
    timeUnixNano: noon,
    observedTimeUnixNano: noon,
    severityNumber: 0,
    severityText: '',
    eventName: '',
    body: null,
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    ...more,
    attributes: attributesOf(attributes),
  }
}

export function span(from: From, name: string, attributes: Attributes, more: Partial<Span> = {}): Span {
  return {
    ...from,
    hot: cold(),
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '00000000000000a1',
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name,
    kind: 1,
    startTimeUnixNano: noon,
    endTimeUnixNano: noon + 250n * millisecond,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 0,
    statusMessage: '',
    ...more,
    attributes: attributesOf(attributes),
  }
}

export function point(from: From, name: string, attributes: Attributes, more: Partial<MetricPoint> = {}): MetricPoint {
  return {
    ...from,
    hot: cold(),
    name,
    description: '',
    unit: '',
    type: 'sum',
    temporality: 1,
    monotonic: true,
    timeUnixNano: noon + 1000n * millisecond,
    startTimeUnixNano: noon,
    flags: 0,
    isInt: true,
    exemplars: [],
    ...more,
    attributes: attributesOf(attributes),
  }
}

export function batch(part: Partial<Telemetry>): Telemetry {
  return { ...noTelemetry(), ...part }
}
