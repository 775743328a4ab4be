-- levels.sql: how many records of each level a time range holds, under the other filters of the list.
select severity_name(severity_text, severity_number, event_name) as level, count(*) as records
from logs
where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  and ($service is null or service_name = $service)
  and ($trace is null or trace_id = $trace)
  and ($session is null or session_id = $session)
  and ($search is null
    or contains(lower(body), lower(case when body_is_json then $search_json else $search end))
    or contains(lower(event_name), lower($search))
    or contains(lower(attributes), lower($search_json)))
  and ($filters is null or log_meets(
    $filters, service_name, severity_text, severity_number, event_name, session_id, model, project, tool, scope_name,
    attributes, resource_attributes
  ))
group by level
order by level
