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
-- What a door knows to be said by the program (a task in the background is done) is nobody's prompt.
unasked as (
  select tool, session_id, prompt_id
  from messages semi join page using (tool, session_id)
  where prompt_id is not null and agent_id is null
  group by tool, session_id, prompt_id, source
  having bool_or(role = 'system') and not bool_or(role = 'user')
),
-- Nor is a side call, nor what a subagent was told, but for one that is a session of its own: there it was told it.
prompts as (
  select tool, session_id, count(distinct prompt_id) as prompts
  from model_calls semi join page using (tool, session_id) anti join unasked using (tool, session_id, prompt_id)
  where query_source is distinct from 'auxiliary' and (query_source is distinct from 'subagent' or agent_id = session_id)
  group by tool, session_id
),
-- What two doors saw of one session are the same messages. How many of them were prompts, the door with the most says best:
-- one that was not told the texts takes what the program itself says to the model for prompts too. What a subagent is told is none.
by_source as (
  select
    tool, session_id, source, count(*) as messages,
    count(*) filter (role = 'user' and coalesce(agent_id, '') in ('', session_id)) as prompts
  from messages semi join page using (tool, session_id)
  group by all
),
said as (
  select tool, session_id, max(messages) as messages, arg_max(prompts, (messages, prompts)) as prompts
  from by_source
  group by tool, session_id
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
