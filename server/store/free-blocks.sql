-- free-blocks.sql: what of the file is free: written again before the file grows, given back only when the file is written anew.
select (total_blocks * block_size)::bigint as file_bytes, (free_blocks * block_size)::bigint as free_bytes
from pragma_database_size()
where database_name = 'db'
