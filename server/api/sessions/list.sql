-- list.sql: sessions with what they used, one page of those that match, with the number of all. What only the page shows
-- (models, messages, tool calls) is counted for the page alone.
with /* matched */
, page as materialized (
  select *, count(*) over () as total from kept
  order by
    case $sort
      when 'startTime' then epoch_ns(start_time)
      when 'duration' then epoch_ns(last_time) - epoch_ns(start_time)
      when 'cost' then case when bases = 4 then -1 else coalesce(cost_nano_usd, 0) end
      when 'tokens' then total_tokens
      when 'requests' then requests
      when 'errors' then errors + failed_tool_calls
      else epoch_ns(last_time)
    end * $direction desc,
    last_time desc, session_id, tool
  limit $limit offset $offset
),
by_model as (
  select tool, session_id, model, sum(total_tokens) as tokens
  from model_calls semi join page using (tool, session_id)
  where model <> ''
  group by all
),
models as (
  select tool, session_id, list(model order by tokens desc, model) as models from by_model group by tool, session_id
),
prompts as (
  select tool, session_id, count(distinct prompt_id) as prompts
  from model_calls semi join page using (tool, session_id)
  group by tool, session_id
),
-- What two doors saw of one session are the same messages.
by_source as (
  select tool, session_id, source, count(*) as messages, count(*) filter (role = 'user') as prompts
  from messages semi join page using (tool, session_id)
  group by all
),
said as (
  select tool, session_id, max(messages) as messages, max(prompts) as prompts from by_source group by tool, session_id
),
done as (
  select tool, session_id, count(*) as tool_calls, count(*) filter (success = false) as failed_tool_calls
  from tool_calls semi join page using (tool, session_id)
  group by tool, session_id
)
select
  page.* exclude (start_time, last_time, failed_tool_calls),
  epoch_ns(page.start_time) as start_time,
  epoch_ns(page.last_time) as last_time,
  models.models,
  greatest(coalesce(said.prompts, 0), coalesce(prompts.prompts, 0)) as prompt_count,
  coalesce(said.messages, 0) as message_count,
  coalesce(done.tool_calls, 0) as tool_call_count,
  coalesce(done.failed_tool_calls, 0) as failed_tool_calls
from page
left join models using (tool, session_id)
left join prompts using (tool, session_id)
left join said using (tool, session_id)
left join done using (tool, session_id)
order by
  case $sort
    when 'startTime' then epoch_ns(page.start_time)
    when 'duration' then epoch_ns(page.last_time) - epoch_ns(page.start_time)
    when 'cost' then case when bases = 4 then -1 else coalesce(cost_nano_usd, 0) end
    when 'tokens' then total_tokens
    when 'requests' then requests
    when 'errors' then errors + page.failed_tool_calls
    else epoch_ns(page.last_time)
  end * $direction desc,
  page.last_time desc, session_id, tool
