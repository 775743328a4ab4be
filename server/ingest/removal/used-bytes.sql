-- used-bytes.sql: what of the file is in use (free blocks are written again before the file grows), and by how many records.
select
  (used_blocks * block_size)::bigint as bytes,
  (select count(*) from logs) + (select count(*) from spans) + (select count(*) from raw_metric_points)
    + (select count(*) from messages) as records
from pragma_database_size()
where database_name = 'db'
