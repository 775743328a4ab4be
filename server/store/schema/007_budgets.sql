-- 007_budgets.sql: what may be spent in a day, week or month. A small table that is read and written whole.
create table budgets (
  position integer not null,              -- in the order in which they were given
  id varchar not null,
  name varchar,
  period varchar not null,                -- day | week | month
  tool varchar,                           -- null: of every tool
  project varchar,                        -- null: in every project
  limit_nano_usd bigint not null,
  warn_percent double not null,
  tz varchar not null                     -- IANA name: whose days, weeks and months
);
