-- stored-messages.sql: entries as they are, to compare with other versions of themselves.
select
  hash, tool, session_id, message_key, source, sequence, epoch_ns(time) as time, role, content, model, agent_id, parent_key,
  prompt_id, call_message_id, tool_name, tool_use_id, tool_input, tool_output, diff, duration_ms, success
from messages
where hash in (select unnest($hashes))
