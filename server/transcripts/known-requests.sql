-- known-requests.sql: by hash of an identity or key, how many requests of a tool the ledger knows under it. Only weak keys
-- stand for more than one; of several doors that saw them, the one that saw most counts. What transcripts told before is
-- found by its identity, so that a weak key stands for what other doors told alone.
select hash, max(seen)::double as seen
from (
  select hash, source, count(*) as seen
  from (
    select
      source,
      unnest(list_append(
        case when source = 'transcript' and weak_hash is not null then key_hashes[:-2] else key_hashes end, id_hash
      )) as hash
    from call_observations
    where tool = $tool
  )
  group by hash, source
)
group by hash
