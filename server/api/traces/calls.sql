-- calls.sql: the model requests of a trace as the ledger counted them, by the span that each was seen in.
select
  coalesce(span_id, '') as span_id,
  model,
  sum(requests) as requests,
  sum(errors) as errors,
  sum(input_tokens) as input_tokens,
  sum(cache_read_tokens) as cache_read_tokens,
  sum(cache_write_tokens) as cache_write_tokens,
  sum(output_tokens) as output_tokens,
  sum(total_tokens) as total_tokens,
  sum(cost_nano_usd) as cost_nano_usd,
  sum(case when cost_nano_usd is null then total_tokens else 0 end) as unpriced_tokens
from model_calls
where trace_id = $trace
group by all
order by span_id, model
