-- activity.sql: when a tool was used lately, minute by minute, and what that cost.
select epoch_ns(min(time)) as first, epoch_ns(max(time)) as last, coalesce(sum(cost_nano_usd), 0)::bigint as nano_usd
from model_calls
where tool = $tool and requests > 0 and time >= make_timestamp_ns($since) and time <= make_timestamp_ns($until)
group by date_trunc('minute', time)
order by 1
