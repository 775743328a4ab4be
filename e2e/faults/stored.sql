-- stored.sql: how many records of each request are stored, and how many of them are different ones.
with records as (
  select body as name from logs
  union all
  select name from spans
  union all
  select unit || '/' || json_extract_string(attributes, '$.series') from raw_metric_points where not is_derived
)
select split_part(name, '/', 1) as id, count(*)::integer as stored, count(distinct name)::integer as different
from records
group by 1
