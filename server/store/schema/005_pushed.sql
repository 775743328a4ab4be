-- 005_pushed.sql: records that scripts and agents without OTLP sent (POST /api/ingest), by the ids their senders gave them.

-- A row commits with its record, so that what was accepted is known for ever; found by reading, as records come by the batch.
create table pushed_records (
  source varchar not null,
  kind varchar not null,                  -- sessions | calls | toolCalls | errors | events
  id varchar not null
);
