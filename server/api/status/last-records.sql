-- last-records.sql: when each tool was last heard of by each signal, and how much there is of it.
select tool, signal, epoch_ns(max(time)) as last_time, count(*) as records
from (
  select tool, 'traces' as signal, time from spans where tool is not null
  union all
  select tool, 'logs', time from logs where tool is not null
  union all
  select tool, 'metrics', time from raw_metric_points where tool is not null and not is_derived
  union all
  select tool, 'messages', time from messages
)
group by tool, signal
order by tool, signal
