-- values.sql: what one key of the requests is anywhere, the first seen first: an order that every reader of the same data has, and
-- that what comes later does not change. What has a hundredth of the cost comes before what only has one of the tokens, and both
-- before the rest: a model that was tried once is not to have a colour before one that is seen every day. The key's expression
-- replaces the mark.
select value from (
  select /* key */ as value, min(time) as first, sum(total_tokens) as tokens, coalesce(sum(cost_nano_usd), 0) as cost
  from model_calls
  group by 1
)
where value is not null
order by
  case
    when cost > 0 and cost * 100 >= sum(cost) over () then 0
    when tokens * 100 >= sum(tokens) over () then 1
    else 2
  end,
  first, value
limit $most
