-- tokens.sql: all tokens ever made, the oldest first; the hash is for the program alone.
select id, name, "user", scopes, hash, epoch_ns(created_at) as created_at, epoch_ns(revoked_at) as revoked_at
from tokens
order by created_at, id
