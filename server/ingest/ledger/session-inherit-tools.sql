-- session-inherit-tools.sql: the same for tool calls, which have a project and a branch.
update tool_calls
set
  project = case when tool_calls.project is null or inherited & 1 <> 0 then nullif(s.project, '') else tool_calls.project end,
  branch = case when tool_calls.branch is null or inherited & 2 <> 0 then nullif(s.branch, '') else tool_calls.branch end,
  inherited = case when (tool_calls.project is null or inherited & 1 <> 0) and s.project <> '' then 1 else 0 end
    + case when (tool_calls.branch is null or inherited & 2 <> 0) and s.branch <> '' then 2 else 0 end
from (
  select
    unnest($tools) as tool, unnest($sessions) as session_id, unnest($projects) as project, unnest($branches) as branch
) as s
where tool_calls.tool = s.tool and tool_calls.session_id = s.session_id
