-- call-observations.sql: everything that was seen of the requests of some components.
select
  component, tool, source, observation_id, session_id, keys, weak_key, epoch_ns(time) as time, model, status, quality,
  is_partial, input_tokens, cache_read_tokens, cache_write_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
  output_tokens, reasoning_tokens, web_searches, reported_cost_nano_usd, detail
from call_observations
where component in (select unnest($components))
