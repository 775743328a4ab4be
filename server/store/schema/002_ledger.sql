-- 002_ledger.sql: what agents did, derived from every door. Observations are kept; the ledger is computed from them
-- and can be rebuilt at any time (`telltale rebuild`) with the same result.

-- The hashes (53 bits, exact in a DOUBLE) are what server/ingest/ledger/hash-index.ts loads at start, so that no record
-- that arrives needs a query to know whether it is new.

-- What one door saw of one model request. The same observation seen again replaces itself (tool, source, observation_id).
create table call_observations (
  batch bigint not null,
  component bigint not null,              -- holds at least all observations that share a key, directly or through others
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
  key_hashes double[] not null,           -- of each key with its tool, and of the weak key with tool and session
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

-- Input and output are their first 8,192 characters; the whole texts are in messages, spans and logs.
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

-- Every point there is: as sent, derived at once (`.delta`), and those that follow from the ledger.
create view metric_points as select * from raw_metric_points;
