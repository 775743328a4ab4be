-- reprice-update.sql: new prices of the requests in these rows.
update model_calls set
  computed_cost_nano_usd = new.computed,
  cost_nano_usd = new.cost,
  cost_basis = new.basis,
  price_source = new.source,
  price_model = new.price_model,
  price_rule = new.rule,
  price_tier = new.tier,
  price_from = make_timestamp_ns(new.valid_from)
from (
  select
    unnest($row) as row, unnest($computed) as computed, unnest($cost) as cost, unnest($basis) as basis,
    unnest($source) as source, unnest($price_model) as price_model, unnest($rule) as rule, unnest($tier) as tier,
    unnest($valid_from) as valid_from
) as new
where model_calls.rowid = new.row
