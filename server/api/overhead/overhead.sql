-- overhead.sql: what was asked for beside the work: requests tried again, refusals, and summaries that make a conversation fit
-- its context. The newest of them as rows of their own, and all of them added up by kind, agent and model ('sum' rows).
with
calls as (
  select
    *,
    epoch_ns(time) as began,
    epoch_ns(time) + (coalesce(duration_ms, 0) * 1000000)::bigint as ended,
    coalesce(agent_id, '') as lane,
    coalesce(query_source = 'auxiliary', false) as aside
  from model_calls
  where quality <> 'aggregate'
    and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($tool is null or tool = $tool)
    and ($session is null or session_id = $session)
    and ($model is null or model = $model)
),
-- Only sessions with a failure or a later attempt are put in order; that is what costs time.
troubled as (
  select * from calls
  where session_id <> '' and session_id in (select session_id from calls where status = 'error' or attempt > 1)
),
-- By their ends: a span that holds all attempts began before the first of them.
ordered as (
  select
    *,
    lead(call_id) over following as next_id,
    lead(began) over following as next_began,
    lead(prompt_id) over following as next_prompt,
    coalesce(sum((status = 'ok')::integer) over before, 0) as answered_before
  from troubled
  window
    following as (partition by tool, session_id, lane, aside order by ended, call_id),
    before as (
      partition by tool, session_id, lane, aside order by ended, call_id
      rows between unbounded preceding and 1 preceding
    )
),
counted as (
  select
    *,
    coalesce(sum((status = 'error')::integer) over (
      partition by tool, session_id, lane, aside, answered_before order by ended, call_id
      rows between unbounded preceding and 1 preceding
    ), 0) as failed_before
  from ordered
),
-- Of a later attempt, the failures before it that were seen. Some doors write the end of a request as its time, so that the
-- order of ends is not always right: failures within its duration are its own too.
later as (
  select
    c.*,
    greatest(c.failed_before::bigint, (
      select count(*) from troubled as f
      where f.status = 'error' and f.call_id <> c.call_id
        and f.tool = c.tool and f.session_id = c.session_id and f.lane = c.lane and f.aside = c.aside
        and f.began between 2 * c.began - c.ended - 1000000000 and c.ended
    )) as seen
  from counted as c
  where c.attempt > 1
),
retries as (
  -- A failure after which the same prompt's next request came; without a prompt, one that came within two minutes.
  select 'retry' as kind, time, 1::bigint as count, false as unseen, calls.* exclude (time)
  from counted as calls
  where status = 'error' and next_id is not null
    and coalesce(prompt_id = next_prompt, next_began - ended < 120 * 1000000000::bigint)
  union all
  -- Attempts that only the number of the last one tells of.
  select 'retry', time, attempt - 1 - seen, true, calls.* exclude (time, seen)
  from later as calls
  where attempt - 1 > seen
),
refusals as (
  select 'refusal' as kind, * from calls
  -- Anthropic: refusal; OpenAI: content_filter; AI SDK: content-filter; Gemini: the rest; Bedrock: guardrail_intervened.
  where regexp_replace(lower(coalesce(stop_reason, error_type, '')), '[^a-z]', '', 'g') in (
    'refusal', 'contentfilter', 'contentfiltered', 'contentpolicyviolation', 'safety', 'prohibitedcontent', 'blocklist',
    'spii', 'recitation', 'imagesafety', 'modelarmor', 'guardrailintervened'
  )
),
-- The conversation's entry of a compaction (importers/compaction.ts), of the best door that has it.
told as (
  select tool, session_id, time, agent_id from (
    select
      *,
      case source when 'transcript' then 0 when 'otlp_logs' then 1 when 'hook' then 2 else 3 end as door,
      min(door) over (partition by tool, session_id) as best
    from messages
    where role = 'system' and starts_with(message_key, 'compaction:')
      and time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
      and ($tool is null or tool = $tool)
      and ($session is null or session_id = $session)
  )
  where door = best
),
-- A summary's request stands with the entry that follows it, else for itself.
summaries as (
  select
    calls.*,
    case when epoch_ns(told.time) - calls.began < 600 * 1000000000::bigint then told.time end as told_time
  from (select *, time - interval 10 second as since from calls where agent = 'compaction') as calls
  asof left join told
    on calls.tool = told.tool and calls.session_id = told.session_id and calls.since <= told.time
),
compactions as (
  select
    coalesce(told.time, any_value(s.time)) as time, told.tool, told.session_id, any_value(s.model) as model,
    count(s.call_id) as requests_seen, sum(s.total_tokens) as total_tokens, sum(s.cost_nano_usd) as cost_nano_usd,
    sum(case when s.cost_nano_usd is null then s.total_tokens else 0 end) as unpriced_tokens,
    sum(s.duration_ms) as duration_ms, any_value(s.call_id) as call_id, any_value(s.request_id) as request_id,
    any_value(s.trace_id) as trace_id, any_value(s.span_id) as span_id, any_value(s.prompt_id) as prompt_id
  from told
  left join summaries as s on s.tool = told.tool and s.session_id = told.session_id and s.told_time = told.time
  group by told.tool, told.session_id, told.time
  union all
  select
    time, tool, session_id, model, 1, total_tokens, cost_nano_usd,
    case when cost_nano_usd is null then total_tokens else 0 end, duration_ms, call_id, request_id, trace_id, span_id,
    prompt_id
  from summaries
  where told_time is null
),
-- How full the context was in the conversation's own requests around it.
conversation as (
  select tool, session_id, time, model, input_tokens + cache_read_tokens + cache_write_tokens as context_tokens
  from calls
  where status = 'ok' and not aside and lane = '' and agent is distinct from 'compaction'
    and session_id in (select session_id from compactions)
),
around as (
  select c.*, before.context_tokens as tokens_before, after.context_tokens as tokens_after, before.model as model_before
  from compactions as c
  asof left join conversation as before
    on c.tool = before.tool and c.session_id = before.session_id and c.time >= before.time
  asof left join conversation as after
    on c.tool = after.tool and c.session_id = after.session_id and c.time < after.time
),
items as (
  select
    kind, time, tool, model, session_id, count, false as unknown_cost,
    case when unseen then 0 else total_tokens end as total_tokens,
    case when unseen then 0 else cost_nano_usd end as cost_nano_usd,
    case when not unseen and cost_nano_usd is null then total_tokens else 0 end as unpriced_tokens,
    case when unseen then null else duration_ms end as duration_ms,
    status_code, coalesce(error_message, error_type) as message, null as stop_reason, null::bigint as tokens_before,
    null::bigint as tokens_after, call_id, request_id, trace_id, span_id, prompt_id, agent_id, attempt
  from retries
  union all by name
  select
    kind, time, tool, model, session_id, 1::bigint as count, false as unknown_cost, total_tokens, cost_nano_usd,
    case when cost_nano_usd is null then total_tokens else 0 end as unpriced_tokens, duration_ms, status_code,
    error_message as message, coalesce(stop_reason, error_type) as stop_reason, call_id, request_id, trace_id, span_id,
    prompt_id, agent_id, attempt
  from refusals
  union all by name
  select
    'compaction' as kind, time, tool, coalesce(model, model_before, '') as model, session_id, 1::bigint as count,
    requests_seen = 0 as unknown_cost, coalesce(total_tokens, 0) as total_tokens, cost_nano_usd,
    coalesce(unpriced_tokens, 0) as unpriced_tokens, duration_ms, tokens_before, tokens_after, call_id, request_id,
    trace_id, span_id, prompt_id
  from around
  where ($model is null or coalesce(model, model_before) = $model)
),
chosen as (select * from items where $kind is null or kind = $kind),
page as (
  select * from chosen
  order by time desc, kind, tool, call_id
  limit $limit offset $offset
),
answer as (
  select 'item' as row, unknown_cost::bigint as unknown_costs, * exclude (time, unknown_cost), epoch_ns(time) as time
  from page
  union all by name
  select
    'sum' as row, kind, tool, model, max(epoch_ns(time)) as time, sum(count) as count,
    sum(unknown_cost::integer) as unknown_costs, sum(total_tokens) as total_tokens, sum(cost_nano_usd) as cost_nano_usd,
    sum(unpriced_tokens) as unpriced_tokens, sum(duration_ms) as duration_ms, count(distinct session_id) as sessions
  from chosen
  group by kind, tool, model
)
select *, (select count(*) from chosen) as total from answer
order by row, (case when row = 'item' then time end) desc nulls last, count desc, kind, tool, model, call_id
