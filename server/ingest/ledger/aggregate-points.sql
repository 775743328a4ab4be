-- aggregate-points.sql: the counter points of some buckets: of sessions, or (sessions = ['']) of one tool by hour of start.
select
  tool, source, session_id, series_id, field, temporality, epoch_ns(start_time) as start_time, epoch_ns(time) as time,
  value, model, detail
from aggregate_observations
where tool in (select unnest($tools)) and session_id in (select unnest($sessions))
