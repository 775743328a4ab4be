-- remember-file.sql: how far a file was read; committed with what was read.
insert or replace into import_files values (
  $path, $tool, $kind, $inode, $size, $modified_ms, $byte_offset, $line, $head_hash, $tail_hash, $from_offset, $state,
  $calls, $tool_calls, $messages, $skipped, make_timestamp_ns($first_read_at), make_timestamp_ns($last_read_at)
)
