-- spans.sql: the spans of an ai-observer file; its times are in microseconds.
select
  epoch_us("Timestamp") as time, TraceId as trace_id, SpanId as span_id, ParentSpanId as parent_span_id,
  TraceState as trace_state, SpanName as name, SpanKind as kind, ServiceName as service,
  ResourceAttributes::varchar as resource, ScopeName as scope, ScopeVersion as scope_version,
  SpanAttributes::varchar as attributes, Duration as duration, StatusCode as status, StatusMessage as status_message,
  "Events.Timestamp"::varchar as event_times, "Events.Name"::varchar as event_names,
  "Events.Attributes"::varchar as event_attributes, "Links.TraceId"::varchar as link_traces,
  "Links.SpanId"::varchar as link_spans, "Links.TraceState"::varchar as link_states,
  "Links.Attributes"::varchar as link_attributes
from otel_traces
