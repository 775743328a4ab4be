-- entries.sql: the entries of sessions' transcripts in order, each with its place; the wide columns are read elsewhere.
--
-- Several doors may have seen one conversation. The best of them tells it; another one's messages are taken only before its
-- first and after its last (a file that lags behind what was sent), and not when they are the same or withheld. Where no message tells
-- of a tool call or, in the whole session, of the answers, the ledger's own rows stand in for them.
--
-- Rows are told by what identifies them, never by their place in the table: a checkpoint that runs meanwhile moves them.
with asked as (
  select unnest($tools) as tool, unnest($sessions) as session_id
),
own as materialized (
  select
    hash as row, tool, session_id, message_key, parent_key, sequence, time, role, tool_use_id, call_message_id,
    hash(role, content) as said,
    content in ('[REDACTED]', '<REDACTED>') as is_withheld,
    case source
      when 'transcript' then 0 when 'push' then 1 when 'otlp_logs' then 2 when 'otlp_traces' then 3 when 'hook' then 4 else 5
    end as rank
  from messages semi join asked using (tool, session_id)
),
best as (
  select tool, session_id, rank, min(time) as first_time, max(time) as last_time
  from own
  group by tool, session_id, rank
  qualify rank = min(rank) over (partition by tool, session_id)
),
kept as materialized (
  select own.* from own join best using (tool, session_id, rank)
  union all
  select own.* from own join best using (tool, session_id)
  where own.rank > best.rank and not own.is_withheld
    and (own.time < best.first_time or own.time > best.last_time)
    and not exists (
      select 1 from own as better
      where better.tool = own.tool and better.session_id = own.session_id and better.rank < own.rank
        and (better.said = own.said or (better.tool_use_id = own.tool_use_id and better.role = own.role))
    )
),
answered as (
  select distinct tool, session_id from kept where call_message_id is not null or role in ('assistant', 'thinking')
),
entries as (
  select 'message' as kind, row, tool, session_id, message_key, parent_key, sequence, time, role, call_message_id
  from kept
  union all
  select 'tool_call', 0, tool, session_id, call_id, null, 4294967296, time, 'tool_use', null
  from tool_calls as done semi join asked using (tool, session_id)
  where not exists (
    select 1 from kept
    where kept.tool = done.tool and kept.session_id = done.session_id and kept.tool_use_id = done.call_id
  )
  union all
  select 'call', 0, tool, session_id, call_id, null, 4294967295, time, 'assistant', null
  from model_calls semi join asked using (tool, session_id) anti join answered using (tool, session_id)
  where requests > 0 and quality <> 'aggregate'
),
-- Where no message names its request (only what was sent tells, not the file), a request stands at the first thing that was
-- said or asked for when it was answered.
unnamed as (
  select tool, session_id from kept semi join answered using (tool, session_id)
  group by tool, session_id
  having count(call_message_id) = 0
),
loose as (
  select call_id, tool, session_id, time
  from model_calls semi join unnamed using (tool, session_id)
  where requests > 0 and quality <> 'aggregate' and query_source is distinct from 'auxiliary'
),
moments as (
  select kind, row, tool, session_id, message_key, time
  from entries semi join unnamed using (tool, session_id)
  where role in ('assistant', 'thinking', 'tool_use')
  qualify row_number() over (partition by tool, session_id, time order by sequence, kind, message_key, row) = 1
),
attached as (
  select moments.kind, moments.tool, moments.session_id, moments.message_key, moments.row, list(loose.call_id) as call_ids
  from loose
  asof join moments
    on loose.tool = moments.tool and loose.session_id = moments.session_id and loose.time <= moments.time
  where moments.time <= loose.time + interval 1 minute
  group by all
)
select
  entries.*,
  attached.call_ids,
  row_number() over (partition by tool, session_id order by time, sequence, kind, message_key, row) - 1 as place,
  -- Tokens and cost of a request stand at one of its messages: its text, else its first.
  call_message_id is not null and row_number() over (
    partition by tool, session_id, call_message_id
    order by role = 'assistant' desc, time, sequence, message_key, row
  ) = 1 as stands_for_call,
  count(*) over (partition by tool, session_id) as total
from entries left join attached using (kind, tool, session_id, message_key, row)
