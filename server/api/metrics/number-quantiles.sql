-- number-quantiles.sql: percentiles of the samples, one row a series of the chart and interval, for the largest series.
with placed as materialized (
  select *, case when $step = 0 then 0 else (epoch_ns(time) - $start) // $step end as slot
  from number_samples($name, $service, $from, $to, $asked, $pointer, $filters)
),
ranked as (
  select label,
    row_number() over (order by sum(abs(sample)) desc nulls last, label) as rank,
    count(*) over () as labels
  from placed
  group by label
)
select ranked.label, slot, quantile_cont(sample, [0.5, 0.95, 0.99]) as quantiles, any_value(rank) as rank,
  any_value(labels) as labels
from placed join ranked on placed.label is not distinct from ranked.label
where rank <= $series_most
group by ranked.label, slot
order by rank, slot
