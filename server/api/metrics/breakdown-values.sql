-- breakdown-values.sql: what a metric's points can be told apart by, for one attribute.
select distinct metric_label(
  $asked, $pointer, service_name, tool, session_id, model, project, token_type, "user", attributes, resource_attributes
) as label
from metric_points
where name = $name and ($service is null or service_name = $service) and label is not null
order by label
limit 10000
