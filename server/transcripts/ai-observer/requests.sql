-- requests.sql: the model requests that ai-observer read from transcripts: it writes who asked into a log and what it used
-- into points, and both have the time of the transcript's line. A row without a session is of points that no log explains.
-- The same file read twice stands there twice, which `distinct` undoes.
with told as (
  select distinct
    "Timestamp" as time, ServiceName as service, json_extract_string(LogAttributes, '$."session.id"') as session_id,
    json_extract_string(LogAttributes, '$.model') as model, json_extract_string(LogAttributes, '$.request_id') as request_id,
    json_extract_string(LogAttributes, '$."message.id"') as message_id, json_extract_string(LogAttributes, '$.git_branch') as branch,
    json_extract_string(LogAttributes, '$.repository') as project
  from otel_logs
  where json_extract_string(LogAttributes, '$.import_source') is not null
    and (
      json_extract_string(LogAttributes, '$."event.name"') = 'claude_code.api_request'
      or (json_extract_string(LogAttributes, '$."event.name"') = 'transcript.message' and json_extract_string(LogAttributes, '$.output_tokens') is not null)
    )
  -- Of two requests of one moment the numbers cannot be told apart.
  qualify row_number() over (partition by time, service, model order by request_id, message_id) = 1
),
used as (
  select distinct
    "Timestamp" as time, ServiceName as service, json_extract_string(Attributes, '$.model') as model, json_extract_string(Attributes, '$.type') as type,
    "Value" as value
  from otel_metrics
  where json_extract_string(Attributes, '$.import_source') is not null
    and MetricName in ('claude_code.token.usage', 'gemini_cli.token.usage')
),
summed as (
  select time, service, model, json_group_object(type, tokens)::varchar as tokens
  from (select time, service, model, type, sum(value) as tokens from used where type is not null group by all)
  group by time, service, model
)
select
  epoch_us(summed.time) as time, service, session_id, model, request_id, message_id, branch, project, tokens
from summed left join told using (time, service, model)
