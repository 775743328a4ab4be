-- doomed-sessions.sql: the sessions that a removal takes whole: the one that is named, or those that ended in the window.
create or replace temp table doomed_sessions as
select tool, session_id
from sessions
where ($session is null or session_id = $session)
  and ($service is null or service_name = $service)
  and ($session is not null or (last_time >= make_timestamp_ns($from::bigint) and last_time < make_timestamp_ns($to::bigint)))
