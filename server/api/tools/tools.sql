-- tools.sql: how often each tool was called, how that went and how long it took. A call of which nobody said how it went is
-- neither a success nor a failure, and one that was refused never ran, whatever its answer says.
-- A call stands in two sessions when one is a fork, which begins with a copy of the other's history, or when a door was told
-- to name no session: over all sessions it counts once, where it came first and where it has a session. What names no message
-- is told apart by its session, since a call's id alone may be as short as a number.
with twice as (
  select hash(call_id) as id from tool_calls
  where $session is null and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  group by id
  having count(*) > 1
),
-- Few stand twice, and only those are compared: a million calls take 0.33 s instead of 0.14, all compared with all 0.75.
told as materialized (
  select tool, call_id, session_id, message_id, time from tool_calls
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and hash(call_id) in (select id from twice)
),
copies as (
  select tool, session_id, call_id from told
  where exists (
    select 1 from told as others
    where others.tool = told.tool and others.call_id = told.call_id
      and others.session_id <> told.session_id and others.session_id <> ''
      and (
        told.session_id = ''
        or (others.message_id = told.message_id and (others.time, others.session_id) < (told.time, told.session_id))
      )
  )
)
select
  tool_name,
  max(mcp_server) as mcp_server,
  count(*) as calls,
  count(*) filter (success) as successes,
  count(*) filter (not success and decision is distinct from 'reject') as failures,
  count(*) filter (decision = 'reject') as rejected,
  avg(duration_ms) as duration_avg,
  quantile_cont(duration_ms, 0.5) as duration_p50,
  quantile_cont(duration_ms, 0.95) as duration_p95,
  sum(blocked_ms) as blocked_ms,
  epoch_ns(max(time)) as last_time
from tool_calls anti join copies using (tool, session_id, call_id)
where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  and ($tool is null or tool = $tool)
  and ($session is null or session_id = $session)
  and ($project is null or project = $project)
group by tool_name
order by calls desc, tool_name
