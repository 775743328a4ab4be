-- known-requests.sql: by hash of an identity or key, how many requests of a tool the ledger knows under it. Only weak keys
-- stand for more than one; of several doors that saw them, the one that saw most counts.
select hash, max(seen)::double as seen
from (
  select hash, source, count(*) as seen
  from (
    select source, unnest(list_append(key_hashes, id_hash)) as hash
    from call_observations
    where tool = $tool
  )
  group by hash, source
)
group by hash
