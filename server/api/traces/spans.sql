-- spans.sql: the spans of one trace in order of their start; with $root only that span and everything under it. A page ends
-- early where its texts pass $bytes, so that a trace full of prompts cannot fill the memory.
with recursive
trace_spans as materialized (
  select rowid as row, time, span_id, parent_span_id, strlen(attributes) + coalesce(strlen(events), 0) as bytes
  from spans
  where trace_id = $trace
),
members as (
  select span_id from trace_spans where span_id = $root
  union
  select child.span_id from members join trace_spans child on child.parent_span_id = members.span_id
),
wanted as materialized (
  select row, time, bytes from trace_spans where $root is null or span_id in (select span_id from members)
),
page as (select row, time, bytes from wanted order by time, row limit $limit offset $offset),
bounded as (
  select row, sum(bytes) over (order by time, row rows unbounded preceding) - bytes as bytes_before from page
)
select
  epoch_ns(time) as time, trace_id, span_id, parent_span_id, trace_state, flags, name, kind, service_name, tool, session_id,
  model, project, resource_attributes, scope_name, scope_version, scope_attributes, attributes, duration_ns, status_code,
  status_message, events, links, dropped_attributes_count, dropped_events_count, dropped_links_count,
  (select count(*) from wanted) as total
from spans
where trace_id = $trace and rowid in (select row from bounded where bytes_before < $bytes)
order by spans.time, spans.rowid
