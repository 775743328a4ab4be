-- search.sql: messages of transcripts that hold a term, newest first. A message that another door tells of better is in no
-- transcript: what it says is found there. What a transcript tells replaces the mark.
with found as materialized (
  select *
  from (
    select
      hash as row, tool, session_id, time, sequence, role,
      case
        when contains(lower(content), lower($term)) then content
        when contains(lower(tool_input), lower($term)) then tool_input
        when contains(lower(tool_output), lower($term)) then tool_output
      end as text
    from messages
    where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
      and ($tool is null or tool = $tool)
  )
  where text is not null
),
asked as (
  select distinct tool, session_id from found
),
kept as (/* kept */ select null)
select row, tool, session_id, epoch_ns(time) as time, role, text, count(*) over () as total
from found semi join kept using (tool, session_id, row)
order by time desc, session_id, sequence desc, row desc
limit $limit
