-- services.sql: every service that ever sent or wrote anything. Each table is reduced on its own: the names are few.
select distinct service_name as service
from (
  select distinct service_name from spans
  union all select distinct service_name from logs
  union all select distinct service_name from raw_metric_points
  union all select distinct service_name from sessions where service_name is not null
)
order by service
