-- search.sql: messages of transcripts that hold a term, newest first, with their place among their session's messages.
with found as (
  select tool, session_id, message_key, source, time, sequence, role, content, tool_input, tool_output
  from messages
  where time >= make_timestamp_ns($from) and time <= make_timestamp_ns($to)
    and ($tool is null or tool = $tool)
    and (contains(lower(content), lower($term))
      or contains(lower(coalesce(tool_input, '')), lower($term))
      or contains(lower(coalesce(tool_output, '')), lower($term)))
),
page as (
  select *, count(*) over () as total
  from found
  order by time desc, session_id, sequence desc
  limit $limit
)
select
  page.tool, page.session_id, epoch_ns(page.time) as time, page.role, page.total,
  case
    when contains(lower(page.content), lower($term)) then page.content
    when contains(lower(coalesce(page.tool_input, '')), lower($term)) then page.tool_input
    else page.tool_output
  end as text,
  (
    select count(*) from messages as earlier
    where earlier.tool = page.tool and earlier.session_id = page.session_id
      and (earlier.time, earlier.sequence, earlier.message_key) < (page.time, page.sequence, page.message_key)
  ) as message_index
from page
order by page.time desc, page.session_id, page.sequence desc
