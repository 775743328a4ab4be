-- 004_imports.sql: which transcript files were read and how far, and what was removed and has to stay away.

-- One row a file, written in the transaction of the records that were read. A small table that is asked by path on every
-- slice, so it has a key.
create table import_files (
  path varchar primary key,
  tool varchar not null,
  kind varchar not null,                  -- lines | whole; root: a folder that has been watched before
  inode varchar not null,                 -- device and inode; '' where the system has none
  size bigint not null,                   -- as it was when it was read to its end; -1 when there is more to read
  modified_ms double not null,
  byte_offset bigint not null,            -- where the next line begins
  line bigint not null,                   -- lines before it
  head_hash varchar not null,             -- of the first bytes before the offset, and of the last
  tail_hash varchar not null,
  from_offset bigint not null,            -- where reading began: not 0 for a file whose history was left out
  state json,                             -- what the agent's reader goes on from
  calls bigint not null,                  -- records read, repetitions included
  tool_calls bigint not null,
  messages bigint not null,
  skipped bigint not null,
  first_read_at timestamp_ns not null,
  last_read_at timestamp_ns not null
);

-- Sessions that a person removed: what transcripts hold of them up to then is not read in again, unless forced.
create table removed_sessions (
  tool varchar not null,
  session_id varchar not null,
  removed_at timestamp_ns not null
);
