-- oldest-cut.sql: the time up to which the oldest records reach that go at once; null when there is none before $to. Those of
-- one moment go together, so that every slice takes something.
select epoch_ns(max(time)) as cut
from (
  select time
  from (
    select time from logs
    union all
    select time from spans
    union all
    select time from raw_metric_points
    union all
    select time from messages
    union all
    select last_time as time from sessions
  )
  where time < make_timestamp_ns($to)
  order by time
  limit $rows
)
