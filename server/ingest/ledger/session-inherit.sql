-- session-inherit.sql: gives a session's facts to those of its requests that have none of their own. '' is unknown.
update model_calls
set
  project = case when model_calls.project is null or inherited & 1 <> 0 then nullif(s.project, '') else model_calls.project end,
  branch = case when model_calls.branch is null or inherited & 2 <> 0 then nullif(s.branch, '') else model_calls.branch end,
  "user" = case when model_calls."user" is null or inherited & 4 <> 0 then nullif(s."user", '') else model_calls."user" end,
  host = case when model_calls.host is null or inherited & 8 <> 0 then nullif(s.host, '') else model_calls.host end,
  inherited = case when (model_calls.project is null or inherited & 1 <> 0) and s.project <> '' then 1 else 0 end
    + case when (model_calls.branch is null or inherited & 2 <> 0) and s.branch <> '' then 2 else 0 end
    + case when (model_calls."user" is null or inherited & 4 <> 0) and s."user" <> '' then 4 else 0 end
    + case when (model_calls.host is null or inherited & 8 <> 0) and s.host <> '' then 8 else 0 end
from (
  select
    unnest($tools) as tool, unnest($sessions) as session_id, unnest($projects) as project,
    unnest($branches) as branch, unnest($users) as "user", unnest($hosts) as host
) as s
where model_calls.tool = s.tool and model_calls.session_id = s.session_id
