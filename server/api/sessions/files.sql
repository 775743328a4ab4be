-- files.sql: the files that a session's tools touched: those that were changed first, with their lines where those are known.
-- A call that failed or was refused changed nothing.
select
  file_path as path,
  count(*) as calls,
  count(*) filter (
    success is distinct from false
    -- Not every door knows the lines; then the name of the tool says what it does.
    and (lines_added is not null or regexp_matches(lower(tool_name), 'edit|patch|replace|write|create|insert'))
  ) as changes,
  sum(lines_added) filter (success is distinct from false)::bigint as lines_added,
  sum(lines_removed) filter (success is distinct from false)::bigint as lines_removed
from tool_calls
where tool = $tool and session_id = $session and file_path is not null and decision is distinct from 'reject'
group by file_path
having count(*) filter (success is distinct from false) > 0
order by changes > 0 desc, min(time), path
limit $most
