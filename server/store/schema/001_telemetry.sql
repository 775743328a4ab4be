-- 001_telemetry.sql: what was received, record by record. Append-only.
--
-- No ART index and no primary key on these tables: with four indexes the file grew 19-fold and nothing got faster;
-- zone maps over `time` do the work. No expression defaults: a WAL with one cannot be replayed by a direct open.
-- Attributes are JSON text written by us (proto/attributes.ts), so that every type and every int64 survives; the columns
-- are varchar, since appending to a json column parses every text again (174 k rows/s instead of 379 k).
-- `batch` is the number of the group of records that were acknowledged together.

create table spans (
  batch bigint not null,
  time timestamp_ns not null,             -- start
  end_time timestamp_ns not null,
  duration_ns bigint not null,            -- end - start, never negative
  trace_id varchar not null,              -- 32 hex digits
  span_id varchar not null,               -- 16 hex digits
  parent_span_id varchar,
  trace_state varchar,
  flags bigint not null,
  name varchar not null,
  kind integer not null,
  service_name varchar not null,
  tool varchar,
  session_id varchar,
  model varchar,
  event_name varchar,
  project varchar,
  "user" varchar,
  status_code integer not null,
  status_message varchar,
  attributes varchar not null,
  resource_attributes varchar not null,
  scope_name varchar,
  scope_version varchar,
  scope_attributes varchar,
  resource_schema_url varchar,
  scope_schema_url varchar,
  events varchar,                            -- [{"timeUnixNano":n,"name":s,"attributes":{},"droppedAttributesCount":n}], null when none
  links varchar,                             -- [{"traceId":s,"spanId":s,"traceState":s,"attributes":{},"droppedAttributesCount":n,"flags":n}]
  dropped_attributes_count bigint not null,
  dropped_events_count bigint not null,
  dropped_links_count bigint not null
);

create table logs (
  batch bigint not null,
  time timestamp_ns not null,             -- time, else observed time, else arrival
  observed_time timestamp_ns,
  service_name varchar not null,
  tool varchar,
  session_id varchar,
  model varchar,
  event_name varchar,                     -- the agent's event, without its prefix; else the record's own event_name
  project varchar,
  "user" varchar,
  severity_number integer not null,
  severity_text varchar,
  body varchar,                           -- the text of a string body, else its JSON
  body_is_json boolean not null,
  trace_id varchar,
  span_id varchar,
  flags bigint not null,
  attributes varchar not null,
  resource_attributes varchar not null,
  scope_name varchar,
  scope_version varchar,
  scope_attributes varchar,
  resource_schema_url varchar,
  scope_schema_url varchar,
  record_event_name varchar,              -- LogRecord.event_name as sent
  dropped_attributes_count bigint not null
);

-- The points as sent, and the `.delta` series (is_derived). The view `metric_points` adds the points that follow from
-- the ledger (002).
create table raw_metric_points (
  batch bigint not null,
  time timestamp_ns not null,
  start_time timestamp_ns,
  name varchar not null,
  description varchar,
  unit varchar,
  type varchar not null,                  -- gauge | sum | histogram | exponential_histogram | summary
  temporality integer not null,           -- 0 unspecified, 1 delta, 2 cumulative
  is_monotonic boolean not null,
  is_derived boolean not null,
  service_name varchar not null,
  tool varchar,
  session_id varchar,
  model varchar,
  project varchar,
  token_type varchar,
  "user" varchar,
  series_id bigint not null,              -- hash of name, attributes, resource and scope
  value double,
  value_int bigint,                       -- the exact integer when the point was as_int
  count ubigint,
  sum double,
  min double,
  max double,
  bucket_counts ubigint[],
  explicit_bounds double[],
  scale integer,
  zero_count ubigint,
  zero_threshold double,
  positive_offset integer,
  positive_bucket_counts ubigint[],
  negative_offset integer,
  negative_bucket_counts ubigint[],
  quantiles double[],
  quantile_values double[],
  exemplars varchar,
  flags bigint not null,
  attributes varchar not null,
  resource_attributes varchar not null,
  scope_name varchar,
  scope_version varchar,
  scope_attributes varchar,
  resource_schema_url varchar,
  scope_schema_url varchar
);

-- One row a request body acknowledged: makes a re-sent body a duplicate, also after a restart, and the retry of a
-- group whose fate is unknown exact.
create table batches (
  batch bigint not null,
  received_at timestamp_ns not null,
  body_hash varchar,                      -- sha-256 of signal and decompressed body, null for doors without a body
  source varchar not null,
  records bigint not null,
  rejected bigint not null,
  message varchar
);

-- The level a person reads: the text as sent, else by its number. Agents' events have neither (Claude Code, Gemini CLI):
-- those whose name says that something failed are errors, the rest are information.
create macro severity_name(given, number, event) as
  case
    when given is not null then given
    when number between 1 and 4 then 'TRACE'
    when number between 5 and 8 then 'DEBUG'
    when number between 9 and 12 then 'INFO'
    when number between 13 and 16 then 'WARN'
    when number between 17 and 20 then 'ERROR'
    when number between 21 and 24 then 'FATAL'
    when regexp_matches(coalesce(event, ''), '(error|failed|failure|exhausted)$') then 'ERROR'
    else 'INFO'
  end;

-- Whether a span holds a search term, without regard to case: in its name, ids, service or status, or, as JSON writes it, in
-- its attributes.
create macro span_contains(
  term, json_term, name, service_name, trace_id, span_id, session_id, status_message, attributes
) as
  coalesce(contains(lower(name), lower(term)), false)
  or coalesce(contains(lower(service_name), lower(term)), false)
  or contains(trace_id, lower(term))
  or contains(span_id, lower(term))
  or coalesce(contains(lower(session_id), lower(term)), false)
  or coalesce(contains(lower(status_message), lower(term)), false)
  or contains(lower(attributes), lower(json_term));
