-- entries.sql: the entries of sessions' transcripts in order, each with its place; the wide columns are read elsewhere.
--
-- Messages are those that a transcript tells (kept.sql replaces the mark). Where no message tells of a tool call or, in the
-- whole session, of the answers, the ledger's own rows stand in for them.
with asked as (
  select unnest($tools) as tool, unnest($sessions) as session_id
),
kept as materialized (/* kept */ select null),
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
