-- split-traces.sql: whether the range holds a trace that is shown as operations: Codex's alone, and more than one of its spans
-- without a parent in the store.
with codex_spans as materialized (
  select trace_id, span_id, parent_span_id, tool
  from spans
  where trace_id in (
    select distinct trace_id from spans
    where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to) and tool = 'codex'
  )
),
tops as (
  select distinct trace_id, span_id
  from codex_spans child
  where parent_span_id is null or not exists (
    select 1 from codex_spans parent
    where parent.trace_id = child.trace_id and parent.span_id = child.parent_span_id
  )
)
select count(*) > 0 as some from (
  select trace_id from tops group by trace_id having count(*) > 1
  except
  select trace_id from codex_spans where tool is distinct from 'codex'
)
