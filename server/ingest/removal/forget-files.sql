-- forget-files.sql: what the readers of the removed sessions' files remember: a call without a result yet holds texts of them.
-- A file that stays as it is is not read again; one that grows is, from its beginning, and brings nothing back of what was
-- removed.
update import_files
set state = null, byte_offset = 0, line = 0, head_hash = '', tail_hash = '', calls = 0, tool_calls = 0, messages = 0, skipped = 0
where exists (
  select 1 from doomed_sessions
  where doomed_sessions.tool = import_files.tool
    and (contains(import_files.path, session_id) or contains(import_files.state::varchar, session_id))
)
