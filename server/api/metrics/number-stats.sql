-- number-stats.sql: one row a series of the chart and interval, for the largest series.
with placed as materialized (
  select *, case when $step = 0 then 0 else (epoch_ns(time) - $start) // $step end as slot
  from number_samples($name, $service, $from, $to, $asked, $pointer, $filters)
),
by_series as (
  select label, slot, series_id, min(kind) as kind,
    sum(sample) as total, count(sample) as samples, min(sample) as least, max(sample) as most,
    arg_max(value, time) as last
  from placed
  group by label, slot, series_id
),
by_label as (
  select label, slot, min(kind) as kind,
    sum(total) as total, sum(samples)::bigint as samples, min(least) as least, max(most) as most,
    sum(last) as last_total, count(*) as members
  from by_series
  group by label, slot
),
ranked as (
  select label,
    row_number() over (order by sum(abs(coalesce(case kind when 'level' then last_total else total end, 0))) desc, label)
      as rank,
    count(*) over () as labels
  from by_label
  group by label
)
select by_label.label, slot, kind, total, samples, least, most, last_total, members, rank, labels
from by_label join ranked on by_label.label is not distinct from ranked.label
where rank <= $series_most
order by rank, slot
