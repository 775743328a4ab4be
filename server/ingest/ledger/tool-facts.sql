-- tool-facts.sql: what the doors said of some tool calls.
select tool, source, session_id, call_id, epoch_ns(time) as time, detail, call_hash
from tool_call_observations
where call_hash in (select unnest($hashes))
