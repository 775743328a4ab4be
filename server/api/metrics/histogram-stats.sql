-- histogram-stats.sql: count and sum of one series of the chart and interval, for the largest series.
with placed as materialized (
  select *, case when $step = 0 then 0 else (epoch_ns(time) - $start) // $step end as slot
  from histogram_samples($name, $service, $from, $to, $asked, $pointer, $filters, $summaries)
),
by_label as (
  select label, slot,
    sum(held.count - coalesce(earlier.count, 0)) as samples,
    sum(held.sum - coalesce(earlier.sum, 0)) as total,
    min(least) as least, max(most) as most
  from placed
  group by label, slot
),
ranked as (
  select label,
    row_number() over (order by sum(abs(coalesce(total, samples))) desc, label) as rank,
    count(*) over () as labels
  from by_label
  group by label
)
select ranked.label, slot, samples, total, least, most, rank, labels
from by_label join ranked on by_label.label is not distinct from ranked.label
where rank <= $series_most
order by rank, slot
