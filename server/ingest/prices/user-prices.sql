-- user-prices.sql: the user's own prices.
select
  model, epoch_ns(valid_from) as valid_from, input_nano_usd_per_mtok as input, output_nano_usd_per_mtok as output,
  cache_read_nano_usd_per_mtok as cache_read, cache_write_5m_nano_usd_per_mtok as cache_write_5m,
  cache_write_1h_nano_usd_per_mtok as cache_write_1h, included
from prices
order by model, valid_from nulls first
