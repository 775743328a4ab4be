-- summary-quantiles.sql: the quantiles that summaries carry, averaged over the points of a series of the chart and interval.
with placed as (
  select
    metric_label(
      $asked, $pointer, service_name, tool, session_id, model, project, token_type, "user", attributes,
      resource_attributes
    ) as label,
    case when $step = 0 then 0 else (epoch_ns(time) - $start) // $step end as slot,
    unnest(quantiles) as quantile, unnest(quantile_values) as value, count
  from metric_points
  where name = $name and ($service is null or service_name = $service) and type = 'summary'
    and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to) and flags & 1 = 0
    and (
      $filters is null or metric_matches(
        $filters, service_name, tool, session_id, model, project, token_type, "user", attributes, resource_attributes
      )
    )
),
averaged as (
  select label, slot, quantile, avg(value) as value from placed where isfinite(value) group by all
),
ranked as (
  select label, row_number() over (order by sum(count) desc, label) as rank, count(*) over () as labels
  from placed
  group by label
)
select ranked.label, slot, any_value(rank) as rank, any_value(labels) as labels,
  list(quantile order by quantile) as quantiles, list(value order by quantile) as quantile_values
from averaged join ranked on averaged.label is not distinct from ranked.label
where rank <= $series_most
group by ranked.label, slot
order by rank, slot
