-- remember-files.sql: how far files were read; committed with what was read.
insert or replace into import_files
select
  unnest($path), unnest($tool), unnest($kind), unnest($inode), unnest($size), unnest($modified_ms), unnest($byte_offset),
  unnest($line), unnest($head_hash), unnest($tail_hash), unnest($from_offset), unnest($state), unnest($calls),
  unnest($tool_calls), unnest($messages), unnest($skipped), make_timestamp_ns(unnest($first_read_at)),
  make_timestamp_ns($last_read_at)
