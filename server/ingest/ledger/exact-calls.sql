-- exact-calls.sql: when the requests of some sessions (in buckets.ts also: of some tools) ended, for what counters add.
select
  tool, session_id, epoch_ns(time) as time, duration_ms, model, query_source, status, quality, sources, total_tokens
from model_calls
where quality <> 'aggregate' and session_id in (select unnest($names))
