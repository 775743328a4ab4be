// otlp.gen.ts: made by `make proto` from proto/opentelemetry; never edited.

/** trace.v1.Span.SpanKind, by name. */
export const spanKinds: Record<string, number> = {
  SPAN_KIND_UNSPECIFIED: 0,
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
}

/** trace.v1.Status.StatusCode, by name. */
export const statusCodes: Record<string, number> = {
  STATUS_CODE_UNSET: 0,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
}

/** logs.v1.SeverityNumber, by name. */
export const severityNumbers: Record<string, number> = {
  SEVERITY_NUMBER_UNSPECIFIED: 0,
  SEVERITY_NUMBER_TRACE: 1,
  SEVERITY_NUMBER_TRACE2: 2,
  SEVERITY_NUMBER_TRACE3: 3,
  SEVERITY_NUMBER_TRACE4: 4,
  SEVERITY_NUMBER_DEBUG: 5,
  SEVERITY_NUMBER_DEBUG2: 6,
  SEVERITY_NUMBER_DEBUG3: 7,
  SEVERITY_NUMBER_DEBUG4: 8,
  SEVERITY_NUMBER_INFO: 9,
  SEVERITY_NUMBER_INFO2: 10,
  SEVERITY_NUMBER_INFO3: 11,
  SEVERITY_NUMBER_INFO4: 12,
  SEVERITY_NUMBER_WARN: 13,
  SEVERITY_NUMBER_WARN2: 14,
  SEVERITY_NUMBER_WARN3: 15,
  SEVERITY_NUMBER_WARN4: 16,
  SEVERITY_NUMBER_ERROR: 17,
  SEVERITY_NUMBER_ERROR2: 18,
  SEVERITY_NUMBER_ERROR3: 19,
  SEVERITY_NUMBER_ERROR4: 20,
  SEVERITY_NUMBER_FATAL: 21,
  SEVERITY_NUMBER_FATAL2: 22,
  SEVERITY_NUMBER_FATAL3: 23,
  SEVERITY_NUMBER_FATAL4: 24,
}

/** metrics.v1.AggregationTemporality, by name. */
export const temporalities: Record<string, number> = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
}

/** The wire type of each field of trace.v1.Span. */
export const spanFields: Record<number, number> = {
  1: 2,
  2: 2,
  3: 2,
  4: 2,
  5: 2,
  6: 0,
  7: 1,
  8: 1,
  9: 2,
  10: 0,
  11: 2,
  12: 0,
  13: 2,
  14: 0,
  15: 2,
  16: 5,
}

/** The wire type of each field of metrics.v1.Metric. */
export const metricFields: Record<number, number> = {
  1: 2,
  2: 2,
  3: 2,
  5: 2,
  7: 2,
  9: 2,
  10: 2,
  11: 2,
  12: 2,
}

/** The wire type of each field of logs.v1.LogRecord. */
export const logFields: Record<number, number> = {
  1: 1,
  2: 0,
  3: 2,
  5: 2,
  6: 2,
  7: 0,
  8: 5,
  9: 2,
  10: 2,
  11: 1,
  12: 2,
}

/** The Export methods of the three services, with their signal. */
export const exportMethods: Record<string, 'traces' | 'metrics' | 'logs'> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
}
