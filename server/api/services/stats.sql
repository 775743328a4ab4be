-- stats.sql: the size of everything, all time.
select
  (select count(distinct trace_id) from spans) as traces,
  (select count(*) from spans) as spans,
  (select count(*) from spans where status_code = 2) as failed_spans,
  (select count(*) from logs) as logs,
  (select count(*) from raw_metric_points where not is_derived) as points,
  (select count(*) from sessions) as sessions,
  (select coalesce(sum(requests), 0)::bigint from model_calls) as calls
