-- names.sql: every metric name there is.
select distinct name from metric_points where $service is null or service_name = $service order by name
