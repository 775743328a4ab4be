-- values.sql: what one key of the requests is anywhere, the first seen first: an order that every reader of the same data has.
-- The key's expression replaces the mark.
select value from (select /* key */ as value, min(time) as first from model_calls group by 1)
where value is not null
order by first, value
limit $most
