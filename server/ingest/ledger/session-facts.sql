-- session-facts.sql: what each door said of some sessions. A session id of two tools gives both.
select tool, source, session_id, epoch_ns(start_time) as start_time, epoch_ns(last_time) as last_time, detail
from session_observations
where session_id in (select unnest($sessions))
