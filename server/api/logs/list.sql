-- list.sql: log records of a time range, newest first, with the number of all that match. A page ends early where its texts
-- pass $bytes. Only row numbers and times are sorted; the wide columns are read for the page alone (25 instead of 400 ms
-- over a million records).
with matched as materialized (
  select rowid as row, time
  from logs
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($trace is null or trace_id = $trace)
    and ($session is null or session_id = $session)
    and ($number is null or severity_number = $number)
    -- A level's usual name also means its numbers, whatever text came with them ("Information", 9).
    and ($level is null
      or lower(severity_name(severity_text, severity_number, event_name)) = lower($level)
      or severity_number between $number_least and $number_most)
    and ($search is null
      or contains(lower(body), lower(case when body_is_json then $search_json else $search end))
      or contains(lower(event_name), lower($search))
      or contains(lower(attributes), lower($search_json)))
    and ($filters is null or log_meets(
      $filters, service_name, severity_text, severity_number, event_name, session_id, model, project, tool, scope_name,
      attributes, resource_attributes
    ))
),
page as (select row, time from matched order by time desc, row desc limit $limit offset $offset),
bounded as (
  select page.row,
    sum(bytes) over (order by page.time desc, page.row desc rows unbounded preceding) - bytes as bytes_before
  from page join (
    select rowid as row, strlen(attributes) + coalesce(strlen(body), 0) as bytes
    from logs where rowid in (select row from page)
  ) using (row)
)
select
  epoch_ns(time) as time, epoch_ns(observed_time) as observed_time, trace_id, span_id, flags,
  severity_name(severity_text, severity_number, event_name) as level,
  severity_number, service_name, tool, event_name, session_id, model, project,
  body, body_is_json, resource_attributes, scope_name, scope_version, scope_attributes, attributes,
  dropped_attributes_count,
  (select count(*) from matched) as total
from logs
where rowid in (select row from bounded where bytes_before < $bytes)
order by logs.time desc, logs.rowid desc
