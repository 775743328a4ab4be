-- files.sql: what is remembered of the transcript files of some tools.
select
  path, tool, kind, inode, size, modified_ms, byte_offset, line, head_hash, tail_hash, from_offset, state, calls,
  tool_calls, messages, skipped, epoch_ns(first_read_at) as first_read_at
from import_files
where tool in (select unnest($tools))
