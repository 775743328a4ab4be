-- stats.sql: the size of everything, all time. Of metrics, every point that a list of them shows: derived ones stand beside
-- those sent.
select
  (select count(distinct trace_id) from spans) as traces,
  (select count(*) from spans) as spans,
  (select count(*) from spans where status_code = 2) as failed_spans,
  (select count(*) from logs) as logs,
  (select count(*) from metric_points) as points,
  (select count(*) from sessions) as sessions,
  (select coalesce(sum(requests), 0)::bigint from model_calls) as calls
