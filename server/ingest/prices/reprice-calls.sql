-- reprice-calls.sql: the next requests in the order of the table, with all that their price depends on and what it is now.
select
  rowid as row, tool, model, provider, epoch_ns(time) as time, speed, quality = 'aggregate' as is_aggregate,
  input_tokens, cache_read_tokens, cache_write_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
  output_tokens, reasoning_tokens, total_tokens, web_searches,
  reported_cost_nano_usd as reported, computed_cost_nano_usd as computed, cost_nano_usd as cost, cost_basis as basis,
  price_source as source, price_model, price_rule as rule, price_tier as tier, epoch_ns(price_from) as valid_from
from model_calls
where rowid > $after
order by rowid
limit $limit
