-- codex-tokens.sql: what ai-observer counted of Codex's events and transcripts, neither of which it keeps; only until
-- Codex's own counters begin, which say the same. The points of a request have one time.
with own as (select min("Timestamp") as since from otel_metrics where MetricName = 'codex.turn.token_usage')
select epoch_us("Timestamp") as time, service, model, json_group_object(type, tokens)::varchar as tokens
from (
  select
    "Timestamp", ServiceName as service, json_extract_string(Attributes, '$.model') as model, json_extract_string(Attributes, '$.type') as type,
    sum(distinct "Value") as tokens
  from otel_metrics, own
  where MetricName = 'codex_cli_rs.token.usage' and json_extract_string(Attributes, '$.type') is not null
    and (own.since is null or "Timestamp" < own.since)
  group by all
)
group by all
