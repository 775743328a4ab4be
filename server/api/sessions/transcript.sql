-- transcript.sql: a page of a transcript, with what the requests and tool calls behind its entries used. It ends early
-- where its texts pass $bytes. The entries replace the mark.
with numbered as materialized (/* entries */ select null),
page as (select * from numbered order by place limit $limit offset $offset),
calls as (
  select
    message_id,
    sum(input_tokens)::bigint as input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(cache_read_tokens)::bigint as cache_read_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(cost_nano_usd)::bigint as cost_nano_usd,
    max(duration_ms) as duration_ms
  from model_calls
  where tool = $tools[1] and session_id = $sessions[1] and message_id is not null
  group by message_id
),
loose as (
  select
    page.place,
    sum(c.input_tokens)::bigint as input_tokens,
    sum(c.output_tokens)::bigint as output_tokens,
    sum(c.cache_read_tokens)::bigint as cache_read_tokens,
    sum(c.cache_write_tokens)::bigint as cache_write_tokens,
    sum(c.cost_nano_usd)::bigint as cost_nano_usd,
    max(c.model) as model
  from (select place, tool, unnest(call_ids) as call_id from page) as page
  join model_calls as c on c.tool = page.tool and c.call_id = page.call_id
  group by page.place
),
told as (
  select
    page.place, m.time, m.role, m.content, coalesce(m.model, loose.model) as model, m.agent_id, m.prompt_id, m.tool_name, m.tool_use_id, m.tool_input,
    m.tool_output, m.diff, coalesce(m.duration_ms, done.duration_ms, calls.duration_ms) as duration_ms,
    coalesce(m.success, done.success) as success, m.source,
    coalesce(calls.input_tokens, loose.input_tokens) as input_tokens,
    coalesce(calls.output_tokens, loose.output_tokens) as output_tokens,
    coalesce(calls.cache_read_tokens, loose.cache_read_tokens) as cache_read_tokens,
    coalesce(calls.cache_write_tokens, loose.cache_write_tokens) as cache_write_tokens,
    coalesce(calls.cost_nano_usd, loose.cost_nano_usd) as cost_nano_usd,
    parent.place as parent_place
  from page
  join messages as m on m.tool = page.tool and m.session_id = page.session_id and m.hash = page.row
  -- Not "on stands_for_call and ...": what tells of one side alone makes DuckDB compare all with all (4.3 s for 20,000 messages).
  left join calls on calls.message_id = case when page.stands_for_call then page.call_message_id end
  left join loose on loose.place = page.place
  left join numbered as parent on parent.kind = 'message' and parent.message_key = page.parent_key
  left join tool_calls as done
    on done.tool = m.tool and done.session_id = m.session_id and done.call_id = m.tool_use_id
  where page.kind = 'message'
  union all
  select
    page.place, t.time, 'tool_use', '', loose.model, t.agent_id, t.prompt_id, t.tool_name, t.call_id, t.input,
    t.output, null, t.duration_ms, t.success, t.sources[1],
    loose.input_tokens, loose.output_tokens, loose.cache_read_tokens, loose.cache_write_tokens, loose.cost_nano_usd, null
  from page
  join tool_calls as t on t.tool = page.tool and t.session_id = page.session_id and t.call_id = page.message_key
  left join loose on loose.place = page.place
  where page.kind = 'tool_call'
  union all
  select
    page.place, c.time, 'assistant', '', c.model, c.agent_id, c.prompt_id, null, null, null,
    null, null, c.duration_ms, true, c.sources[1],
    c.input_tokens, c.output_tokens, c.cache_read_tokens, c.cache_write_tokens, c.cost_nano_usd, null
  from page join model_calls as c on c.tool = page.tool and c.call_id = page.message_key
  where page.kind = 'call'
),
bounded as (
  select *,
    sum(bytes) over (order by place rows unbounded preceding) - bytes as bytes_before
  from (
    select *,
      strlen(content) + coalesce(strlen(tool_input), 0) + coalesce(strlen(tool_output), 0) + coalesce(strlen(diff), 0)
        as bytes
    from told
  )
)
select * exclude (time, bytes, bytes_before), epoch_ns(time) as time, (select max(total) from numbered) as total
from bounded
where bytes_before < $bytes
order by place
