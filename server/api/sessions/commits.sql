-- commits.sql: commits and pull requests made in a session.
select kind, hash, subject, branch, project, epoch_ns(time) as time
from commits
where tool = $tool and session_id = $session
order by time, hash
