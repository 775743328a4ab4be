-- 002_ledger.sql: what agents did, derived from every door. Observations are kept; the ledger is computed from them
-- and can be rebuilt at any time (`telltale rebuild`) with the same result.

-- The hashes (53 bits, exact in a DOUBLE) are what server/ingest/ledger/hash-index.ts loads at start, so that no record
-- that arrives needs a query to know whether it is new.

-- What one door saw of one model request. The same observation seen again replaces itself (tool, source, observation_id).
create table call_observations (
  batch bigint not null,
  component bigint not null,              -- holds at least all observations that may be of one request: see calls.ts
  tool varchar not null,
  source varchar not null,
  observation_id varchar not null,
  session_id varchar not null,            -- '' when the source does not say
  keys varchar[] not null,
  weak_key varchar,
  time timestamp_ns not null,
  model varchar not null,
  status varchar not null,                -- ok | error
  quality varchar not null,               -- exact | derived | estimated
  is_partial boolean not null,
  input_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint,
  cache_write_5m_tokens bigint, cache_write_1h_tokens bigint,
  output_tokens bigint, reasoning_tokens bigint, web_searches bigint,
  reported_cost_nano_usd bigint,
  detail varchar not null,                -- JSON: every other field of CallObservation
  id_hash double not null,                -- of tool, source and observation_id
  key_hashes double[] not null,           -- of each key with its tool, and last of the weak key with tool and session
  weak_hash double,                       -- the last of them again, where there is a weak key
  fingerprint bigint not null             -- of everything else
);

-- Counter points that add up many requests; used only where no exact observation covers.
create table aggregate_observations (
  batch bigint not null,
  tool varchar not null,
  source varchar not null,
  session_id varchar not null,
  series_id varchar not null,
  field varchar not null,
  temporality integer not null,
  start_time timestamp_ns not null,
  time timestamp_ns not null,
  value double not null,
  model varchar not null,
  detail varchar not null                 -- JSON: by whom and for what
);

-- One row a model request, or (quality = 'aggregate') one increase of a counter that nothing exact covers.
create table model_calls (
  call_id varchar not null,               -- stable: from the request's smallest key
  component bigint not null,
  tool varchar not null,
  service_name varchar,
  session_id varchar not null,
  time timestamp_ns not null,
  duration_ms double,
  ttft_ms double,
  model varchar not null,
  provider varchar,
  status varchar not null,                -- ok | error
  status_code integer,
  error_type varchar,
  error_message varchar,
  attempt integer,
  requests bigint not null,               -- 1 for an answered request, 0 for a failed one; n or 0 for an aggregate
  errors bigint not null,
  input_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_tokens bigint not null,
  cache_write_5m_tokens bigint not null,
  cache_write_1h_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  total_tokens bigint not null,
  web_searches bigint not null,
  request_id varchar,
  message_id varchar,
  prompt_id varchar,
  agent varchar,
  agent_id varchar,
  skill varchar,
  plugin varchar,
  mcp_server varchar,
  query_source varchar,
  speed varchar,
  effort varchar,
  stop_reason varchar,
  project varchar,
  branch varchar,
  "user" varchar,
  host varchar,
  sources varchar[] not null,
  quality varchar not null,               -- exact | derived | aggregate | estimated
  reported_cost_nano_usd bigint,          -- what the agent said, null when it said nothing
  computed_cost_nano_usd bigint,          -- what our price table says, null when unpriced
  cost_nano_usd bigint,                   -- the one in force, null when unpriced
  cost_basis varchar not null,            -- reported | computed | unpriced | included
  price_source varchar,                   -- genai-prices | overlay | user
  price_model varchar,                    -- the table's model id that matched
  price_rule varchar,                     -- the rule that made the match
  price_tier varchar,                     -- base | long_context …
  price_from timestamp_ns,                -- from when that price holds
  trace_id varchar,
  span_id varchar,
  differences varchar,                    -- JSON: [{"field","values":{source:n},"used","reason"}] where sources disagree
  inherited integer not null              -- bits: 1 project, 2 branch, 4 user, 8 host are the session's, not the request's own
);

create table tool_call_observations (
  batch bigint not null,
  tool varchar not null,
  source varchar not null,
  session_id varchar not null,
  call_id varchar not null,
  time timestamp_ns not null,             -- earliest
  detail varchar not null,                -- JSON: merged over all that this door said of the call
  call_hash double not null,              -- of tool, session_id and call_id
  facts_hash double not null,             -- of these and the source
  fingerprint bigint not null
);

