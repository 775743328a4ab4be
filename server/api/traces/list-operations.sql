-- list-operations.sql: the same as list.sql where the range holds traces that are shown as operations (split-traces.sql);
-- apart, because its joins cost 100 ms over a million spans even where there is nothing to join.
--
-- Codex may keep one trace open for a whole process, whose outermost span is exported at its end or never. A trace that
-- is Codex's alone and has more than one span without a parent in the store is therefore shown as operations: each such
-- span with everything under it. Every span belongs to exactly one row of the list. (When the missing parent arrives, the
-- operations become one trace again.)
with recursive
hit_traces as materialized (
  select trace_id, min(time) as first_hit, bool_or(tool = 'codex') is true as may_split
  from spans
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($session is null or session_id = $session)
    and ($search is null or span_contains(
      $search, $search_json, name, service_name, trace_id, span_id, session_id, status_message, attributes
    ))
  group by trace_id
),
codex_spans as materialized (
  select trace_id, span_id, parent_span_id, tool
  from spans
  where trace_id in (select trace_id from hit_traces where may_split)
),
tops as materialized (
  select distinct trace_id, span_id
  from codex_spans child
  where parent_span_id is null or not exists (
    select 1 from codex_spans parent
    where parent.trace_id = child.trace_id and parent.span_id = child.parent_span_id
  )
),
split as materialized (
  select trace_id from tops group by trace_id having count(*) > 1
  except
  select trace_id from codex_spans where tool is distinct from 'codex'
),
-- A union without duplicates ends even where spans are each other's parents.
members as (
  select trace_id, span_id, span_id as top from tops where trace_id in (select trace_id from split)
  union
  select child.trace_id, child.span_id, members.top
  from members join codex_spans child on child.trace_id = members.trace_id and child.parent_span_id = members.span_id
),
units as (
  select trace_id, null::varchar as top, first_hit from hit_traces anti join split using (trace_id)
  union all
  select trace_id, top, min(time)
  from members join spans using (trace_id, span_id)
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($session is null or session_id = $session)
    and ($search is null or span_contains(
      $search, $search_json, name, service_name, trace_id, span_id, session_id, status_message, attributes
    ))
  group by trace_id, top
),
page as materialized (
  select trace_id, top from units
  where $operations is null or (top is not null) = $operations
  order by first_hit desc, trace_id, top limit $limit offset $offset
),
page_spans as materialized (
  select page.*, span_id, parent_span_id, time, end_time, name, service_name, tool, session_id, status_code
  from page join spans using (trace_id)
  where page.top is null
  union all
  select page.*, span_id, parent_span_id, time, end_time, name, service_name, tool, session_id, status_code
  from page join members using (trace_id, top) join spans using (trace_id, span_id)
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
    top,
    top is not null as is_operation,
    (select count(*) from units where $operations is null or (top is not null) = $operations) as total,
    epoch_ns(min(time)) as start_time,
    epoch_ns(max(end_time)) as end_time,
    count(*) as span_count,
    count(*) filter (where status_code = 2) as error_count,
    bool_or(status_code = 1) as any_ok,
    first({'id': span_id, 'name': name, 'service': service_name, 'tool': tool} order by depth, time) as root,
    first(session_id order by depth, time) filter (where session_id is not null) as session_id
  from ranked
  group by trace_id, top
)
select * exclude (root), root.id as root_span_id, root.name as root_span, root.service as service_name, root.tool as tool
from summed
order by start_time desc, trace_id, top
