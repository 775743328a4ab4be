-- families.sql: how a metric's points of a time range are to be read: as numbers, histograms or summaries.
select
  case type when 'gauge' then 'numbers' when 'sum' then 'numbers' when 'summary' then 'summaries' else 'histograms' end
    as family,
  count(*) as points
from metric_points
where name = $name and ($service is null or service_name = $service)
  and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
group by family
order by family
