-- disagreements.sql: where doors disagree about single requests of some sessions, as the ledger wrote it down.
with asked as (
  select unnest($tools) as tool, unnest($sessions) as session_id
)
select tool, session_id, call_id, differences
from model_calls semi join asked using (tool, session_id)
where differences is not null
order by time, call_id
