-- recent-bodies.sql: the bodies acknowledged since a time, oldest first.
select body_hash, epoch_ns(received_at) as received_at, rejected, message
from batches
where body_hash is not null and received_at >= make_timestamp_ns($since)
order by received_at
