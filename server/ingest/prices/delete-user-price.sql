-- delete-user-price.sql: the prices that the user set for a model: from one time (null: since ever), or all of them.
delete from prices
where lower(model) = lower($model) and ($every or valid_from is not distinct from make_timestamp_ns($valid_from))
returning model
