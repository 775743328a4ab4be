-- 006_dashboards.sql: dashboards that a person made. Small tables that are read whole; a change writes its rows anew.
create table dashboards (
  id varchar not null,
  name varchar not null,
  description varchar,
  is_default boolean not null,            -- of at most one
  created_at timestamp_ns not null,
  updated_at timestamp_ns not null
);

create table widgets (
  id varchar not null,
  dashboard_id varchar not null,
  widget_type varchar not null,
  title varchar not null,
  grid_column integer not null,
  grid_row integer not null,
  col_span integer not null,
  row_span integer not null,
  config varchar not null,                -- JSON object, as it was given
  created_at timestamp_ns not null,
  updated_at timestamp_ns not null
);
