-- known-series.sql: the last value of each run of each cumulative counter, newest first, so that differences go on after a
-- restart. A run is a series with one start time.
select
  series_id,
  epoch_ns(coalesce(start_time, make_timestamp_ns(0))) as start_time,
  epoch_ns(max(time)) as last_time,
  arg_max(value, (time, value)) as value,
  arg_max(value_int, (time, value_int)) as value_int,
  arg_max(sum, (time, sum)) as sum
from raw_metric_points
where temporality = 2 and not is_derived and (is_monotonic or name in (select unnest($histograms)))
  and ($all or series_id in (select unnest($series)))
group by all
order by last_time desc
limit $runs
