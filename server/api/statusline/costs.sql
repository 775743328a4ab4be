-- costs.sql: what a session and the time since midnight cost; null where nothing of it has a price.
select
  sum(cost_nano_usd) filter (where session_id = $session)::bigint as session_nano_usd,
  count(*) filter (where session_id = $session and requests > 0) as session_requests,
  sum(cost_nano_usd) filter (where time >= make_timestamp_ns($midnight))::bigint as today_nano_usd,
  count(*) filter (where time >= make_timestamp_ns($midnight) and requests > 0) as today_requests
from model_calls
where session_id = $session or time >= make_timestamp_ns($midnight)
