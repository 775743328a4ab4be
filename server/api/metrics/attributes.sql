-- attributes.sql: the attributes that a metric's points carry and how many values each has. All points of a series carry the
-- same ones, so one of each is looked at.
with series as (
  select any_value(attributes) as attributes, any_value(resource_attributes) as resource_attributes
  from metric_points
  where name = $name and ($service is null or service_name = $service)
  group by series_id
),
carried as (
  select unnest(json_keys(attributes)) as name, attributes as held, false as resource from series
  union all
  select unnest(json_keys(resource_attributes)), resource_attributes, true from series
)
select
  name, bool_and(resource) as resource,
  count(distinct json_extract_string(held, '/' || replace(replace(name, '~', '~0'), '/', '~1'))) as values
from carried
group by name
order by resource, name
limit 500
