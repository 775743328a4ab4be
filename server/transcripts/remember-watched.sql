-- remember-watched.sql: when the requests were made that the watcher read, by session; committed with them.
insert into watched_sessions
select
  unnest($tool), unnest($session), make_timestamp_ns($run), make_timestamp_ns(unnest($since)),
  make_timestamp_ns(unnest($until))
on conflict (tool, session_id, run) do update set since = least(since, excluded.since), until = greatest(until, excluded.until)
