-- activity.sql: what each agent used in every minute of a stretch of time: what windows of subscriptions are counted from.
select
  tool,
  epoch_ns(time) // 60000000000 as minute,
  sum(requests) as requests,
  sum(total_tokens) as tokens,
  sum(cost_nano_usd)::double as cost_nano_usd
from model_calls
where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  and ($tool is null or tool = $tool)
  and total_tokens > 0
group by all
order by tool, minute
