-- usage.sql: what model requests used and cost, by any set of keys and by time.
--
-- Two steps: first by $step, a stretch of seconds (a minute to a day) at whose ends the zone's hours and days
-- begin, which costs an integer division; only these sums are then put into the zone's days, since asking the zone of each
-- of a million times takes ten times as long as all the rest. The keys asked for replace the marks.
with steps as (
  select
    case when $interval is null then 0
      else epoch_ns(time) // ($step * 1000000000) - (epoch_ns(time) % ($step * 1000000000) < 0)::bigint
    end as step,
    /* keys */
    sum(requests) as requests,
    sum(input_tokens) as input_tokens,
    sum(cache_read_tokens) as cache_read_tokens,
    sum(cache_write_tokens) as cache_write_tokens,
    sum(cache_write_5m_tokens) as cache_write_5m_tokens,
    sum(cache_write_1h_tokens) as cache_write_1h_tokens,
    sum(output_tokens) as output_tokens,
    sum(reasoning_tokens) as reasoning_tokens,
    sum(total_tokens) as total_tokens,
    sum(web_searches) as web_searches,
    sum(errors) as errors,
    sum(cost_nano_usd) as cost_nano_usd,
    sum(reported_cost_nano_usd) as reported_cost_nano_usd,
    -- A failed request used nothing and costs nothing; it makes no unknown cost known.
    sum(case when total_tokens > 0 or web_searches > 0 then computed_cost_nano_usd end) as computed_cost_nano_usd,
    sum(case when cost_nano_usd is null then total_tokens else 0 end) as unpriced_tokens,
    -- Bits, since this is a third of the time that four filtered counts take.
    bit_or(case
      when total_tokens = 0 and web_searches = 0 and coalesce(cost_nano_usd, 0) = 0 then 0
      when cost_basis = 'reported' then 1
      when cost_basis = 'computed' then 2
      when cost_basis = 'unpriced' then 4
      else 8
    end) as bases
  from model_calls
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
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
),
placed as (
  select *,
    to_timestamp(step * $step) at time zone $tz as local,
    epoch(local)::bigint - step * $step as offset_seconds
  from steps
),
buckets as (
  select * exclude (step, local, offset_seconds),
    case
      when $interval is null then null
      -- The stretch is itself what was asked for; quarters of an hour begin together in every zone of today.
      when $interval in ('1m', '5m', '15m') then step * $step
      -- By the clock on the wall an hour of autumn comes twice; as stretches of time they are two.
      when $interval = 'hour' then (epoch(local)::bigint - (epoch(local)::bigint % 3600 + 3600) % 3600) - offset_seconds
      when $interval = 'day' then epoch(date_trunc('day', local) at time zone $tz)::bigint
      when $interval = 'week' then epoch(date_trunc('week', local) at time zone $tz)::bigint
      when $interval = 'month' then epoch(date_trunc('month', local) at time zone $tz)::bigint
    end as bucket
  from placed
)
select
  bucket,
  case when bucket is null then null
    else epoch(to_timestamp(bucket) at time zone $tz)::bigint - bucket end as bucket_offset,
  * exclude (
    bucket, requests, input_tokens, cache_read_tokens, cache_write_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
    output_tokens, reasoning_tokens, total_tokens, web_searches, errors, cost_nano_usd, reported_cost_nano_usd,
    computed_cost_nano_usd, unpriced_tokens, bases
  ),
  sum(requests) as requests,
  sum(input_tokens) as input_tokens,
  sum(cache_read_tokens) as cache_read_tokens,
  sum(cache_write_tokens) as cache_write_tokens,
  sum(cache_write_5m_tokens) as cache_write_5m_tokens,
  sum(cache_write_1h_tokens) as cache_write_1h_tokens,
  sum(output_tokens) as output_tokens,
  sum(reasoning_tokens) as reasoning_tokens,
  sum(total_tokens) as total_tokens,
  sum(web_searches) as web_searches,
  sum(errors) as errors,
  sum(cost_nano_usd) as cost_nano_usd,
  sum(reported_cost_nano_usd) as reported_cost_nano_usd,
  sum(computed_cost_nano_usd) as computed_cost_nano_usd,
  sum(unpriced_tokens) as unpriced_tokens,
  bit_or(bases) as bases
from buckets
group by all
limit $rows_most
