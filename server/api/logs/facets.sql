-- facets.sql: what the records of a list can be narrowed by, the most frequent values first. Columns are counted over all
-- records that match; attributes over the newest of them, since their JSON has to be read: what is offered are attributes
-- with few values, not ids, texts and numbers that are new in each record.
with matched as materialized (
  select
    rowid as row, time, service_name as service, upper(severity_name(severity_text, severity_number, event_name)) as level,
    event_name as event, session_id as session, model, project, tool
  from logs
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($service is null or service_name = $service)
    and ($trace is null or trace_id = $trace)
    and ($session is null or session_id = $session)
    and ($number is null or severity_number = $number)
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
sets as (
  select
    case
      when grouping(level) = 0 then 'level' when grouping(service) = 0 then 'service'
      when grouping(event) = 0 then 'event' when grouping(model) = 0 then 'model' when grouping(tool) = 0 then 'tool'
      when grouping(project) = 0 then 'project' else 'session'
    end as name,
    coalesce(level, service, event, model, tool, project, session) as value,
    count(*) as records
  from matched
  group by grouping sets ((level), (service), (event), (model), (tool), (project), (session))
),
-- Taken apart, each attribute carries the whole text along: one record of 10,000 attributes took more memory than there is.
newest as (
  select rowid as row, case when strlen(attributes) <= 32768 then attributes else '{}' end as attributes
  from logs
  where rowid in (select row from matched order by time desc, row desc limit $sample)
),
pairs as (
  select key as name, value ->> '$' as value
  from newest, json_each(newest.attributes)
  where type in ('VARCHAR', 'BOOLEAN', 'UBIGINT', 'BIGINT') and strlen(value) <= 80
),
counted as (select name, value, count(*) as records from pairs group by name, value),
useful as (
  select name, sum(records) as records from counted
  -- Those that stand among the columns already.
  where name not in ('event.name', 'event', 'session.id', 'model', 'project', 'service.name', 'event.timestamp')
  group by name
  -- An id is another in each record.
  having count(*) <= 40 and (count(*) <= 3 or sum(records) >= 4 * count(*))
  order by records desc, name
  limit $names
)
select false as is_attribute, name, value, records, 0::bigint as order_by, (select count(*) from newest) as sampled
from sets
where value is not null and value <> ''
qualify row_number() over (partition by name order by records desc, value) <= $most
union all
select true, counted.name, counted.value, counted.records, useful.records, (select count(*) from newest)
from counted join useful using (name)
qualify row_number() over (partition by counted.name order by counted.records desc, counted.value) <= $most
order by is_attribute, order_by desc, name, records desc, value
