-- used-memory.sql: what statements and tables in memory take, bytes. Pages of the file that were read are left out: they are let go of for nothing.
select coalesce(sum(memory_usage_bytes), 0)::double as bytes
from duckdb_memory()
where tag <> 'BASE_TABLE'
