-- doomed-calls.sql: the requests of those sessions, and requests of no session in the window. What else is known of such a
-- request (a copy of it in another file) goes with it.
create or replace temp table doomed_components as
select distinct component
from model_calls
where (tool, session_id) in (select (tool, session_id) from doomed_sessions)
  or ($session is null and session_id = '' and time >= make_timestamp_ns($from::bigint) and time < make_timestamp_ns($to::bigint)
    and ($service is null or service_name = $service))
