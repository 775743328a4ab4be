-- logs.sql: the logs of an ai-observer file, those that it made of transcripts included.
select
  epoch_us("Timestamp") as time, TraceId as trace_id, SpanId as span_id, TraceFlags::bigint as flags,
  SeverityText as severity, SeverityNumber as severity_number, ServiceName as service, Body as body,
  ResourceSchemaUrl as resource_schema, ResourceAttributes::varchar as resource, ScopeSchemaUrl as scope_schema,
  ScopeName as scope, ScopeVersion as scope_version, ScopeAttributes::varchar as scope_attributes,
  LogAttributes::varchar as attributes
from otel_logs
