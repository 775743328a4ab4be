-- kept.sql: the messages of sessions (`asked`: tool, session_id) that their transcripts tell, each once.
--
-- Several doors may have seen one conversation. The best of them tells it; another one's messages are taken only before its
-- first and after its last (a file that lags behind what was sent), and not when they are the same, or withheld, or say nothing.
--
-- Rows are told by what identifies them, never by their place in the table: a checkpoint that runs meanwhile moves them.
with own as materialized (
  select
    hash as row, tool, session_id, message_key, parent_key, sequence, time, role, tool_use_id, call_message_id,
    hash(role, content) as said,
    content in ('[REDACTED]', '<REDACTED>')
      or (content = '' and tool_use_id is null and tool_input is null and tool_output is null) as is_withheld,
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
)
select own.* from own join best using (tool, session_id, rank)
union all
select own.* from own join best using (tool, session_id)
where own.rank > best.rank and not own.is_withheld
  and (own.time < best.first_time or own.time > best.last_time)
  and not exists (
    select 1 from own as better
    where better.tool = own.tool and better.session_id = own.session_id and better.rank < own.rank
      and better.said = own.said
  )
  -- Apart: with "or" between them DuckDB compares all with all.
  and not exists (
    select 1 from own as better
    where better.tool = own.tool and better.session_id = own.session_id and better.rank < own.rank
      and better.tool_use_id = own.tool_use_id and better.role = own.role
  )