-- Input and output are their beginnings (512 characters of a file's, else 8,192): a file's whole texts are in messages.
create table tool_calls (
  tool varchar not null,
  session_id varchar not null,
  call_id varchar not null,
  message_id varchar,
  prompt_id varchar,
  agent varchar,
  agent_id varchar,
  tool_name varchar not null,
  mcp_server varchar,
  time timestamp_ns not null,
  duration_ms double,
  success boolean,
  error_type varchar,
  error_message varchar,
  decision varchar,
  decision_source varchar,
  blocked_ms double,
  input varchar,
  output varchar,
  lines_added bigint,
  lines_removed bigint,
  file_path varchar,
  project varchar,
  branch varchar,
  sources varchar[] not null,
  inherited integer not null              -- bits: 1 project, 2 branch are the session's
);

-- One row a door and session: every fact with the time (ns) it was said, {"title":["…","1795320000000000000"]}.
create table session_observations (
  batch bigint not null,
  tool varchar not null,
  source varchar not null,
  session_id varchar not null,
  start_time timestamp_ns,
  last_time timestamp_ns,
  detail varchar not null
);

-- Facts of a session; its numbers are sums over model_calls, tool_calls and messages.
create table sessions (
  tool varchar not null,
  session_id varchar not null,
  service_name varchar,
  title varchar,
  project varchar,
  branch varchar,
  cwd varchar,
  "user" varchar,
  host varchar,
  version varchar,
  parent_session_id varchar,
  forked_from varchar,
  start_time timestamp_ns not null,
  last_time timestamp_ns not null,
  ended boolean not null,
  active_ms double,
  commit_at_start varchar,
  commit_at_end varchar,
  sources varchar[] not null
);

create table messages (
  batch bigint not null,
  tool varchar not null,
  session_id varchar not null,
  message_key varchar not null,
  source varchar not null,
  sequence bigint not null,
  time timestamp_ns not null,
  role varchar not null,
  content varchar not null,
  model varchar,
  agent_id varchar,
  parent_key varchar,
  prompt_id varchar,
  call_message_id varchar,
  tool_name varchar,
  tool_use_id varchar,
  tool_input varchar,
  tool_output varchar,
  diff varchar,
  duration_ms double,
  success boolean,
  hash double not null,                   -- of tool, session_id, source and message_key
  fingerprint bigint not null             -- of everything else
);

create table commit_observations (
  tool varchar not null,
  source varchar not null,
  session_id varchar not null,
  class varchar not null,                 -- what all spellings of one hash share
  kind varchar not null,
  hash varchar not null,
  subject varchar,
  branch varchar,
  project varchar,
  time timestamp_ns not null
);

create table commits (
  tool varchar not null,
  session_id varchar not null,
  kind varchar not null,                  -- commit | pull_request
  hash varchar not null,
  subject varchar,
  branch varchar,
  project varchar,
  time timestamp_ns not null,
  sources varchar[] not null
);

-- The user's own prices; the table in force is genai-prices, then the overlay, then these.
create table prices (
  model varchar not null,
  valid_from timestamp_ns,
  input_nano_usd_per_mtok bigint,
  output_nano_usd_per_mtok bigint,
  cache_read_nano_usd_per_mtok bigint,
  cache_write_5m_nano_usd_per_mtok bigint,
  cache_write_1h_nano_usd_per_mtok bigint,
  included boolean not null,
  updated_at timestamp_ns not null
);

-- Names under which an agent's ledger rows appear as metric points (contract §5); filled from importers/ at start.
create table agent_metrics (
  tool varchar not null,
  kind varchar not null,                  -- tokens | cost | user_facing_tokens | user_facing_cost | imported_tokens | imported_cost
  name varchar not null
);

-- The ledger's rows as metric points: one a call and token type (disjoint: input without cache, output without reasoning)
-- and one a call for its cost. What a file tells under the agent's own metric names (imported_*) is left out for sessions
-- whose own points came by OTLP. Names come through the few rows of agent_metrics: asked for another name, the join has an
-- empty side and model_calls is not read.
create view ledger_points as
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
  points as (
    select
      n.name,
      n.kind,
      n.token_type,
      case n.token_type
        when 'input' then c.input_tokens
        when 'output' then c.output_tokens - c.reasoning_tokens
        when 'cacheRead' then c.cache_read_tokens
        when 'cacheCreation' then c.cache_write_tokens
        when 'reasoning' then c.reasoning_tokens
        else c.cost_nano_usd
      end as amount,
      c.*
    from model_calls as c
    join names as n on c.tool = n.tool
    where n.kind in ('tokens', 'cost')
      or (n.kind in ('user_facing_tokens', 'user_facing_cost') and c.cache_read_tokens + c.cache_write_tokens > 0)
    union all
    select
      n.name,
      n.kind,
      n.token_type,
      case n.token_type
        when 'input' then c.input_tokens
        when 'output' then c.output_tokens - c.reasoning_tokens
        when 'cacheRead' then c.cache_read_tokens
        when 'cacheCreation' then c.cache_write_tokens
        when 'reasoning' then c.reasoning_tokens
        else c.cost_nano_usd
      end as amount,
      c.*
    from model_calls as c
    join names as n on c.tool = n.tool
    anti join own on own.name = n.name and own.session_id = c.session_id
    where n.kind in ('imported_tokens', 'imported_cost') and list_contains(c.sources, 'transcript')
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
    case when sources = ['transcript'] then '"import_source":"local_jsonl"' end
  ) || '}' as attributes,
  '{"service.name":' || to_json(coalesce(service_name, tool))::varchar || '}' as resource_attributes,
  'telltale' as scope_name
from points
where amount > 0;

-- Every point there is: as sent, derived at once (`.delta`), and those that follow from the ledger.
create view metric_points as
select * from raw_metric_points
union all by name
select * from ledger_points;

-- One transcript a session: the file's where there is one; else, role by role, that of the best door that has it.
create view session_messages as
select * exclude (door, best, best_of_role)
from (
  select
    *,
    min(door) over (partition by tool, session_id) as best,
    min(door) over (partition by tool, session_id, role) as best_of_role
  from (
    select
      *,
      case source
        when 'transcript' then 0 when 'hook' then 1 when 'otlp_logs' then 2 when 'otlp_traces' then 3 else 4
      end as door
    from messages
  )
)
where door = case when best = 0 then 0 else best_of_role end;
