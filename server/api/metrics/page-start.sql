-- page-start.sql: how many points match, and the time of the last one that a page can hold. Only narrow columns are read for
-- this; list.sql then reads the wide ones of the few points from that time on.
with matched as materialized (
  select time
  from metric_points
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($name is null or name = $name)
    and ($type is null or type = $type)
    and ($session is null or session_id = $session)
)
select
  (select count(*) from matched) as total,
  (select epoch_ns(min(time)) from (select time from matched order by time desc limit $limit + $offset)) as start
