-- activity.sql: what some sessions are doing: the tool that runs, the question that waits, how full the context is, and what
-- was asked for last. A row a session that any of it is known of.
--
-- A call that was announced and never ended is over, too, when its agent said or asked for something later: an interruption
-- tells nobody. What is of the same moment is allowed a few seconds, since doors stamp one thing differently.
with asked as (
  select unnest($tools) as tool, unnest($sessions) as session_id
),
said as materialized (
  select
    tool, session_id, coalesce(agent_id, '') as agent_id, source, message_key, sequence, time, role, tool_name, tool_use_id,
    case when role = 'user' then left(content, 400) end as content, left(tool_input, 400) as tool_input
  from messages semi join asked using (tool, session_id)
  where time >= make_timestamp_ns($since)
),
requests as materialized (
  select
    tool, session_id, coalesce(agent_id, '') as agent_id, time, model, provider, query_source,
    input_tokens + cache_read_tokens + cache_write_tokens + output_tokens as context_tokens
  from model_calls semi join asked using (tool, session_id)
  where requests > 0 and quality <> 'aggregate'
),
calls as materialized (
  select
    tool, session_id, coalesce(agent_id, '') as agent_id, call_id, tool_name, time, left(input, 400) as input,
    success is null and duration_ms is null and error_message is null and decision is distinct from 'reject' as is_open,
    decision is not null as is_decided
  from tool_calls semi join asked using (tool, session_id)
  where time >= make_timestamp_ns($since)
),
moved_on as (
  select tool, session_id, agent_id, max(time) as time
  from (
    select tool, session_id, agent_id, time from requests
    union all
    select tool, session_id, agent_id, time from said where role in ('user', 'assistant')
  )
  group by all
),
-- Hooks of some agents name no call: there a tool runs until one of its name is done.
unnamed as (
  select tool, session_id, agent_id, tool_name, time, tool_input as input
  from said as use
  where role = 'tool_use' and tool_use_id is null and source = 'hook'
    and not exists (
      select 1 from said as result
      where result.tool = use.tool and result.session_id = use.session_id and result.role = 'tool_result'
        and result.tool_name = use.tool_name and result.time >= use.time
    )
),
open_calls as (
  select tool, session_id, agent_id, tool_name, time, input from calls where is_open
  union all
  select tool, session_id, agent_id, tool_name, time, input from unnamed
),
working as (
  select
    tool, session_id, count(*) as open_tools,
    arg_max(tool_name, open_calls.time) as tool_name, max(open_calls.time) as tool_since,
    arg_max(coalesce(input, ''), open_calls.time) as tool_input
  from open_calls left join moved_on using (tool, session_id, agent_id)
  where moved_on.time is null or moved_on.time <= open_calls.time + interval 5 seconds
  group by tool, session_id
),
questions as (
  select
    question.tool, question.session_id, max(question.time) as waiting_since,
    arg_max(coalesce(question.tool_name, ''), question.time) as waiting_for
  from said as question
  left join calls
    on calls.tool = question.tool and calls.session_id = question.session_id
    and calls.call_id = substr(question.message_key, 12)
  left join moved_on
    on moved_on.tool = question.tool and moved_on.session_id = question.session_id
    and moved_on.agent_id = question.agent_id
  where starts_with(question.message_key, 'permission:') and question.source = 'hook'
    and (calls.call_id is null or (calls.is_open and not calls.is_decided))
    and (moved_on.time is null or moved_on.time <= question.time + interval 5 seconds)
    and (calls.call_id is not null or not exists (
      select 1 from said as result
      where result.tool = question.tool and result.session_id = question.session_id
        and result.role = 'tool_result' and result.time >= question.time
    ))
  group by all
),
context as (
  select
    tool, session_id,
    arg_max(model, time) as context_model, arg_max(coalesce(provider, ''), time) as context_provider,
    arg_max(context_tokens, time) as context_tokens
  from requests
  where agent_id = '' and coalesce(query_source, 'main') = 'main'
  group by tool, session_id
),
prompts as (
  select tool, session_id, arg_max(content, time) as prompt
  from said
  where role = 'user' and agent_id = '' and content <> ''
  group by tool, session_id
),
last_said as (
  select tool, session_id, role as last_role
  from said
  where agent_id = '' and role <> 'system'
  qualify row_number() over (partition by tool, session_id order by time desc, sequence desc, message_key) = 1
)
select
  tool, session_id,
  tool_name, epoch_ns(tool_since) as tool_since, tool_input, coalesce(open_tools, 0) as open_tools,
  waiting_for, epoch_ns(waiting_since) as waiting_since,
  context_model, context_provider, context_tokens,
  prompt, last_role
from asked
left join working using (tool, session_id)
left join questions using (tool, session_id)
left join context using (tool, session_id)
left join prompts using (tool, session_id)
left join last_said using (tool, session_id)
