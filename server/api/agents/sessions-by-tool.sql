-- sessions-by-tool.sql: how many sessions and model requests each tool has.
select tool, sum(sessions)::bigint as sessions, sum(calls)::bigint as calls
from (
  select tool, count(*) as sessions, 0 as calls from sessions group by tool
  union all
  select tool, 0, sum(requests) from model_calls group by tool
)
group by tool
