-- bucket-extents.sql: which buckets of counters there are, and between which times they add up. The hour is that of the
-- start, else of the point: the rule of bucketOf() in aggregates.ts.
select
  tool,
  session_id,
  case
    when session_id <> '' then 0
    when epoch_ns(start_time) <> 0 then epoch_ns(start_time) // 3600000000000
    else epoch_ns(time) // 3600000000000
  end as hour,
  min(case when epoch_ns(start_time) <> 0 then epoch_ns(start_time) else epoch_ns(time) end) as from_time,
  max(epoch_ns(time)) as to_time
from aggregate_observations
group by all
