-- levels.sql: how many records of each level a time range holds.
select severity_name(severity_text, severity_number, event_name) as level, count(*) as records
from logs
where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  and ($service is null or service_name = $service)
group by level
order by level
