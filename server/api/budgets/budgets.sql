-- budgets.sql: all budgets, in the order in which they were given.
select id, name, period, tool, project, limit_nano_usd, warn_percent, tz from budgets order by position
