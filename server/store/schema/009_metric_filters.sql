-- 009_metric_filters.sql: samples of a chart of those points alone that carry certain attributes (server/api/metrics).
-- The macros of 003_series.sql with one more parameter; the rules are the same.

-- Whether a point meets every filter: a JSON list of {asked, pointer, values}, where `asked` and `pointer` find the value as
-- metric_label does and an empty text among `values` stands for none. Points of one series agree on it, so a filter never
-- takes apart what a counter grew by.
create macro metric_matches(
  filters, service_name, tool, session_id, model, project, token_type, person, attributes, resource_attributes
) as
  len(list_filter(
    from_json(filters, '[{"asked":"VARCHAR","pointer":"VARCHAR","values":["VARCHAR"]}]'),
    lambda one: not list_contains(
      one.values,
      coalesce(
        metric_label(
          one.asked, one.pointer, service_name, tool, session_id, model, project, token_type, person, attributes,
          resource_attributes
        ),
        ''
      )
    )
  )) = 0;

-- What each point of a gauge or sum adds to a chart.
--
-- A gauge's sample is its value, a delta sum's its value, a cumulative counter's what it grew by since the point before it
-- in the same run (series and start time; the same rule as `.delta`, server/ingest/deltas.ts): the first point of a run
-- counts from its start, without a known start it is only where counting begins; a value below the one before is a
-- counter that began anew. A cumulative sum that may fall is a level: its sample is its value.
create or replace macro number_samples(
  wanted_name, wanted_service, wanted_from, wanted_to, wanted_asked, wanted_pointer, wanted_filters
) as table
with asked as materialized (
  select
    metric_label(
      wanted_asked, wanted_pointer, service_name, tool, session_id, model, project, token_type, "user", attributes,
      resource_attributes
    ) as label,
    series_id, start_time, time,
    coalesce(value_int::double, value) as value,
    case
      when type = 'gauge' then 'gauge'
      when temporality <> 2 then 'delta'
      when is_monotonic then 'counter'
      else 'level'
    end as kind
  from metric_points
  where name = wanted_name and (wanted_service is null or service_name = wanted_service) and type in ('gauge', 'sum')
    and time >= make_timestamp_ns(wanted_from) and time <= make_timestamp_ns(wanted_to)
    and flags & 1 = 0 and isfinite(coalesce(value_int::double, value))
    and (
      wanted_filters is null or metric_matches(
        wanted_filters, service_name, tool, session_id, model, project, token_type, "user", attributes, resource_attributes
      )
    )
),
-- The last point of each run before the range.
before as (
  select series_id, start_time, max(time) as time, arg_max(coalesce(value_int::double, value), time) as value
  from metric_points
  where name = wanted_name and (wanted_service is null or service_name = wanted_service) and type = 'sum' and temporality = 2
    and is_monotonic and time < make_timestamp_ns(wanted_from)
    and flags & 1 = 0 and isfinite(coalesce(value_int::double, value))
    and series_id in (select series_id from asked where kind = 'counter')
  group by series_id, start_time
),
runs as (
  select *,
    lag(value) over (partition by series_id, start_time order by time, value) as earlier
  from (
    select label, series_id, start_time, time, value, true as is_asked from asked where kind = 'counter'
    union all
    select null, series_id, start_time, time, value, false from before
  )
),
samples as (
  select label, series_id, time, value, kind, value as sample from asked where kind <> 'counter'
  union all
  select label, series_id, time, value, 'counter',
    case
      when earlier is null then case when start_time is not null then value end
      when value < earlier then value
      else value - earlier
    end
  from runs
  where is_asked
)
select * from samples;

-- What each point of a histogram (explicit or exponential) or of a summary adds to a chart.
--
-- Delta points add what they hold. Cumulative points, and summaries, which always are, add what their run (series and start
-- time) grew by: `earlier` is the point before them, nothing for the first of a run with a start or after a fall of the
-- count.
create or replace macro histogram_samples(
  wanted_name, wanted_service, wanted_from, wanted_to, wanted_asked, wanted_pointer, wanted_filters, summaries
) as table
with asked as materialized (
  select
    metric_label(
      wanted_asked, wanted_pointer, service_name, tool, session_id, model, project, token_type, "user", attributes,
      resource_attributes
    ) as label,
    series_id, start_time, time,
    temporality = 2 or type = 'summary' as is_cumulative,
    {
      'count': count::double, 'sum': case when isfinite(sum) then sum end,
      'bounds': explicit_bounds, 'counts': bucket_counts,
      'scale': scale, 'zeros': zero_count::double, 'zero_threshold': coalesce(zero_threshold, 0),
      'positive_offset': positive_offset, 'positive': positive_bucket_counts,
      'negative_offset': negative_offset, 'negative': negative_bucket_counts
    } as held,
    case when isfinite(min) then min end as least,
    case when isfinite(max) then max end as most
  from metric_points
  where name = wanted_name and (wanted_service is null or service_name = wanted_service)
    and (case when summaries then type = 'summary' else type in ('histogram', 'exponential_histogram') end)
    and time >= make_timestamp_ns(wanted_from) and time <= make_timestamp_ns(wanted_to)
    and flags & 1 = 0 and count is not null
    and (
      wanted_filters is null or metric_matches(
        wanted_filters, service_name, tool, session_id, model, project, token_type, "user", attributes, resource_attributes
      )
    )
),
before as (
  select series_id, start_time, max(time) as time,
    arg_max(
      {
        'count': count::double, 'sum': case when isfinite(sum) then sum end,
        'bounds': explicit_bounds, 'counts': bucket_counts,
        'scale': scale, 'zeros': zero_count::double, 'zero_threshold': coalesce(zero_threshold, 0),
        'positive_offset': positive_offset, 'positive': positive_bucket_counts,
        'negative_offset': negative_offset, 'negative': negative_bucket_counts
      },
      time
    ) as held
  from metric_points
  where name = wanted_name and (wanted_service is null or service_name = wanted_service)
    and (case when summaries then type = 'summary' else type in ('histogram', 'exponential_histogram') end)
    and (temporality = 2 or type = 'summary') and time < make_timestamp_ns(wanted_from)
    and flags & 1 = 0 and count is not null
    and series_id in (select series_id from asked where is_cumulative)
  group by series_id, start_time
),
runs as (
  select *, lag(held) over (partition by series_id, start_time order by time, held.count) as earlier
  from (
    select label, series_id, start_time, time, held, least, most, true as is_asked from asked where is_cumulative
    union all
    select null, series_id, start_time, time, held, null, null, false from before
  )
),
samples as (
  select label, time, held, null as earlier, least, most from asked where not is_cumulative
  union all
  select label, time, held, case when held.count >= earlier.count then earlier end, least, most
  from runs
  where is_asked and (earlier is not null or start_time is not null)
)
select * from samples;
