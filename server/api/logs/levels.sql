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
  and ($filters is null or len(list_filter(
    from_json($filters, '[{"asked":"VARCHAR","pointer":"VARCHAR","values":["VARCHAR"],"excluded":"BOOLEAN"}]'),
    lambda one: one.excluded = list_contains(
      one.values,
      coalesce(
        case one.asked
          when 'event' then event_name when 'model' then model when 'project' then project when 'tool' then tool
          when 'scope' then scope_name when 'service' then service_name when 'session' then session_id
          when 'level' then upper(severity_name(severity_text, severity_number, event_name))
        end,
        json_extract_string(attributes, one.pointer), json_extract_string(resource_attributes, one.pointer), ''
      )
    )
  )) = 0)
group by level
order by level
