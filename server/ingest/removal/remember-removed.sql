-- remember-removed.sql: what was removed stays away when its transcripts are read again (contract §2).
insert into removed_sessions
select tool, session_id, make_timestamp_ns($now::bigint)
from doomed_sessions
