-- matched.sql: the sessions that a list or its facets are of, each with what it used; the beginning of both statements.
known as (
  select
    tool, session_id, service_name, title, project, branch, cwd, "user", host, version, parent_session_id, forked_from,
    start_time, last_time, ended, active_ms, commit_at_start, commit_at_end, sources
  from sessions
  union all by name
  -- Requests whose session nobody described: they are a session all the same.
  select
    tool, session_id, max(service_name) as service_name, max(project) as project, max(branch) as branch,
    max("user") as "user", max(host) as host, min(time) as start_time, max(time) as last_time, false as ended,
    list_sort(list_distinct(flatten(list(sources)))) as sources
  from model_calls
  where session_id <> '' and (tool, session_id) not in (select (tool, session_id) from sessions)
  group by tool, session_id
),
matched as materialized (
  select * from known
  where last_time >= make_timestamp_ns($from) and start_time <= make_timestamp_ns($to)
    and ($session is null or session_id = $session)
    and ($parent is null or parent_session_id = $parent)
    and ($tool is null or tool = $tool)
    and ($service is null or service_name = $service)
    and ($project is null or project = $project)
    and ($branch is null or branch = $branch)
    and ($model is null
      or (tool, session_id) in (select (tool, session_id) from model_calls where model = $model))
    and ($search is null
      or contains(lower(session_id), lower($search))
      or contains(lower(title), lower($search))
      or contains(lower(project), lower($search))
      or contains(lower(branch), lower($search))
      or (tool, session_id) in (
        select (tool, session_id) from messages
        where contains(lower(content), lower($search))
          or contains(lower(tool_input), lower($search))
          or contains(lower(tool_output), lower($search))
      ))
),
used as (
  select
    tool, session_id, max(time) as last_call,
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
    sum(case when total_tokens > 0 or web_searches > 0 then computed_cost_nano_usd end) as computed_cost_nano_usd,
    sum(case when cost_nano_usd is null then total_tokens else 0 end) as unpriced_tokens,
    bit_or(case
      when total_tokens = 0 and web_searches = 0 and coalesce(cost_nano_usd, 0) = 0 then 0
      when cost_basis = 'reported' then 1
      when cost_basis = 'computed' then 2
      when cost_basis = 'unpriced' then 4
      else 8
    end) as bases
  from model_calls semi join matched using (tool, session_id)
  group by tool, session_id
),
-- Only asked for where it decides which sessions are listed, or where they stand.
failed as (
  select tool, session_id, count(*) as calls
  from tool_calls semi join matched using (tool, session_id)
  where success = false and $counts_failures
  group by tool, session_id
),
joined as (
  select
    matched.* exclude (last_time),
    greatest(last_time, coalesce(last_call, last_time)) as last_time,
    coalesce(requests, 0) as requests,
    coalesce(input_tokens, 0) as input_tokens,
    coalesce(cache_read_tokens, 0) as cache_read_tokens,
    coalesce(cache_write_tokens, 0) as cache_write_tokens,
    coalesce(cache_write_5m_tokens, 0) as cache_write_5m_tokens,
    coalesce(cache_write_1h_tokens, 0) as cache_write_1h_tokens,
    coalesce(output_tokens, 0) as output_tokens,
    coalesce(reasoning_tokens, 0) as reasoning_tokens,
    coalesce(total_tokens, 0) as total_tokens,
    coalesce(web_searches, 0) as web_searches,
    coalesce(errors, 0) as errors,
    cost_nano_usd, reported_cost_nano_usd, computed_cost_nano_usd,
    coalesce(unpriced_tokens, 0) as unpriced_tokens,
    coalesce(bases, 0) as bases,
    coalesce(failed.calls, 0) as failed_tool_calls
  from matched left join used using (tool, session_id) left join failed using (tool, session_id)
),
kept as materialized (
  select * from joined
  where ($active is null or (not ended and last_time > make_timestamp_ns($active_since)) = $active)
    -- What nobody prices has no cost to compare.
    and ($cost_min is null or (bases <> 4 and coalesce(cost_nano_usd, 0) >= $cost_min))
    and ($cost_max is null or (bases <> 4 and coalesce(cost_nano_usd, 0) <= $cost_max))
    and ($tokens_min is null or total_tokens >= $tokens_min)
    and ($tokens_max is null or total_tokens <= $tokens_max)
    and ($requests_min is null or requests >= $requests_min)
    and ($requests_max is null or requests <= $requests_max)
    and ($errors_min is null or errors + failed_tool_calls >= $errors_min)
    and ($errors_max is null or errors + failed_tool_calls <= $errors_max)
    and ($duration_min is null or epoch_ns(last_time) - epoch_ns(start_time) >= $duration_min)
    and ($duration_max is null or epoch_ns(last_time) - epoch_ns(start_time) <= $duration_max)
)
