-- weeks.sql: when each agent's weekly limit is reset.
select tool, weekday::bigint as weekday, hour::bigint as hour, tz from usage_weeks order by tool
