-- views.sql: the saved views, by name.
select id, name, path, epoch_ns(created_at) as created_at from saved_views order by lower(name), created_at, id
