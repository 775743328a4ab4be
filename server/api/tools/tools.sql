-- tools.sql: how often each tool was called, how that went and how long it took. A call of which nobody said how it went is
-- neither a success nor a failure, and one that was refused never ran, whatever its answer says.
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
from tool_calls
where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  and ($tool is null or tool = $tool)
  and ($session is null or session_id = $session)
  and ($project is null or project = $project)
group by tool_name
order by calls desc, tool_name
