-- used-bytes.sql: what of the file is in use; free blocks are written again before the file grows.
select (used_blocks * block_size)::bigint as bytes from pragma_database_size() where database_name = 'db'
