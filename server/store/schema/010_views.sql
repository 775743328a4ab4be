-- 010_views.sql: views of the page that people saved by name.
create table saved_views (
  id varchar not null,
  name varchar not null,
  path varchar not null,                  -- path and query of the page: everything that a view is
  created_at timestamp_ns not null
);
