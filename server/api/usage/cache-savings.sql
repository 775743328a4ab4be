-- cache-savings.sql: the input of what read or wrote a cache, in groups that have one price: by model, provider, tool, speed,
-- tier and hour (a price may hold from a day on, or at certain hours). The key asked for replaces the mark.
select
  /* key */
  tool, model, provider, speed, price_tier as tier, epoch_ns(time) // 3600000000000 as hour,
  epoch_ns(min(time)) as first_time,
  sum(input_tokens) as input_tokens,
  sum(cache_read_tokens) as cache_read_tokens,
  sum(cache_write_tokens) as cache_write_tokens,
  sum(cache_write_5m_tokens) as cache_write_5m_tokens,
  sum(cache_write_1h_tokens) as cache_write_1h_tokens
from model_calls
where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
  and (cache_read_tokens > 0 or cache_write_tokens > 0 or cache_write_5m_tokens > 0 or cache_write_1h_tokens > 0)
  and ($tool is null or tool = $tool)
  and ($model is null or model = $model)
  and ($project is null or project = $project)
  and ($session is null or session_id = $session)
  and ($branch is null or branch = $branch)
  and ($agent is null or agent = $agent)
  and ($skill is null or skill = $skill)
  and ($mcp_server is null or mcp_server = $mcp_server)
  and ($query_source is null or query_source = $query_source)
  and ($user is null or "user" = $user)
  and ($host is null or host = $host)
  and ($speed is null or speed = $speed)
group by all
