-- tables.sql: how many rows every table holds, by what the database knows of its row groups, so that nothing is read. Rows that
-- were deleted a moment ago may still be counted until their groups are written anew.
select table_name as name, estimated_size as rows
from duckdb_tables()
where database_name = current_database() and not internal
order by rows desc, name
