-- list.sql: metric points of a time range, newest first. A page ends early where its texts pass $bytes.
with page as materialized (
  select *
  from metric_points
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($name is null or name = $name)
    and ($type is null or type = $type)
    and ($session is null or session_id = $session)
  -- Points of one export share their time; the rest of the order only has to be the same for every page.
  order by time desc, name, series_id, batch, value
  limit $limit offset $offset
),
bounded as (
  select *,
    sum(strlen(attributes) + coalesce(strlen(exemplars), 0))
      over (order by time desc, name, series_id, batch, value rows unbounded preceding)
      - strlen(attributes) - coalesce(strlen(exemplars), 0) as bytes_before
  from page
)
select
  epoch_ns(time) as time, epoch_ns(start_time) as start_time, name, description, unit, type, temporality, is_monotonic,
  is_derived, service_name, tool, session_id, model, project, value, value_int, count, sum, min, max, bucket_counts,
  explicit_bounds, scale, zero_count, zero_threshold, positive_offset, positive_bucket_counts, negative_offset,
  negative_bucket_counts, quantiles, quantile_values, exemplars, flags, attributes, resource_attributes, scope_name,
  scope_version, scope_attributes
from bounded
where bytes_before < $bytes
order by bounded.time desc, name, series_id, batch, value
