-- 012_usage_weeks.sql: when the weekly limit of an agent's subscription is reset. A small table, written whole.
create table usage_weeks (
  tool varchar not null,
  weekday integer not null,               -- 1 Monday … 7 Sunday, as ISO 8601 numbers them
  hour integer not null,                  -- 0 … 23 by the clocks of the zone
  tz varchar not null                     -- IANA name
);
