-- trace-of-span.sql: which trace a span belongs to.
select trace_id from spans where span_id = $span order by time limit 1
