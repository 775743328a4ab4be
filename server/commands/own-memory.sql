-- own-memory.sql: what the database holds in memory, which has a limit of its own.
select coalesce(sum(memory_usage_bytes), 0)::double as bytes from duckdb_memory()
