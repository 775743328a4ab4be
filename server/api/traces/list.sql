-- list.sql: traces with a matching span in the range, newest first, each summed over all its spans, also those outside.
-- Pages are cut by a trace's first matching span (one pass over the range: 10 ms over a million spans; by the true start,
-- which needs all spans of all matching traces, 100 ms); within a page the order is by the true start.
with hit_traces as materialized (
  select trace_id, min(time) as first_hit
  from spans
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($session is null or session_id = $session)
    and ($search is null or span_contains(
      $search, $search_json, name, service_name, trace_id, span_id, session_id, status_message, attributes
    ))
  group by trace_id
),
page as materialized (
  select trace_id from hit_traces order by first_hit desc, trace_id limit $limit offset $offset
),
page_spans as materialized (
  select trace_id, span_id, parent_span_id, time, end_time, name, service_name, tool, session_id, status_code
  from spans
  where trace_id in (from page)
),
-- The root is the span without a parent; where that has not arrived, the earliest whose parent is not in the store.
ranked as (
  select *,
    case
      when parent_span_id is null then 0
      when exists (
        select 1 from page_spans parent
        where parent.trace_id = child.trace_id and parent.span_id = child.parent_span_id
      ) then 2
      else 1
    end as depth
  from page_spans child
),
summed as (
  select
    trace_id,
    false as is_operation,
    (select count(*) from hit_traces) as total,
    epoch_ns(min(time)) as start_time,
    epoch_ns(max(end_time)) as end_time,
    count(*) as span_count,
    count(*) filter (where status_code = 2) as error_count,
    bool_or(status_code = 1) as any_ok,
    first({'id': span_id, 'name': name, 'service': service_name, 'tool': tool} order by depth, time) as root,
    first(session_id order by depth, time) filter (where session_id is not null) as session_id
  from ranked
  group by trace_id
)
select * exclude (root), root.id as root_span_id, root.name as root_span, root.service as service_name, root.tool as tool
from summed
order by start_time desc, trace_id
