-- 008_tokens.sql: bearer tokens for a shared server. The token itself is told once and never stored.

-- A token is 256 random bits, so one SHA-256 keeps it: there is nothing to guess that a slow hash would protect. A revoked
-- row stays: it says whose records came by it, and the last one that is revoked must not open the server to everybody.
create table tokens (
  id varchar not null,
  name varchar not null,
  "user" varchar,                         -- whose records these are, where a record names nobody
  scopes varchar[] not null,              -- ingest | read | admin
  hash varchar not null,                  -- SHA-256 of the token, hex
  created_at timestamp_ns not null,
  revoked_at timestamp_ns                 -- null: in force
);
