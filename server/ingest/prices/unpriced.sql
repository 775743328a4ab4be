-- unpriced.sql: what was used of models without a price.
select
  tool, model, provider, speed,
  sum(requests) as requests,
  sum(total_tokens) as total_tokens,
  epoch_ns(min(time)) as first_time,
  epoch_ns(max(time)) as last_time
from model_calls
where cost_nano_usd is null
group by all
order by total_tokens desc, tool, model, provider, speed
