-- reprice-update.sql: new prices of requests: lines of row, computed cost, cost in force and the number of the price.
update model_calls set
  computed_cost_nano_usd = new.computed,
  cost_nano_usd = new.cost,
  cost_basis = $basis[new.price],
  price_source = $source[new.price],
  price_model = $price_model[new.price],
  price_rule = $rule[new.price],
  price_tier = $tier[new.price],
  price_from = make_timestamp_ns($valid_from[new.price])
from (
  select
    fields[1]::bigint as row,
    nullif(fields[2], '')::bigint as computed,
    nullif(fields[3], '')::bigint as cost,
    fields[4]::bigint as price
  from (select string_split(unnest(string_split($changes, chr(10))), ',') as fields)
) as new
where model_calls.rowid = new.row
