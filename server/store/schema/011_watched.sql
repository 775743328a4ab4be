-- 011_watched.sql: what the watcher read, and what an import did, as the points of files tell them apart (contract §5).

-- When the requests were made that the watcher read of a session: one row for each time it ran. Kept beside the ledger, because
-- who read a file first is nothing that the request itself could say.
create table watched_sessions (
  tool varchar not null,
  session_id varchar not null,
  run timestamp_ns not null,              -- when the watcher started
  since timestamp_ns not null,
  until timestamp_ns not null,
  primary key (tool, session_id, run)
);

create or replace view ledger_points as
with
  kinds (kind, token_type) as (
    select kind, token_type
    from (values ('tokens'), ('user_facing_tokens'), ('imported_tokens')) as k (kind),
      (values ('input'), ('output'), ('cacheRead'), ('cacheCreation'), ('reasoning')) as t (token_type)
    union all
    values ('cost', null), ('user_facing_cost', null), ('imported_cost', null)
  ),
  names as (select tool, kind, token_type, name from agent_metrics join kinds using (kind)),
  -- Sessions that have points of their own under an imported name.
  own as (
    select distinct r.name, r.session_id
    from raw_metric_points as r
    join (select distinct name from agent_metrics where kind in ('imported_tokens', 'imported_cost')) using (name)
    where r.session_id is not null
  ),
  -- Sessions of which the agent sent requests itself.
  heard as (
    select distinct m.name, c.tool, c.session_id
    from model_calls as c
    join agent_metrics as m on c.tool = m.tool
    where m.kind not in ('imported_tokens', 'imported_cost') and c.sources <> ['transcript']
  ),
  watched as (
    select tool, session_id, list({'since': since, 'until': until}) as periods
    from watched_sessions
    group by tool, session_id
  ),
  requests as (
    select
      n.name,
      n.token_type,
      c.*
    from model_calls as c
    join names as n on c.tool = n.tool
    left join heard as h on n.name = h.name and c.tool = h.tool and c.session_id = h.session_id
    where (
      n.kind in ('tokens', 'cost')
      or (n.kind in ('user_facing_tokens', 'user_facing_cost') and c.cache_read_tokens + c.cache_write_tokens > 0)
    )
      and (h.session_id is null or c.sources <> ['transcript'])
    union all
    select
      n.name,
      n.token_type,
      c.*
    from model_calls as c
    join names as n on c.tool = n.tool
    anti join own on own.name = n.name and own.session_id = c.session_id
    where n.kind in ('imported_tokens', 'imported_cost') and list_contains(c.sources, 'transcript')
  ),
  points as (
    select
      *,
      case token_type
        when 'input' then input_tokens
        when 'output' then output_tokens - reasoning_tokens
        when 'cacheRead' then cache_read_tokens
        when 'cacheCreation' then cache_write_tokens
        when 'reasoning' then reasoning_tokens
        else cost_nano_usd
      end as amount
    from requests
  )
select
  0::bigint as batch,
  time,
  name,
  case when token_type is null then 'Cost of model requests' else 'Tokens of model requests' end as description,
  case when token_type is null then 'USD' else 'tokens' end as unit,
  'sum' as type,
  1 as temporality,
  true as is_monotonic,
  true as is_derived,
  coalesce(service_name, tool) as service_name,
  tool,
  nullif(session_id, '') as session_id,
  nullif(model, '') as model,
  project,
  token_type,
  "user",
  (hash(name, token_type, tool, service_name, session_id, model, project, "user", query_source, agent) >> 1)::bigint as series_id,
  case when token_type is null then amount / 1e9 else amount::double end as value,
  case when token_type is not null then amount end as value_int,
  0::bigint as flags,
  '{' || concat_ws(
    ',',
    '"type":"' || token_type || '"',
    '"model":' || to_json(nullif(model, ''))::varchar,
    '"session.id":' || to_json(nullif(session_id, ''))::varchar,
    '"project":' || to_json(project)::varchar,
    '"git_branch":' || to_json(branch)::varchar,
    '"query_source":' || to_json(query_source)::varchar,
    '"agent.name":' || to_json(agent)::varchar,
    case
      when sources <> ['transcript'] then null
      when len(list_filter(periods, lambda p: time between p.since and p.until)) > 0 then '"import_source":"file_watcher"'
      else '"import_source":"local_jsonl"'
    end
  ) || '}' as attributes,
  '{"service.name":' || to_json(coalesce(service_name, tool))::varchar || '}' as resource_attributes,
  'telltale' as scope_name
from points
left join watched using (tool, session_id)
where amount > 0;
