-- histogram-buckets.sql: how many measurements lie between which bounds, for each series of the chart and interval. Buckets
-- of the earlier point of a run are taken off under their own bounds, so that points whose bounds or scale differ need no
-- common ones. A null bound is open.
with placed as materialized (
  select *, case when $step = 0 then 0 else (epoch_ns(time) - $start) // $step end as slot
  from histogram_samples($name, $service, $from, $to, $asked, $pointer, $filters, $summaries)
),
ranked as (
  select label,
    row_number() over (order by sum(coalesce(held.sum - coalesce(earlier.sum, 0), held.count)) desc, label) as rank,
    count(*) over () as labels
  from placed
  group by label
),
chosen as materialized (
  select placed.*, rank, labels
  from placed join ranked on placed.label is not distinct from ranked.label
  where rank <= $series_most
),
signed as (
  select rank, slot, held as of, 1 as sign from chosen
  union all
  select rank, slot, earlier, -1 from chosen where earlier is not null
),
explicit as (
  select rank, slot, sign, of.bounds as bounds, unnest(of.counts)::double as held,
    unnest(generate_series(1, len(of.counts))) as at_index
  from signed
  where len(of.counts) > 0
),
positive as (
  select rank, slot, sign, of.scale as scale, of.positive_offset as shift, unnest(of.positive)::double as held,
    unnest(generate_series(0, len(of.positive) - 1)) as at_index
  from signed
  where len(of.positive) > 0
),
negative as (
  select rank, slot, sign, of.scale as scale, of.negative_offset as shift, unnest(of.negative)::double as held,
    unnest(generate_series(0, len(of.negative) - 1)) as at_index
  from signed
  where len(of.negative) > 0
),
-- Bucket i of an exponential histogram lies between base^i and base^(i + 1), where base = 2^(2^-scale).
buckets as (
  select rank, slot, sign * held as held,
    case when at_index > 1 then bounds[at_index - 1] end as lower,
    case when at_index <= len(bounds) then bounds[at_index] end as upper
  from explicit
  union all
  select rank, slot, sign * held, pow(2, (shift + at_index) * pow(2, -scale)),
    pow(2, (shift + at_index + 1) * pow(2, -scale))
  from positive
  union all
  select rank, slot, sign * held, -pow(2, (shift + at_index + 1) * pow(2, -scale)),
    -pow(2, (shift + at_index) * pow(2, -scale))
  from negative
  union all
  select rank, slot, sign * of.zeros, -of.zero_threshold, of.zero_threshold
  from signed
  where of.zeros > 0
),
summed as (
  select rank, slot, lower, upper, sum(held) as held from buckets group by all having sum(held) <> 0
),
ends as (
  select rank, slot, any_value(label) as label, any_value(labels) as labels, min(least) as least, max(most) as most
  from chosen
  group by rank, slot
)
select ends.label, ends.slot, ends.rank, ends.labels, ends.least, ends.most,
  list(lower order by lower nulls first, upper nulls last) as lowers,
  list(upper order by lower nulls first, upper nulls last) as uppers,
  list(held order by lower nulls first, upper nulls last) as counts
from ends join summed using (rank, slot)
group by all
order by ends.rank, ends.slot
