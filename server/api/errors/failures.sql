-- failures.sql: what went wrong, newest first: model requests and tool calls that failed, and events that say so.
with requests as (
  select
    'model_call' as kind, time, tool, service_name, nullif(session_id, '') as session_id, model, null as tool_name, agent,
    agent_id, prompt_id, project, error_type, error_message as message, status_code, attempt, errors as count,
    duration_ms, call_id as id, request_id, trace_id, span_id
  from model_calls
  where (status = 'error' or errors > 0)
    and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($tool is null or tool = $tool)
    and ($session is null or session_id = $session)
),
others as (
  select tool, call_id, session_id, message_id, time from tool_calls
  where success = false
    and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
),
calls as (
  select
    'tool_call' as kind, time, tool, null as service_name, nullif(session_id, '') as session_id, null as model, tool_name,
    agent, agent_id, prompt_id, project, error_type, coalesce(error_message, output) as message, null as status_code,
    null as attempt, 1 as count, duration_ms, call_id as id, null as request_id, null as trace_id, null as span_id
  from tool_calls
  where success = false
    -- A fork's copy of a call, or what a door told without its session (see tools.sql).
    and ($session is not null or not exists (
      select 1 from others
      where others.tool = tool_calls.tool and others.call_id = tool_calls.call_id
        and others.session_id <> tool_calls.session_id and others.session_id <> ''
        and (
          tool_calls.session_id = ''
          or (others.message_id = tool_calls.message_id and (others.time, others.session_id) < (tool_calls.time, tool_calls.session_id))
        )
    ))
    and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($tool is null or tool = $tool)
    and ($session is null or session_id = $session)
),
events as (
  select
    'event' as kind, time, coalesce(tool, '') as tool, service_name, session_id, model, null as tool_name, null as agent,
    null as agent_id, attributes ->> '$."prompt.id"' as prompt_id, project,
    coalesce(
      attributes ->> '$."error.type"', attributes ->> '$."exception.type"', attributes ->> '$."error_type"', event_name
    ) as error_type,
    coalesce(
      attributes ->> '$."error.message"', attributes ->> '$."exception.message"', attributes ->> '$."error_message"',
      attributes ->> '$."error"', body
    ) as message,
    null as status_code, null as attempt, 1 as count, null as duration_ms, event_name as id, null as request_id,
    trace_id, span_id,
    -- Posted as an error by itself (/api/ingest), not an agent's way of telling of a request.
    coalesce(scope_name = 'push' and (attributes ->> '$."record.id"') is not null, false) as stands_alone
  from logs
  where lower(severity_name(severity_text, severity_number, event_name)) in ('error', 'fatal', 'critical')
    and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($tool is null or tool = $tool)
    and ($session is null or session_id = $session)
),
-- An agent's event within a second of a failed request or tool call of its session tells of that one.
told as (
  select tool, session_id, time from requests where session_id is not null
  union all
  select tool, session_id, time from calls where session_id is not null
),
failures as (
  select * from requests
  union all
  select * from calls
  union all
  select * exclude (stands_alone) from events
  where stands_alone or not exists (
    select 1 from told
    where told.tool = events.tool and told.session_id = events.session_id
      and told.time between events.time - interval 1 second and events.time + interval 1 second
  )
)
select
  * exclude (time, message), epoch_ns(time) as time, left(message, 2000) as message, count(*) over () as total
from failures
order by failures.time desc, kind, tool, id
limit $limit offset $offset
