-- counted.sql: what counters add up to in some sessions, whether they are used or not: a cumulative one by its highest value
-- since each start, another by each of its intervals once.
with asked as (
  select unnest($tools) as tool, unnest($sessions) as session_id
),
runs as (
  select
    tool, session_id, source, field,
    arg_max(value, abs(value)) as value
  from aggregate_observations semi join asked using (tool, session_id)
  group by tool, session_id, source, field, series_id, start_time, temporality, case when temporality = 1 then time end
)
select tool, session_id, source, field, round(sum(value))::bigint as value
from runs
group by tool, session_id, source, field
